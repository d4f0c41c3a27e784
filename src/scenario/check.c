#include <stdlib.h>
#include <string.h>

#include "draft.h"
#include "finwait/grow.h"
#include "finwait/model.h"

/* What no option can tell alone. */

static int check_load(const struct draft *draft)
{
    const struct scenario *scenario = draft->scenario;

    if (scenario->load.duration > 0 || scenario->side[SIDE_CLIENT].command.words.count > 0) {
        return 0;
    }
    if (scenario->side[SIDE_CLIENT].none) {
        return draft_fail(draft, draft_given(draft, "client")->where,
                          "nothing else tells when the load ends: write e.g. "
                          "load: {duration: 10s}",
                          "client: none needs load.duration");
    }
    if (scenario->load.connections == 0) {
        return draft_fail(draft, draft_given(draft, "load.connections")->where,
                          "write one of them, e.g. load: {duration: 10s}",
                          "load.connections is 0, no limit, and there is no "
                          "load.duration");
    }
    return 0;
}

static int fail_unreachable(const struct draft *draft)
{
    return draft_fail(draft, draft_given(draft, "client")->where, "write lab: host",
                      "client: none in a private lab: no other client can reach the server there");
}

static int check_lab(const struct draft *draft)
{
    const struct scenario *scenario = draft->scenario;

    if (scenario->lab != LAB_HOST) {
        return scenario->side[SIDE_CLIENT].none ? fail_unreachable(draft) : 0;
    }
    for (unsigned side = 0; side < SIDE_N; side++) {
        const struct sysctl_settings *sysctl = &scenario->side[side].sysctl;
        if (sysctl->count > 0) {
            return draft_fail(draft, sysctl->item[0].where, "take it out, or write lab: private",
                              "lab: host changes no sysctl, and %s is given", sysctl->item[0].name);
        }
    }
    return 0;
}

static int check_target(const struct draft *draft, const struct address *address,
                        struct where where)
{
    const struct scenario *scenario = draft->scenario;
    bool v6 = address_family(address) == AF_INET6;

    if (v6 != (scenario->ip == IP_V6)) {
        return draft_fail(draft, where, v6 ? "write ip: v6" : "write ip: v4",
                          "server.at is an IP%s address, and ip is %s", v6 ? "v6" : "v4",
                          v6 ? "v4" : "v6");
    }
    if (!address_is_loopback(address) && !draft->may_load_target) {
        return draft_fail(draft, where,
                          "load only machines you are allowed to, and then say so with "
                          "--i-may-load-this-target",
                          "server.at %s is not a loopback address", scenario->at);
    }
    return 0;
}

static int check_at(const struct draft *draft)
{
    const struct scenario *scenario = draft->scenario;
    struct where where = draft_given(draft, "server.at")->where;
    struct address address;

    if (scenario->at == NULL) {
        return 0;
    }
    if (scenario->side[SIDE_CLIENT].none) {
        return draft_fail(draft, where, "take one of them out",
                          "client: none and server.at leave nothing to run");
    }
    if (scenario->lab != LAB_HOST) {
        return draft_fail(draft, where,
                          "nothing outside a private lab can be reached from within: write "
                          "lab: host",
                          "server.at needs lab: host");
    }
    if (address_parse(&address, scenario->at, draft->error) != 0) {
        return error_at(draft->error, where);
    }
    return check_target(draft, &address, where);
}

/* ---- the model ---- */

/* TLS 1.3 is what both sides choose where it is allowed. */
static void model_tls(const struct scenario *scenario, struct model_tls *tls)
{
    *tls = (struct model_tls){.on = scenario->transport == TRANSPORT_TLS};
    tls->read_ahead = tls->on && scenario->tls.read_ahead;
    tls->server_last = tls->on && scenario->tls.version == TLS_1_2;
    tls->tickets = tls->on && scenario->tls.version != TLS_1_2 && scenario->tls.tickets > 0;
    for (unsigned side = 0; side < SIDE_N; side++) {
        tls->ignore_unexpected_eof[side] = scenario->tls.side[side].ignore_unexpected_eof;
    }
}

