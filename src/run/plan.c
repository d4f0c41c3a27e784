#include <stdlib.h>
#include <string.h>

#include "finwait/clock.h"
#include "trial.h"

enum {
    /* What a closed loop may reach on one machine; used only to size tables for runs without a
     * fixed number of connections. */
    GUESSED_RATE = 50000,
    /* The same of a client that is not ours. */
    FOREIGN_SOCKETS = 262144,
};

static double seconds_of(int64_t ns)
{
    return (double)ns / (double)NS_PER_S;
}

/* How many connections there will be at the most within `seconds` of each other. */
static uint64_t connections_within(const struct load_spec *load, double seconds)
{
    double rate = load->rate > 0 ? load->rate : GUESSED_RATE;
    double duration = seconds_of(load->duration);
    uint64_t by_time;

    if (duration > 0 && duration < seconds) {
        seconds = duration;
    }
    by_time = (uint64_t)(rate * seconds) + load->concurrency;
    return load->connections != 0 && load->connections < by_time ? load->connections : by_time;
}

static double pause_of(const struct program *program)
{
    int64_t total = 0;

    for (size_t i = 0; i < program->length; i++) {
        total += program->step[i].op == STEP_PAUSE ? program->step[i].arg : 0;
    }
    return seconds_of(total) * (double)program_rounds(program);
}

/* What it waits of its own accord, which most rounds do not use up. */
static double longest_wait(const struct program *program)
{
    int64_t total = 0;

    for (size_t i = 0; i < program->length; i++) {
        total += step_bound(&program->step[i]);
    }
    return seconds_of(total);
}

/* How long a connection lasts, at most, by what its two programs do while nothing comes. */
static double longest_stay(const struct scenario *scenario)
{
    double most = 0;

    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        for (size_t i = 0; i < scenario_programs(scenario, side); i++) {
            const struct program *program = scenario_program(scenario, side, i);
            double stay = pause_of(program) + longest_wait(program);
            most = stay > most ? stay : most;
        }
    }
    return most;
}

static bool some_program(const struct scenario *scenario, enum side side,
                         bool (*is_so)(const struct program *))
{
    for (size_t i = 0; i < scenario_programs(scenario, side); i++) {
        if (is_so(scenario_program(scenario, side, i))) {
            return true;
        }
    }
    return false;
}

static bool holds(const struct program *program)
{
    return program_has(program, STEP_HOLD);
}

/* Descriptors a role has open at once.  A server may lag behind: it gets twice the client's. */
static uint64_t descriptors_of(const struct scenario *scenario, enum side side)
{
    const struct load_spec *load = &scenario->load;
    uint64_t open = load->concurrency;

    if (scenario->side[side].descriptors > 0) {
        return 0; /* to run out of them is what the scenario wants */
    }
    if (some_program(scenario, side, holds)) {
        return connections_within(load, load->duration > 0 ? seconds_of(load->duration) : 1e9);
    }
    if (load->rate > 0) {
        open = connections_within(load, 1 + longest_stay(scenario));
    }
    return side == SIDE_SERVER ? 2 * open : open;
}

static bool waits(const struct scenario *scenario)
{
    return longest_wait(&scenario->side[SIDE_CLIENT].program) +
               longest_wait(&scenario->side[SIDE_SERVER].program) >
           0;
}

int plan_workers(const struct scenario *scenario, uint32_t workers[SIDE_N], struct error *error)
{
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        struct fit_need need = {
            .descriptors = descriptors_of(scenario, side),
            .guessed = scenario->load.connections == 0 || waits(scenario),
            .drawn = side == SIDE_SERVER && scenario_listens_each(scenario),
            .listeners = side == SIDE_SERVER ? scenario->side[side].addresses : 0,
            .workers = scenario->side[side].workers,
        };

        if (side == SIDE_SERVER && scenario->transport == TRANSPORT_TLS &&
            scenario->tls.resumption == TLS_RESUME_SESSION_ID && need.workers == 0) {
            need.workers = 1; /* its cache of sessions is its own */
        }
        if (!scenario_plays(scenario, side)) {
            workers[side] = 0;
        } else if (fit_workers(&need, side, &workers[side], error) != 0) {
            return -1;
        }
    }
    /* Each client worker must have a connection of its own to keep open. */
    if (workers[SIDE_CLIENT] > scenario->load.concurrency && scenario->load.rate == 0) {
        workers[SIDE_CLIENT] = scenario->load.concurrency;
    }
    if (scenario->client_ports == PORTS_SLICES &&
        workers[SIDE_CLIENT] > scenario_places(scenario)) {
        workers[SIDE_CLIENT] = (uint32_t)scenario_places(scenario);
    }
    return 0;
}

