#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/facts.h"
#include "finwait/text.h"

/* What the scenario and the hosts were set to. */

const char *facts_scenario(const struct facts *facts, const char *path)
{
    return result_setting(facts->result, path);
}

const char *facts_sysctl(const struct facts *facts, enum side side, const char *name)
{
    return text_or_empty(text_pairs_get(&facts->result->side[side_host(side)].sysctl, name));
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

/* Ports from `low` to `high` in ip_local_reserved_ports, "8080,9000-9010": connect and bind pass
 * them over. */
static uint64_t reserved(const struct facts *facts, uint64_t low, uint64_t high)
{
    const char *list = facts_sysctl(facts, SIDE_CLIENT, "net.ipv4.ip_local_reserved_ports");
    uint64_t count = 0;
    char *end;

    for (uint64_t first = strtoul(list, &end, 10); end != list; first = strtoul(list, &end, 10)) {
        uint64_t last = *end == '-' ? strtoul(end + 1, &end, 10) : first;
        uint64_t from = first > low ? first : low;
        uint64_t to = last < high ? last : high;
        count += to >= from ? to - from + 1 : 0;
        list = *end == ',' ? end + 1 : end;
    }
    return count;
}

bool facts_binds_early(const struct facts *facts)
{
    bool binds = strcmp(facts_scenario(facts, "client.bind"), "on") == 0 ||
                 facts_scenario_count(facts, "client.addresses") > 1;

    return binds && strcmp(facts_scenario(facts, "client.sockopt.bind_no_port"), "off") == 0;
}

void facts_ports(const struct facts *facts, struct port_budget *budget)
{
    const char *narrowed = facts_scenario(facts, "client.sockopt.local_port_range");
    const char *range = facts_sysctl(facts, SIDE_CLIENT, "net.ipv4.ip_local_port_range");
    bool one = !facts->result->side[SIDE_SERVER].played || facts_proxied(facts); /* server.at */
    bool early = facts_binds_early(facts);
    uint64_t fixed = facts_scenario_count(facts, "client.port");

    *budget = (struct port_budget){
        .addresses = at_least_one(facts_scenario_count(facts, "client.addresses")),
        .destinations =
            early || one ? 1 : at_least_one(facts_scenario_count(facts, "server.addresses")),
    };
    if (facts->result->side[SIDE_CLIENT].played &&
        (parse_range(narrowed, &budget->low, &budget->high) ||
         parse_range(range, &budget->low, &budget->high))) {
        budget->ports = budget->high - budget->low + 1 - reserved(facts, budget->low, budget->high);
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

int64_t facts_fin_wait2(const struct facts *facts, enum side side, bool *own)
{
    char option[32];
    int64_t linger2;

    snprintf(option, sizeof option, "%s.sockopt.linger2", side_name(side));
    *own = units_parse_duration(facts_scenario(facts, option), &linger2) == 0 && linger2 > 0;
    uint64_t seconds = facts_sysctl_count(facts, side, "net.ipv4.tcp_fin_timeout");
    return *own ? linger2 : seconds < INT32_MAX ? (int64_t)seconds * NS_PER_S : 0;
}

char *facts_server(char *text, size_t size, const struct facts *facts)
{
    const char *to = facts_scenario(facts, "client.to");
    const char *at = to[0] != '\0' ? to : facts_scenario(facts, "server.at");

    if (at[0] != '\0') {
        snprintf(text, size, "at %s", at);
    } else {
        snprintf(text, size, "on port %s",
                 facts_scenario(facts, facts_proxied(facts) ? "proxy.port" : "server.port"));
    }
    return text;
}

/* What a program leaves SO_LINGER at when it ends: at 0 s or not. */
static bool ends_lingering_zero(const struct program *program, bool zero)
{
    for (size_t i = 0; i < program->length; i++) {
        const struct step *step = &program->step[i];
        if (step->op == STEP_LINGER || step->op == STEP_RST) {
            zero = step->op == STEP_RST || step->arg == 0;
        }
    }
    return zero;
}

enum lingering facts_lingering(const struct facts *facts, enum side side)
{
    const struct program *steps = &facts->result->side[side].steps;
    const struct account *account = &facts->result->side[side].account;
    int64_t linger = -1;
    char name[48];

    if (steps->length == 0) {
        return LINGERING_UNKNOWN;
    }
    snprintf(name, sizeof name, "%s.sockopt.linger", side_name(side));
    bool zero = units_parse_duration(facts_scenario(facts, name), &linger) == 0 && linger == 0;
    bool ends_zero = ends_lingering_zero(steps, zero);
    /* A connection that failed on its way was closed before its program came to linger. */
    if (!zero && ends_zero &&
        account->outcome[OUTCOME_DONE] + account->outcome[OUTCOME_HELD] < account->attempted) {
        return LINGERING_UNKNOWN;
    }
    return ends_zero ? LINGERING_ZERO : LINGERING_NOT;
}

bool facts_aborts_orphans(const struct facts *facts, enum side side)
{
    char name[48];

    snprintf(name, sizeof name, "%s.sockopt.linger2", side_name(side));
    return facts_scenario(facts, name)[0] == '-';
}
