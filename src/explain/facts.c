#include "finwait/facts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "events.h"
#include "finwait/lab_plan.h"

bool facts_metric(const struct facts *facts, double *value, const char *format, ...)
{
    char name[128];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(name, sizeof name, format, arguments);
    va_end(arguments);
    *value = 0;
    return result_metric(facts->result, name, value);
}

enum side facts_peer(const struct facts *facts, enum side end)
{
    static const enum side peers[ENDS_N] = {
        [SIDE_CLIENT] = SIDE_FRONT,
        [SIDE_SERVER] = SIDE_BACK,
        [SIDE_FRONT] = SIDE_CLIENT,
        [SIDE_BACK] = SIDE_SERVER,
    };

    return facts_proxied(facts) ? peers[end] : side_peer(end);
}

bool facts_linked(const struct facts *facts, enum side end)
{
    return side_host(end) != side_host(facts_peer(facts, end));
}

/* A command counts nothing; in a private lab its host knows whether anybody there connected. */
bool facts_reached(const struct facts *facts)
{
    const struct result_side *server = &facts->result->side[SIDE_SERVER];
    double begun;

    return server->played
               ? server->account.opened > 0
               : !facts_metric(facts, &begun, "proxy.counter.TcpActiveOpens") || begun > 0;
}

/* ---- counters ---- */

double facts_moved(const struct facts *facts, enum side side, const char *counter)
{
    double delta;

    facts_metric(facts, &delta, "%s.counter.%s", side_name(side), counter);
    return delta;
}

double facts_moved_anywhere(const struct facts *facts, const char *counter)
{
    double delta;

    if (facts_metric(facts, &delta, "host.counter.%s", counter)) {
        return delta;
    }
    return facts_moved(facts, SIDE_CLIENT, counter) + facts_moved(facts, SIDE_SERVER, counter) +
           facts_moved(facts, SIDE_PROXY, counter); /* one of the two is 0 */
}

/* ---- gathering ---- */

static void gather_states(struct facts *facts, enum side which)
{
    const struct result_side *from = &facts->result->side[which];
    struct side_facts *side = &facts->side[which];

    side->settled = from->has_final;
    side->observed = from->has_final;
    side->orphans = from->has_final ? from->final.fin_wait2_orphans : 0;
    side->unaccepted = from->has_final ? from->final.close_wait_unaccepted : 0;
    side->fin_unsent = from->has_final ? from->final.fin_unsent : 0;
    side->queued = from->has_final ? from->final.accept_queue : 0;
    for (unsigned state = 1; state < TCP_STATE_N; state++) {
        const char *name = tcp_state_name((enum tcp_state)state);
        facts_metric(facts, &side->final[state], "%s.%s.final", side_name(which), name);
        if (facts_metric(facts, &side->peak[state], "%s.%s.peak", side_name(which), name)) {
            side->observed = true;
        } else {
            side->peak[state] = side->final[state];
        }
    }
}

/* Whose host refused what was refused: with client.to it may be the client's own. */
static enum side refuser(const struct facts *facts)
{
    enum side owner = SIDE_SERVER;
    struct address to;
    struct error none;

    if (address_parse(&to, facts_scenario(facts, "client.to"), &none) == 0) {
        lab_plan_owner(&to, &owner);
    }
    return owner;
}

/* A proxy's way to its own server; requests that were reset count as TcpAttemptFails, too. */
static double failed_behind(const struct facts *facts)
{
    double begun = facts_moved(facts, SIDE_SERVER, "TcpActiveOpens");
    double failed = facts_moved(facts, SIDE_SERVER, "TcpAttemptFails");

    if (!facts->result->private_lab || !facts->result->side[SIDE_SERVER].has_command) {
        return 0;
    }
    return failed < begun ? failed : begun;
}

double facts_resets(const struct facts *facts)
{
    return facts_moved_anywhere(facts, "TcpOutRsts") - facts->refused - facts->refused_behind;
}

static void gather_counters(struct facts *facts, enum side which)
{
    struct side_facts *side = &facts->side[which];

    side->counted = facts->result->side[which].counters.count > 0;
    /* Those with a life of 4 s or less are counted as killed, inet_twsk_schedule(). */
    side->tw_made =
        facts_moved(facts, which, "TcpExtTW") + facts_moved(facts, which, "TcpExtTWKilled");
    side->rsts = facts_moved(facts, which, "TcpOutRsts");
    if (which == refuser(facts)) {
        side->rsts -= side->rsts < facts->refused ? side->rsts : facts->refused;
    }
    if (which == SIDE_SERVER) {
        facts->refused_behind =
            side->rsts < facts->failed_behind ? side->rsts : facts->failed_behind;
        side->rsts -= facts->refused_behind;
    }
}

/* States that a socket can be in when its program has come to `hold`. */
static bool is_holdable(enum tcp_state state)
{
    return state != TCP_STATE_LISTEN && state != TCP_STATE_TIME_WAIT &&
           state != TCP_STATE_SYN_SENT && state != TCP_STATE_SYN_RECV;
}

