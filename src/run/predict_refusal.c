#include "finwait/clock.h"
#include "finwait/conduct.h"
#include "finwait/kernel_sysctl.h"
#include "finwait/model.h"
#include "trial.h"

/*
 * What the model cannot know.  It walks two programs over a network that loses nothing and
 * knows no limits; what ends a state early or keeps a connection from being made lies
 * outside it, and a prediction would only look like one.
 */

#define PORT_RANGE   "net.ipv4.ip_local_port_range"
#define SYN_PATIENCE (7 * NS_PER_S)
#define SEGMENT      1000  /* bytes of a message that one surely carries, with an HTTP head */
#define RECORD       15000 /* bytes of a message that one of TLS surely carries */
#define TW_BUCKETS   "net.ipv4.tcp_max_tw_buckets"

/* ---- what the scenario asks for ---- */

/* Any number but 0 turns a switch on. */
static bool turns_on(const struct scenario *scenario, enum side side, const char *name)
{
    const char *text = scenario_sysctl(&scenario->side[side], name);

    return text != NULL && sysctl_number(text, 0) != 0;
}

static bool sets_sockopt(const struct scenario *scenario, enum side side, enum sockopt_id id,
                         int64_t value)
{
    const struct sockopts *options = &scenario->side[side].sockopt;

    return options->set[id] && options->value[id] == value;
}

/* ---- the reasons ---- */

static bool has_faults(const struct scenario *scenario, enum side side)
{
    (void)side;
    return scenario->fault_count > 0;
}

static bool has_events(const struct scenario *scenario, enum side side)
{
    (void)side;
    return scenario->event_count > 0;
}

static bool is_proxied(const struct scenario *scenario, enum side side)
{
    (void)side;
    return scenario_runs(scenario, SIDE_PROXY);
}

static bool is_foreign(const struct scenario *scenario, enum side side)
{
    return !scenario_plays(scenario, side);
}

static bool obeys_peer(const struct scenario *scenario, enum side side)
{
    (void)side;
    return scenario->message.protocol == PROTOCOL_HTTP &&
           scenario->message.persist == PERSIST_SERVER;
}

static bool some_program_has(const struct scenario *scenario, enum side side, enum step_op op)
{
    for (size_t i = 0; i < scenario_programs(scenario, side); i++) {
        if (program_has(scenario_program(scenario, side, i), op)) {
            return true;
        }
    }
    return false;
}

static bool inherits(const struct scenario *scenario, enum side side)
{
    return some_program_has(scenario, side, STEP_INHERIT);
}

static bool sends_head(const struct scenario *scenario, enum side side)
{
    for (size_t i = 0; i < scenario_programs(scenario, side); i++) {
        if (program_sends_head(scenario_program(scenario, side, i))) {
            return true;
        }
    }
    return false;
}

/* Whether the program may receive what a `drain` has left of a message that does not arrive in one
 * segment: of HTTP it is no message, and raw it begins another. */
static bool tears(const struct scenario *scenario, enum side side, const struct program *program)
{
    const struct message_spec *message = &scenario->message;
    bool drained = false;
    bool again = program_rounds(program) > 1;

    for (size_t i = 0; i < program->length; i++) {
        drained |= program->step[i].op == STEP_DRAIN;
        if (program->step[i].op == STEP_RECV && (drained || again)) {
            return program_has(program, STEP_DRAIN) &&
                   (side == SIDE_CLIENT ? message->response_size : message->request_size) > SEGMENT;
        }
    }
    return false;
}

static bool tears_messages(const struct scenario *scenario, enum side side)
{
    for (size_t i = 0; i < scenario_programs(scenario, side); i++) {
        if (tears(scenario, side, scenario_program(scenario, side, i))) {
            return true;
        }
    }
    return false;
}

/* Whether the record of TLS that a head comes in may not have all of the message. */
static bool parts_records(const struct scenario *scenario, enum side side)
{
    struct model_flow flow;
    bool heads = false;

    for (size_t i = 0; i < scenario_programs(scenario, side); i++) {
        heads |= program_receives(scenario_program(scenario, side, i), RECV_HEAD);
    }
    scenario_flow(scenario, side_peer(side), &flow);
    return scenario->transport == TRANSPORT_TLS && heads && flow.message > RECORD;
}

/* A client's connections are dealt out evenly, a server's are not. */
static bool dies_beside_others(const struct scenario *scenario, enum side side)
{
    const struct side_spec *spec = &scenario->side[side];
    uint64_t connections = scenario->load.connections;
    bool alone = connections == 1 ||
                 (side == SIDE_CLIENT && connections > 0 && connections <= spec->workers &&
                  connections <= scenario->load.concurrency);

    return some_program_has(scenario, side, STEP_DIE) && !alone;
}

/* A SYN that finds the accept queue full is sent again after 1 s, and then after 2 and 4
 * (TCP_TIMEOUT_INIT); connect(2) waits that long. */
