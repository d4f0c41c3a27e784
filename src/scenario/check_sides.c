#include <stdlib.h>

#include "draft.h"
#include "finwait/grow.h"
#include "finwait/lab_plan.h"

/* What the options that make a side unlike other programs need. */

enum {
    /* What a worker has open besides its listeners and connections, and some. */
    DESCRIPTORS_OWN = 16,
};

static int check_to(const struct draft *draft)
{
    const struct scenario *scenario = draft->scenario;
    struct where where = draft_given(draft, "client.to")->where;
    struct address address;

    if (scenario->client_to == NULL) {
        return 0;
    }
    if (scenario->lab != LAB_PRIVATE) {
        return draft_fail(draft, where,
                          "to load a server that already runs, use server.at with lab: host",
                          "client.to needs lab: private");
    }
    if (address_parse(&address, scenario->client_to, draft->error) != 0) {
        return error_at(draft->error, where);
    }
    if ((address_family(&address) == AF_INET6) != (scenario->ip == IP_V6)) {
        return draft_fail(draft, where, "write an address of that version, or the other ip:",
                          "client.to %s is not of ip: %s", scenario->client_to,
                          scenario->ip == IP_V6 ? "v6" : "v4");
    }
    if (!lab_plan_owner(&address, NULL)) {
        error_set(draft->error, STATUS_USAGE, "client.to %s is no address of a private lab",
                  scenario->client_to);
        error_hint(draft->error,
                   "the client has %s or %s and those that follow, the server %s or %s",
                   lab_plans[LAB_V4].address[SIDE_CLIENT], lab_plans[LAB_V6].address[SIDE_CLIENT],
                   lab_plans[LAB_V4].address[SIDE_SERVER], lab_plans[LAB_V6].address[SIDE_SERVER]);
        return error_at(draft->error, where);
    }
    return 0;
}

static int check_descriptors(const struct draft *draft, enum side side)
{
    const struct side_spec *spec = &draft->scenario->side[side];
    uint32_t least = DESCRIPTORS_OWN + (side == SIDE_SERVER ? spec->addresses : 0);
    const char *path = side == SIDE_CLIENT ? "client.descriptors" : "server.descriptors";

    if (spec->descriptors == 0 || spec->descriptors >= least) {
        return 0;
    }
    error_set(draft->error, STATUS_USAGE, "%s is %u, and a worker needs some for itself", path,
              spec->descriptors);
    error_hint(draft->error, "it can be %u and more here", least);
    return error_at(draft->error, draft_given(draft, path)->where);
}

static int fail_alone(const struct draft *draft, const char *what, struct where where)
{
    return draft_fail(draft, where, "take one of them out",
                      "server.listeners: each is several sockets at one port, and %s", what);
}

/* Two listeners share a port where both have SO_REUSEPORT (socket(7)); who is given later is told.
 */
static int check_listeners(const struct draft *draft)
{
    const struct scenario *scenario = draft->scenario;
    const struct given *each = draft_given(draft, "server.listeners");
    const struct given *option = draft_given(draft, "server.sockopt.reuseport");

    if (scenario->listeners != LISTENERS_EACH) {
        return 0;
    }
    if (scenario->side[SIDE_SERVER].sockopt.value[SOCKOPT_REUSEPORT] == 0) {
        return fail_alone(draft, "server.sockopt.reuseport is off",
                          option->level >= each->level ? option->where : each->where);
    }
    for (size_t i = 0; i < scenario->event_count; i++) {
        const struct event_spec *event = &scenario->event[i];

        if (event->side == SIDE_SERVER && event->reuseport == EVENT_OFF) {
            return fail_alone(draft, "this event starts them without SO_REUSEPORT", event->where);
        }
    }
    return 0;
}

/* Each worker needs a place of its own: a port, with a pair of addresses. */
static int check_slices(const struct draft *draft)
{
    const struct scenario *scenario = draft->scenario;
    uint32_t workers = scenario->side[SIDE_CLIENT].workers;
    uint64_t places = scenario_places(scenario);

    if (scenario->client_ports != PORTS_SLICES || workers <= places) {
        return 0;
    }
    return draft_fail(draft, draft_given(draft, "client.workers")->where,
                      "lower client.workers, or widen the range of ports, or leave client.ports to "
                      "the kernel",
                      "client.ports: slices has no port for each of %u workers: %llu with all "
                      "addresses",
                      workers, (unsigned long long)places);
}

static int check_ports(const struct draft *draft)
{
    const struct scenario *scenario = draft->scenario;

    if (check_slices(draft) != 0) {
        return -1;
    }
    if (scenario->client_ports == PORTS_KERNEL || scenario->client_port == 0) {
        return 0;
    }
    return draft_fail(draft, draft_given(draft, "client.ports")->where, "take one of them out",
                      "client.port is %u, which leaves client.ports nothing to choose",
                      scenario->client_port);
}

/* A head is HTTP's. */
static int check_heads(const struct draft *draft, enum side side, size_t index)
{
    const struct scenario *scenario = draft->scenario;
    const struct program *program = scenario_program(scenario, side, index);

    for (size_t i = 0; scenario->message.protocol == PROTOCOL_RAW && i < program->length; i++) {
        const struct step *step = &program->step[i];
        const char *name = step_table[step->op].name;

        if (step_receives(step, RECV_HEAD) || step_sends_head(step)) {
            char *hint = grow_format("write `%s`, or protocol: http", name);
            int status =
                draft_fail(draft, draft_step(draft, side, index, i), hint,
                           "`%s(head)` needs protocol: http: a raw message has no head", name);

            free(hint);
            return status;
        }
    }
    return 0;
}

int draft_check_sides(const struct draft *draft)
{
    if (check_to(draft) != 0 || check_listeners(draft) != 0 || check_ports(draft) != 0) {
        return -1;
    }
    for (unsigned side = 0; side < SIDE_N; side++) {
        if (check_descriptors(draft, (enum side)side) != 0) {
            return -1;
        }
        for (size_t i = 0; i < scenario_programs(draft->scenario, (enum side)side); i++) {
            if (check_heads(draft, (enum side)side, i) != 0) {
                return -1;
            }
        }
    }
    return 0;
}