void plan_lab(const struct scenario *scenario, struct lab_config *config)
{
    *config = (struct lab_config){
        .private = scenario->lab == LAB_PRIVATE,
        .ipv6 = scenario->ip == IP_V6,
        .sockets = connections_within(&scenario->load, seconds_of(TIME_WAIT_LENGTH)),
    };
    if (!scenario_plays(scenario, SIDE_CLIENT) && config->sockets > FOREIGN_SOCKETS) {
        config->sockets = FOREIGN_SOCKETS;
    }
    if (scenario_runs(scenario, SIDE_PROXY)) {
        config->sockets *= 3; /* its two ends are in the server's host, too */
    }
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        config->sysctl[side] = scenario->side[side].sysctl;
        config->addresses[side] = scenario->side[side].addresses;
    }
}

void plan_server(const struct trial *trial, struct address_pool *pool)
{
    const struct scenario *scenario = trial->scenario;
    struct error unused;

    if (scenario->at != NULL) { /* checked when the scenario was loaded */
        pool->count = 1;
        address_parse(&pool->first, scenario->at, &unused);
        return;
    }
    *pool = *lab_pool(trial->lab, SIDE_SERVER);
    address_set_port(&pool->first, scenario->port);
}

/* In a private lab a host's sockets are its side's, but for a proxy's in the server's; in the
 * machine's own network the server's port tells, and its address where it has but one. */
void plan_sampler(const struct trial *trial, struct sampler_config *config,
                  struct sampler_host host[SIDE_N])
{
    bool private = lab_is_private(trial->lab);
    uint16_t front = scenario_runs(trial->scenario, SIDE_PROXY) ? trial->scenario->proxy_port : 0;
    struct address_pool server;

    plan_server(trial, &server);
    host[0] = (struct sampler_host){
        .netns = -1,
        .port_count = 1,
        .port = {address_port(&server.first)},
        .front = front,
        .at = server.count == 1 ? server.first : (struct address){.length = 0},
    };
    for (enum side side = SIDE_CLIENT; side < SIDE_N && private; side++) {
        host[side] = (struct sampler_host){.netns = lab_netns(trial->lab, side), .side = side};
    }
    if (private && front != 0) {
        host[SIDE_SERVER].port_count = 1;
        host[SIDE_SERVER].port[0] = trial->scenario->port;
        host[SIDE_SERVER].front = front;
    }
    *config = (struct sampler_config){
        .every = trial->scenario->sample_every,
        .host_count = private ? SIDE_N : 1,
        .host = host,
    };
}

/* Whether the program sends again before it has received an answer: then messages may come to its
 * peer one behind the other, and so may the answers to it. */
static bool sends_ahead(const struct program *program)
{
    bool owed = false;

    for (int pass = 0; pass < 2; pass++) { /* twice, for what a repeat joins */
        for (size_t i = 0; i < program->length; i++) {
            enum step_op op = program->step[i].op;

            if (op == STEP_SEND && owed) {
                return true;
            }
            owed = (owed || op == STEP_SEND) && op != STEP_RECV;
        }
        if (program_rounds(program) == 1) {
            break;
        }
    }
    return false;
}

static enum step_op first_message(const struct program *program)
{
    for (size_t i = 0; i < program->length; i++) {
        if (program->step[i].op == STEP_SEND || program->step[i].op == STEP_RECV) {
            return program->step[i].op;
        }
    }
    return STEP_OP_N;
}

static bool sends_first(const struct program *program)
{
    return first_message(program) == STEP_SEND;
}

static bool receives_first(const struct program *program)
{
    return first_message(program) == STEP_RECV;
}

static bool is_pipelined(const struct scenario *scenario)
{
    return some_program(scenario, SIDE_CLIENT, sends_ahead) ||
           some_program(scenario, SIDE_SERVER, sends_ahead);
}