static bool waits_for_queue(const struct scenario *scenario, enum side side)
{
    const struct load_spec *load = &scenario->load;
    uint64_t most = load->connections > 0 ? load->connections : UINT64_MAX;

    if (load->rate == 0 && load->concurrency < most) {
        most = load->concurrency;
    }
    return side == SIDE_SERVER && load->timeout > 0 && load->timeout < SYN_PATIENCE &&
           scenario->backlog < most;
}

static bool resets_in_fin_wait2(const struct scenario *scenario, enum side side)
{
    return sets_sockopt(scenario, side, SOCKOPT_LINGER2, -1);
}

static bool lingers_zero(const struct scenario *scenario, enum side side)
{
    return sets_sockopt(scenario, side, SOCKOPT_LINGER, 0);
}

/* The certificate of our own server, made at start, passes where the client trusts that
 * very one and asks for no name. */
static bool judges_certificate(const struct scenario *scenario, enum side side)
{
    const struct tls_spec *tls = &scenario->tls;

    return side == SIDE_CLIENT && scenario->transport == TRANSPORT_TLS &&
           tls->side[SIDE_CLIENT].verify &&
           (tls->side[SIDE_CLIENT].ca != NULL || tls->sni != NULL ||
            tls->side[SIDE_SERVER].cert != NULL);
}

/* The client's that is made by the server's CA passes. */
static bool judges_clients(const struct scenario *scenario, enum side side)
{
    const struct tls_spec *tls = &scenario->tls;

    return side == SIDE_SERVER && scenario->transport == TRANSPORT_TLS &&
           tls->side[SIDE_SERVER].verify &&
           (tls->side[SIDE_CLIENT].cert != NULL || tls->shown != TLS_SHOW_TRUSTED);
}

/* Two hours pass before the first probe unless that is changed: longer than any run. */
static bool probes(const struct scenario *scenario, enum side side)
{
    return sets_sockopt(scenario, side, SOCKOPT_KEEPALIVE, 1) &&
           (scenario->side[side].sockopt.set[SOCKOPT_KEEPIDLE] ||
            scenario_sysctl(&scenario->side[side], "net.ipv4.tcp_keepalive_time") != NULL);
}

static bool gives_up(const struct scenario *scenario, enum side side)
{
    return scenario->side[side].sockopt.set[SOCKOPT_USER_TIMEOUT] &&
           scenario_fills_window(scenario, side);
}

static bool defers_accept(const struct scenario *scenario, enum side side)
{
    return scenario->side[side].sockopt.set[SOCKOPT_DEFER_ACCEPT] &&
           scenario->side[side].sockopt.value[SOCKOPT_DEFER_ACCEPT] > 0;
}

/* inet_twsk_alloc() compares without a sign: what is below 0 is no limit. */
static bool overflows_time_wait(const struct scenario *scenario, enum side side)
{
    const char *most = scenario_sysctl(&scenario->side[side], TW_BUCKETS);

    return most != NULL && (scenario->load.connections == 0 ||
                            (uint64_t)sysctl_number(most, 0) < scenario->load.connections);
}

static bool keeps_time_wait(const struct scenario *scenario, enum side side)
{
    return turns_on(scenario, side, "net.ipv4.tcp_rfc1337");
}

static bool resets_overflow(const struct scenario *scenario, enum side side)
{
    return turns_on(scenario, side, "net.ipv4.tcp_abort_on_overflow");
}

static bool limits_descriptors(const struct scenario *scenario, enum side side)
{
    return scenario->side[side].descriptors > 0;
}

static bool connects_elsewhere(const struct scenario *scenario, enum side side)
{
    return side == SIDE_CLIENT && scenario->client_to != NULL;
}

static bool repeats_port(const struct scenario *scenario, enum side side)
{
    return side == SIDE_CLIENT && scenario->client_port != 0;
}

static bool lacks_ports(const struct scenario *scenario, enum side side)
{
    uint64_t places = scenario_places(scenario);
    uint64_t connections = scenario->load.connections;

    return side == SIDE_CLIENT && places < UINT64_MAX && (connections == 0 || places < connections);
}

static const char few_buckets[] =
    "tcp_max_tw_buckets is below the number of connections: the TIME_WAIT beyond it vanish";
static const char few_ports[] =
    "there are fewer ports than connections, and the model knows no limits";

