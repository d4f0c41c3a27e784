#include "facts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events.h"

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
    return facts_moved(facts, SIDE_CLIENT, counter) + facts_moved(facts, SIDE_SERVER, counter);
}

/* ---- settings ---- */

static const char *text_or_empty(const struct text_pairs *pairs, const char *name)
{
    const char *value = text_pairs_get(pairs, name);

    return value != NULL ? value : "";
}

const char *facts_scenario(const struct facts *facts, const char *path)
{
    return text_or_empty(&facts->result->scenario, path);
}

const char *facts_sysctl(const struct facts *facts, enum side side, const char *name)
{
    return text_or_empty(&facts->result->side[side].sysctl, name);
}

char *facts_duration(char *text, size_t size, const struct facts *facts, const char *path)
{
    const char *value = facts_scenario(facts, path);
    int64_t ns;

    if (units_parse_duration(value, &ns) != 0) {
        snprintf(text, size, "%s", value);
        return text;
    }
    return units_human_duration(text, size, ns);
}

uint64_t facts_scenario_count(const struct facts *facts, const char *path)
{
    uint64_t count;

    return units_parse_count(facts_scenario(facts, path), &count) == 0 ? count : 0;
}

uint64_t facts_sysctl_count(const struct facts *facts, enum side side, const char *name)
{
    uint64_t count;

    return units_parse_count(facts_sysctl(facts, side, name), &count) == 0 ? count : 0;
}

/* "32768 60999", as the sysctl has it, or "32768-60999", as the socket option is written. */
static bool parse_range(const char *text, uint64_t *low, uint64_t *high)
{
    char *end;

    *low = strtoul(text, &end, 10);
    if (end == text || *end == '\0') {
        return false;
    }
    text = end + 1;
    *high = strtoul(text, &end, 10);
    return end != text && *high >= *low && *high <= UINT16_MAX;
}

static uint64_t at_least_one(uint64_t count)
{
    return count > 0 ? count : 1;
}

void facts_ports(const struct facts *facts, struct port_budget *budget)
{
    const char *narrowed = facts_scenario(facts, "client.sockopt.local_port_range");
    const char *range = facts_sysctl(facts, SIDE_CLIENT, "net.ipv4.ip_local_port_range");
    bool one = !facts->result->side[SIDE_SERVER].played; /* server.at */
    /* A port bound before the destination is known serves one destination only
     * (ip(7), IP_BIND_ADDRESS_NO_PORT). */
    bool binds = strcmp(facts_scenario(facts, "client.bind"), "on") == 0 ||
                 facts_scenario_count(facts, "client.addresses") > 1;
    bool early = binds && strcmp(facts_scenario(facts, "client.sockopt.bind_no_port"), "off") == 0;
    uint64_t fixed = facts_scenario_count(facts, "client.port");

    *budget = (struct port_budget){
        .addresses = at_least_one(facts_scenario_count(facts, "client.addresses")),
        .destinations =
            early || one ? 1 : at_least_one(facts_scenario_count(facts, "server.addresses")),
    };
    if (facts->result->side[SIDE_CLIENT].played &&
        (parse_range(narrowed, &budget->low, &budget->high) ||
         parse_range(range, &budget->low, &budget->high))) {
        budget->ports = budget->high - budget->low + 1;
    }
    if (fixed > 0) {
        budget->low = budget->high = fixed;
        budget->ports = 1;
        /* bind(2) refuses what stands on the port, wherever that leads. */
        budget->destinations = facts_reuses_fixed_port(facts) ? budget->destinations : 1;
    }
    budget->total = budget->ports * budget->addresses * budget->destinations;
}

bool facts_reuses_fixed_port(const struct facts *facts)
{
    return facts_scenario_count(facts, "client.port") > 0 &&
           (strcmp(facts_scenario(facts, "client.sockopt.reuseaddr"), "on") == 0 ||
            strcmp(facts_scenario(facts, "client.sockopt.reuseport"), "on") == 0);
}

char *facts_server(char *text, size_t size, const struct facts *facts)
{
    const char *to = facts_scenario(facts, "client.to");
    const char *at = to[0] != '\0' ? to : facts_scenario(facts, "server.at");

    if (at[0] != '\0') {
        snprintf(text, size, "at %s", at);
    } else {
        snprintf(text, size, "on port %s", facts_scenario(facts, "server.port"));
    }
    return text;
}

/* ---- gathering ---- */