/* Whether the client asks and the server answers, one message at a time. */
static bool take_turns(const struct scenario *scenario)
{
    return !is_pipelined(scenario) && !some_program(scenario, SIDE_CLIENT, receives_first) &&
           !some_program(scenario, SIDE_SERVER, sends_first);
}

/*
 * HTTP's "Connection: close" (RFC 9112 section 9.6) is said by both sides when the server
 * is to close first.  A foreign server is asked to by a client that waits for it, a foreign client
 * is told by a server that does not wait.
 */
static bool says_close(const struct trial *trial, enum side side)
{
    if (trial->model != NULL && trial->scenario->message.persist != PERSIST_SERVER) {
        return model_first_fin(trial->model) == SIDE_SERVER;
    }
    return side == SIDE_SERVER ? !program_awaits_end(&trial->scenario->side[SIDE_SERVER].program)
                               : some_program(trial->scenario, SIDE_CLIENT, program_awaits_end);
}

/* Whether workers of ours are at the other end of the side's connections. */
static bool faces_own(const struct scenario *scenario, enum side side)
{
    return scenario_plays(scenario, side_peer(side)) && !scenario_runs(scenario, SIDE_PROXY);
}

/* Real programs decide themselves how long a connection lasts. */
static bool obeys(const struct scenario *scenario, enum side side)
{
    const struct message_spec *message = &scenario->message;
    bool foreign = message->persist == PERSIST_AUTO && !faces_own(scenario, side);

    return message->protocol == PROTOCOL_HTTP && (foreign || message->persist == PERSIST_SERVER);
}

/* One source address is left to the kernel: it chooses the same, without a bind(2). */
static struct address_pool sources_of(const struct trial *trial)
{
    const struct scenario *scenario = trial->scenario;
    struct address_pool pool = *lab_pool(trial->lab, SIDE_CLIENT);

    bool bound = scenario->client_bind || scenario->client_ports == PORTS_WALK;

    if (pool.count <= 1 && !bound && scenario->client_port == 0) {
        pool.count = 0;
    }
    address_set_port(&pool.first, scenario->client_port);
    return pool;
}

/* Where the client connects to. */
static void target_address(const struct trial *trial, struct address_pool *pool)
{
    struct error unused;

    plan_server(trial, pool);
    if (scenario_runs(trial->scenario, SIDE_PROXY)) {
        pool->count = 1;
        address_set_port(&pool->first, trial->scenario->proxy_port);
    }
    if (trial->scenario->client_to != NULL) { /* checked when the scenario was loaded */
        pool->count = 1;
        address_parse(&pool->first, trial->scenario->client_to, &unused);
    }
}

uint16_t plan_port(const struct trial *trial)
{
    struct address_pool target;

    target_address(trial, &target);
    return address_port(&target.first);
}

void plan_role(const struct trial *trial, enum side side, struct role_plan *plan,
               char host[ADDRESS_TEXT])
{
    const struct scenario *scenario = trial->scenario;
    const struct side_spec *spec = &scenario->side[side];

    *plan = (struct role_plan){
        .side = side,
        .workers = trial->workers[side],
        .program = &spec->program,
        .mix = side == SIDE_CLIENT && scenario->mix.count > 0 ? &scenario->mix : NULL,
        .message = scenario->message,
        .say_close = says_close(trial, side),
        .obeys = obeys(scenario, side),
        .sockopts = &spec->sockopt,
        .tls = trial->tls[side],
        .unfinished = scenario->tls.unfinished,
        .host = host,
        .timeout = scenario->load.timeout,
        .pipelined = is_pipelined(scenario),
        .in_turn = faces_own(scenario, side) && take_turns(scenario),
        .backlog = scenario->backlog,
        .own_listeners = side == SIDE_SERVER && scenario_listens_each(scenario),
        .by_reuseport = scenario->listeners == LISTENERS_AUTO,
        .accepting = fit_accepting(spec->workers),
        .connections = scenario->load.connections,
        .concurrency = scenario->load.concurrency,
        .rate = scenario->load.rate,
        .duration = scenario->load.duration,
        .ports = scenario->client_ports,
        .descriptors = spec->descriptors,
    };
    if (side == SIDE_SERVER) {
        plan_server(trial, &plan->servers);
    } else {
        target_address(trial, &plan->servers);
    }
    if (side == SIDE_CLIENT) {
        plan->sources = sources_of(trial);
    }
    address_format(host, ADDRESS_TEXT, &plan->servers.first);
}