/* In the order in which they are thought of: the first that applies is told. */
static const struct reason {
    bool (*applies)(const struct scenario *scenario, enum side side);
    const char *text;
} reasons[] = {
    {has_faults, "faults strike the link, and the model's network loses nothing"},
    {has_events, "events strike a role from outside, and the model knows only its program"},
    {is_proxied, "a proxy stands between the two programs: they have no connection in common"},
    {is_foreign, "one of the two programs is not finwait's own"},
    {obeys_peer,
     "http.persist: server ends rounds by what the peer's heads say, and the model reads "
     "none"},
    {inherits, "a child process holds the descriptor too, and the model knows of no processes"},
    {sends_head, "`send(head)` begins a message that never ends, and the model's are whole"},
    {tears_messages,
     "`drain` may take a part of a message, and the next `recv` begins with the rest"},
    {parts_records, "`recv(head)` over TLS takes the record that the head is in, and the message "
                    "may be of several"},
    {dies_beside_others,
     "`die` ends the other connections of its worker as well, wherever they are, "
     "and the model walks one"},
    {waits_for_queue, "server.backlog is below the number of connections at a time, and a connect "
                      "that finds no room in it may meet load.timeout"},
    {resets_in_fin_wait2, "TCP_LINGER2 = -1 ends an orphaned FIN_WAIT2 with a reset, and whether "
                          "the FIN is acknowledged before the close is a race"},
    {lingers_zero, "SO_LINGER = 0s makes a reset of every close, which no step says"},
    {judges_certificate, "client.tls.verify may refuse the server's certificate, and the model "
                         "reads none"},
    {judges_clients, "server.tls.verify may refuse the client's certificate, and the model reads "
                     "none"},
    {probes, "keepalive probes end what would stand for ever, once the peer is gone"},
    {gives_up, "TCP_USER_TIMEOUT ends a connection whose peer does not read"},
    {defers_accept, "TCP_DEFER_ACCEPT keeps the server in SYN_RECV until data comes"},
    {overflows_time_wait, few_buckets},
    {keeps_time_wait, "tcp_rfc1337 = 1 keeps the TIME_WAIT that a reset would end"},
    {resets_overflow, "tcp_abort_on_overflow = 1 resets what a full accept queue has no room for"},
    {limits_descriptors, "descriptors may run out, and the model knows no limits"},
    {connects_elsewhere, "client.to lets the client connect to something else than the server"},
    {repeats_port, "client.port makes each connection meet what the one before it has left"},
    {lacks_ports, few_ports},
};

static bool comes_from_outside(const struct reason *reason)
{
    return reason->applies == has_faults || reason->applies == has_events;
}

static bool is_limit(const struct reason *reason)
{
    return reason->applies == overflows_time_wait || reason->applies == limits_descriptors ||
           reason->applies == lacks_ports;
}

static const char *first_reason(const struct scenario *scenario,
                                bool (*passed_over)(const struct reason *))
{
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        for (unsigned side = 0; side < SIDE_N; side++) {
            if ((passed_over == NULL || !passed_over(&reasons[i])) &&
                reasons[i].applies(scenario, (enum side)side)) {
                return reasons[i].text;
            }
        }
    }
    return NULL;
}

const char *predict_refusal(const struct scenario *scenario)
{
    return first_reason(scenario, NULL);
}

const char *predict_refusal_unstruck(const struct scenario *scenario)
{
    return first_reason(scenario, comes_from_outside);
}

const char *predict_refusal_unlimited(const struct scenario *scenario)
{
    return first_reason(scenario, is_limit);
}

/* ---- what the hosts have room for ---- */

/* Connections whose TIME_WAIT can stand at a time, at most; 0: not known beforehand. */
static uint64_t begun_at_most(const struct load_spec *load)
{
    double lasting = (double)TIME_WAIT_LENGTH;
    double most = (double)load->connections;

    if (load->rate > 0) {
        double span = load->duration > 0 && (double)load->duration < lasting
                          ? (double)load->duration
                          : lasting;
        double by_rate = load->rate * span / (double)NS_PER_S;
        most = most > 0 && most < by_rate ? most : by_rate;
    }
    return (uint64_t)most;
}

/* Whether some way to end leaves the side a socket, or one in TIME_WAIT. */
static bool leaves(const struct model *model, enum side side, bool time_wait)
{
    for (size_t i = 0; i < model->end_count; i++) {
        enum tcp_state final = model->end[i].side[side].final;
        if (time_wait ? final == TCP_STATE_TIME_WAIT : final != TCP_STATE_CLOSE) {
            return true;
        }
    }
    return false;
}

const char *predict_limit(const struct scenario *scenario, const struct result *result,
                          const struct model *model)
{
    const struct result_side *client = &result->side[SIDE_CLIENT];
    uint64_t begun = begun_at_most(&scenario->load);

    for (unsigned side = 0; side < SIDE_N; side++) {
        const char *most = text_pairs_get(&result->side[side].sysctl, TW_BUCKETS);
        if (most != NULL && leaves(model, (enum side)side, true) &&
            (uint64_t)sysctl_number(most, 0) < begun) {
            return few_buckets;
        }
    }
    uint64_t ports = scenario_ports(scenario, text_pairs_get(&client->sysctl, PORT_RANGE));
    return ports < UINT64_MAX && ports * scenario_pairs(scenario) < begun &&
                   leaves(model, SIDE_CLIENT, false)
               ? few_ports
               : NULL;
}