/*
 * A socket whose connection is over while its descriptor is open is in CLOSE, and in none of the
 * tables that sock_diag walks unless it was bound to a port (inet_unhash()).  Every other state can
 * be seen; the orphans among those seen only make the difference smaller.
 */
static void gather_held(struct facts *facts, enum side which)
{
    const struct account *account = &facts->result->side[which].account;
    struct side_facts *side = &facts->side[which];
    double held = (double)account->outcome[OUTCOME_HELD];

    side->holding = held + (double)account->outcome[OUTCOME_CUT];
    for (unsigned state = 1; state < TCP_STATE_N; state++) {
        side->listed += is_holdable((enum tcp_state)state) ? side->final[state] : 0;
    }
    double seen = side->listed - side->orphans;
    /* Held by a role and seen in a host are not of the same once a role has moved. */
    side->unseen = !facts->moved && side->settled && held > seen ? held - seen : 0;
}

/* From the start of load to the end of `last`, or of what was reached before it. */
static double span_seconds(const struct result *result, enum phase last)
{
    const struct phase_span *load = &result->phase[PHASE_LOAD];
    int64_t end = load->end;

    for (unsigned phase = PHASE_SETTLE; phase <= (unsigned)last; phase++) {
        if (result->phase[phase].reached) {
            end = result->phase[phase].end;
        }
    }
    return load->reached && end > load->begin ? (double)(end - load->begin) / (double)NS_PER_S : 0;
}

/*
 * Connections are begun for load.duration or until there are load.connections, however long the
 * last ones then live: in a closed loop one begins when another ends, in an open one each is due at
 * its time, and is begun as soon after it as the client comes to it.
 */
static void gather_arrivals(struct facts *facts)
{
    int64_t duration = 0;
    double connections = (double)facts_scenario_count(facts, "load.connections");
    double last = (double)facts->result->side[SIDE_CLIENT].account.last_begun / (double)NS_PER_S;
    double seconds = facts->load;

    facts->open_loop = units_parse_rate(facts_scenario(facts, "load.rate"), &facts->asked) == 0 &&
                       facts->asked > 0;
    if (units_parse_duration(facts_scenario(facts, "load.duration"), &duration) == 0 &&
        duration > 0 && (double)duration / (double)NS_PER_S < seconds) {
        seconds = (double)duration / (double)NS_PER_S;
    }
    if (facts->open_loop && connections > 0 && connections / facts->asked < seconds) {
        seconds = connections / facts->asked;
    }
    facts->due = seconds;
    if (facts->open_loop && last > seconds) {
        seconds = last;
    }
    facts->arriving = seconds * (double)NS_PER_S < (double)LOAD_TOO_SHORT ? 0 : seconds;
}

void facts_gather(struct facts *facts, const struct result *result)
{
    const struct account *client = &result->side[SIDE_CLIENT].account;

    *facts = (struct facts){
        .result = result,
        .load = span_seconds(result, PHASE_LOAD),
        .watched = span_seconds(result, PHASE_SETTLE),
        .whole = span_seconds(result, PHASE_DECAY),
        .refused = (double)client->outcome[OUTCOME_REFUSED],
        .no_port = (double)client->outcome[OUTCOME_NO_PORT],
        .timeouts = (double)client->outcome[OUTCOME_TIMEOUT] +
                    (double)result->side[SIDE_SERVER].account.outcome[OUTCOME_TIMEOUT],
    };
    facts->tallied = facts_metric(facts, &facts->attempted, "connections.attempted");
    facts_metric(facts, &facts->opened, "connections.opened");
    facts_metric(facts, &facts->completed, "connections.completed");
    facts_metric(facts, &facts->failed, "connections.failed");
    facts_metric(facts, &facts->foreseen, "connections.foreseen");
    facts->unforeseen = facts->completed + facts->failed - facts->foreseen;
    facts_metric(facts, &facts->rate, "connections.rate");
    gather_arrivals(facts);
    facts->failed_behind = failed_behind(facts);
    facts->moved = events_moved(facts);
    for (unsigned side = 0; side < SIDE_N; side++) {
        gather_states(facts, (enum side)side);
        gather_counters(facts, (enum side)side);
        gather_held(facts, (enum side)side);
    }
    gather_states(facts, SIDE_FRONT);
    gather_states(facts, SIDE_BACK);
}

char *facts_counted(char text[COUNTED_TEXT], double value, const char *one, const char *many)
{
    snprintf(text, COUNTED_TEXT, "%s %s", COUNT(value), PLURAL(value, one, many));
    return text;
}

char *facts_share(char *text, size_t size, double fraction)
{
    double percent = fraction * 100;

    if (percent > 0 && percent < 0.05) {
        snprintf(text, size, "under 0.1 %%");
    } else {
        snprintf(text, size, percent < 9.95 ? "%.1f %%" : "%.0f %%", percent);
    }
    return text;
}