/* Chunks of nothing have a last one. */
static bool has_body(const struct message_spec *message, enum side sender)
{
    bool chunked = message->chunked && message_status_has_body(message_status(message));
    bool bare = message->method != NULL && strcmp(message->method, "HEAD") == 0;

    return sender == SIDE_CLIENT ? message->request_size > 0
                                 : !bare && (message_content(message, sender) > 0 || chunked);
}

bool scenario_model(const struct scenario *scenario, struct model_input *input)
{
    model_tls(scenario, &input->tls);
    input->timeout = scenario->load.timeout;
    for (unsigned side = 0; side < SIDE_N; side++) {
        input->program[side] = &scenario->side[side].program;
        scenario_flow(scenario, (enum side)side, &input->flow[side]);
        input->body[side] = has_body(&scenario->message, (enum side)side);
        input->long_fin_wait2[side] = scenario_long_fin_wait2(&scenario->side[side]);
    }
    return !scenario->side[SIDE_CLIENT].none && !scenario_runs(scenario, SIDE_PROXY) &&
           input->program[SIDE_CLIENT]->length > 0 && input->program[SIDE_SERVER]->length > 0;
}

static int explore(const struct draft *draft, const struct model_input *input, struct where where)
{
    struct model *model = grow_bytes(sizeof *model);
    int status = model_explore(model, input, draft->error);
    free(model);
    return status == 0 ? 0 : error_at(draft->error, where);
}

/* Walk both programs: what waits for ever in the model would in the lab. */
static int check_programs(const struct draft *draft)
{
    const struct scenario *scenario = draft->scenario;
    bool mixed = scenario->mix.count > 0;
    struct model_input input;

    /* Of a peer that is not ours the model knows nothing, nor of what heads say. */
    if (!scenario_model(scenario, &input) || scenario->side[SIDE_SERVER].none ||
        scenario->client_to != NULL || scenario->message.persist == PERSIST_SERVER) {
        return 0;
    }
    input.timeout = 0; /* load.timeout is no way to end, but a rescue */
    for (size_t i = 0; i < scenario_programs(scenario, SIDE_CLIENT); i++) {
        input.program[SIDE_CLIENT] = scenario_program(scenario, SIDE_CLIENT, i);
        if (explore(draft, &input,
                    mixed ? draft->mix_where[i] : scenario->side[SIDE_CLIENT].program_where) != 0) {
            return -1;
        }
    }
    return 0;
}

/* The name becomes a directory of its own below --out, and must not lead out of that. */
static bool stays_below(const char *path)
{
    for (;;) {
        size_t length = strcspn(path, "/");

        if (length == 0 || (length == 1 && path[0] == '.') ||
            (length == 2 && strncmp(path, "..", 2) == 0)) {
            return false;
        }
        if (path[length] == '\0') {
            return true;
        }
        path += length + 1;
    }
}

static int check_name(const struct draft *draft)
{
    const char *name = draft->scenario->name;

    if (stays_below(name)) {
        return 0;
    }
    return draft_fail(draft, draft_given(draft, "name")->where,
                      "take empty parts and those of dots out",
                      "name '%s' cannot be that of a directory", name);
}

int draft_check(const struct draft *draft)
{
    if (check_name(draft) != 0 || draft_check_message(draft) != 0 || check_load(draft) != 0 ||
        check_lab(draft) != 0 || check_at(draft) != 0 || draft_check_sides(draft) != 0 ||
        draft_check_commands(draft) != 0 || draft_check_tls(draft) != 0 ||
        draft_check_timeline(draft) != 0 || draft_check_variants(draft) != 0) {
        return -1;
    }
    return check_programs(draft);
}