static void gather_states(struct facts *facts, enum side which)
{
    const struct result_side *from = &facts->result->side[which];
    struct side_facts *side = &facts->side[which];

    side->settled = from->has_final;
    side->observed = from->has_final;
    side->orphans = from->has_final ? from->final.fin_wait2_orphans : 0;
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

/* Whose host refused what was refused: with client.to it may be the client's own (lab.h). */
static enum side refuser(const struct facts *facts)
{
    static const char *const own[] = {"198.18.", "2001:2:0:1:", "[2001:2:0:1:"};
    const char *to = facts_scenario(facts, "client.to");

    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (strncmp(to, own[i], strlen(own[i])) == 0) {
            return SIDE_CLIENT;
        }
    }
    return SIDE_SERVER;
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
    double seen = -side->orphans;

    side->holding = held + (double)account->outcome[OUTCOME_CUT];
    for (unsigned state = 1; state < TCP_STATE_N; state++) {
        seen += is_holdable((enum tcp_state)state) ? side->final[state] : 0;
    }
    /* Held by a role and seen in a host are not of the same once a role has moved. */
    side->unseen = !facts->moved && side->settled && facts->result->private_lab && held > seen
                       ? held - seen
                       : 0;
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
 * In a closed loop one begins when another ends, so connections arrive all through the load.  In an
 * open loop they arrive for load.duration or until there are load.connections, however long the
 * last ones then live.
 */
static void gather_arrivals(struct facts *facts)
{
    double rate = 0;
    int64_t duration = 0;
    double connections = (double)facts_scenario_count(facts, "load.connections");
    double seconds = facts->load;

    facts->open_loop = units_parse_rate(facts_scenario(facts, "load.rate"), &rate) == 0 && rate > 0;
    if (facts->open_loop &&
        units_parse_duration(facts_scenario(facts, "load.duration"), &duration) == 0 &&
        duration > 0 && (double)duration / (double)NS_PER_S < seconds) {
        seconds = (double)duration / (double)NS_PER_S;
    }
    if (facts->open_loop && connections > 0 && connections / rate < seconds) {
        seconds = connections / rate;
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
    facts_metric(facts, &facts->rate, "connections.rate");
    gather_arrivals(facts);
    facts->moved = events_moved(facts);
    for (unsigned side = 0; side < SIDE_N; side++) {
        gather_states(facts, (enum side)side);
        gather_counters(facts, (enum side)side);
        gather_held(facts, (enum side)side);
    }
}

/* ---- answers ---- */

const char *facts_cut_by(const struct facts *facts)
{
    return facts->result->cut_by != NULL ? facts->result->cut_by : "something unknown";
}

enum phase facts_last_phase(const struct facts *facts)
{
    unsigned phase = PHASE_N - 1;

    while (phase > PHASE_SETUP && !facts->result->phase[phase].reached) {
        phase--;
    }
    return (enum phase)phase;
}

/* Whether orphans may have stood their whole time in FIN_WAIT2: those were mini-sockets as well. */
static bool orphans_expired(const struct facts *facts, enum side which)
{
    char option[32];
    int64_t linger2;

    snprintf(option, sizeof option, "%s.sockopt.linger2", side_name(which));
    bool own = units_parse_duration(facts_scenario(facts, option), &linger2) == 0 && linger2 > 0;
    double seconds = own ? (double)linger2 / (double)NS_PER_S
                         : (double)facts_sysctl_count(facts, which, "net.ipv4.tcp_fin_timeout");
    return facts->side[which].peak[TCP_STATE_FIN_WAIT2] > 0 && seconds > 0 &&
           seconds < facts->watched;
}

double facts_gave_way(const struct facts *facts, enum side which)
{
    const struct side_facts *side = &facts->side[which];
    double gone = side->tw_made - side->orphans - side->final[TCP_STATE_TIME_WAIT];

    /* Those that were there for their whole time are gone as well, in a longer run. */
    return side->counted && side->settled && gone > 0 && side->final[TCP_STATE_TIME_WAIT] > 0 &&
                   !orphans_expired(facts, which) &&
                   facts->watched * (double)NS_PER_S < (double)TIME_WAIT_LENGTH
               ? gone
               : 0;
}

bool facts_left_standing(const struct facts *facts, enum side side)
{
    double standing = facts->side[side].unseen;

    for (unsigned state = 1; state < TCP_STATE_N; state++) {
        standing += state == TCP_STATE_LISTEN ? 0 : facts->side[side].final[state];
    }
    return standing > 0;
}

double facts_unaccepted(const struct facts *facts)
{
    const struct result_side *server = &facts->result->side[SIDE_SERVER];
    double made = facts_moved(facts, SIDE_SERVER, "TcpPassiveOpens");
    double accepted = (double)server->account.attempted;

    return server->played && made > accepted ? made - accepted : 0;
}

bool facts_self_connected(const struct facts *facts)
{
    return facts_scenario(facts, "client.to")[0] != '\0' && facts->opened > 0 &&
           facts->side[SIDE_CLIENT].counted && facts->side[SIDE_SERVER].counted &&
           !(facts_moved_anywhere(facts, "TcpPassiveOpens") > 0) &&
           !(facts_moved_anywhere(facts, "TcpExtSyncookiesSent") > 0) &&
           !(facts->side[SIDE_SERVER].final[TCP_STATE_SYN_RECV] > 0);
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

char *facts_here(char *text, size_t size, const struct facts *facts, enum side side,
                 const char *sysctl)
{
    const char *value = facts_sysctl(facts, side, sysctl);

    snprintf(text, size, value[0] != '\0' ? " (%s here)" : "%s", value);
    return text;
}

char *facts_orphan_retries(char *text, size_t size, const struct facts *facts, enum side side)
{
    static const char name[] = "net.ipv4.tcp_orphan_retries";

    if (strcmp(facts_sysctl(facts, side, name), "0") == 0) {
        snprintf(text, size, " (0 here, which stands for 8)");
        return text;
    }
    return facts_here(text, size, facts, side, name);
}
