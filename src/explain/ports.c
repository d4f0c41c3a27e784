#include "ports.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "finwait/address.h"

#define TIMESTAMPS "net.ipv4.tcp_timestamps"
#define REUSE      "net.ipv4.tcp_tw_reuse"

/* ---- whether they were short ---- */

static const uint64_t *client_errors(const struct facts *facts)
{
    return facts->result->side[SIDE_CLIENT].account.error;
}

double ports_failed(const struct facts *facts)
{
    const uint64_t *error = client_errors(facts);
    double met = (double)(error[EADDRNOTAVAIL] + error[EADDRINUSE]);

    return facts->no_port > met ? facts->no_port : met;
}

double ports_taken(const struct facts *facts)
{
    double had = facts->attempted - facts->no_port;

    return had > 0 ? had : 0;
}

double ports_before(const struct facts *facts)
{
    return (double)facts->result->side[SIDE_CLIENT].stood_before;
}

double ports_seen_taken(const struct facts *facts)
{
    const struct side_facts *client = &facts->side[SIDE_CLIENT];
    double sum = 0;

    for (unsigned state = 1; state < TCP_STATE_N; state++) {
        sum += state == TCP_STATE_LISTEN ? 0 : client->peak[state];
    }
    return sum;
}

/* How many the load may have open at a time, of an open loop those of a second: where that is as
 * many as there are ports, few in the samples may be short-lived ones. */
static double wanted(const struct facts *facts)
{
    return facts->open_loop ? facts->asked
                            : (double)facts_scenario_count(facts, "load.concurrency");
}

/* A sample may miss the moment, and a run of resets leaves nothing to see: with room to spare. */
static bool were_enough(const struct facts *facts, const struct port_budget *budget)
{
    const struct side_facts *client = &facts->side[SIDE_CLIENT];
    double total = (double)budget->total;

    double before = ports_before(facts);

    return (ports_taken(facts) + before) * 2 < total ||
           (client->observed && wanted(facts) < total &&
            (ports_seen_taken(facts) + before) * 4 < total);
}

enum shortage ports_shortage(const struct facts *facts, const struct port_budget *budget)
{
    const uint64_t *error = client_errors(facts);
    bool none_taken = !(ports_taken(facts) + ports_before(facts) > 0);

    if (!(ports_failed(facts) > 0)) {
        return SHORTAGE_NONE;
    }
    if (error[EADDRINUSE] > 0) { /* bind(2)'s word for a port, not for an address */
        return facts_scenario_count(facts, "client.port") > 0 && none_taken ? SHORTAGE_HELD
                                                                            : SHORTAGE_PORTS;
    }
    return none_taken || (budget->total > 0 && were_enough(facts, budget)) ? SHORTAGE_ADDRESS
                                                                           : SHORTAGE_PORTS;
}

/* ---- taking them back ---- */

#define OWN_RANGE "client.sockopt.local_port_range"

static bool has_own_range(const struct facts *facts)
{
    return facts_scenario(facts, OWN_RANGE)[0] != '\0';
}

const char *ports_range(const struct facts *facts)
{
    return has_own_range(facts) ? OWN_RANGE : "ip_local_port_range";
}

const char *ports_call(const struct facts *facts)
{
    return facts_binds_early(facts) ? "bind" : "connect";
}

const char *ports_errno(const struct facts *facts)
{
    return facts_binds_early(facts) ? "EADDRINUSE" : "EADDRNOTAVAIL";
}

double ports_tried_first(const struct facts *facts, double ports)
{
    bool all = has_own_range(facts) || facts_scenario_count(facts, "client.port") > 0;

    return all ? ports : ports / 2;
}

/* tcp_tw_reuse = 2 is for loopback addresses. */
static bool goes_to_loopback(const struct facts *facts)
{
    const char *at = facts_scenario(facts, "server.at");
    struct address address;
    struct error unused;

    return !facts->result->private_lab &&
           (at[0] == '\0' ||
            (address_parse(&address, at, &unused) == 0 && address_is_loopback(&address)));
}

static bool allows_reuse(const struct facts *facts)
{
    const char *reuse = facts_sysctl(facts, SIDE_CLIENT, REUSE);

    return strcmp(reuse, "1") == 0 || (strcmp(reuse, "2") == 0 && goes_to_loopback(facts));
}

/* The ends without timestamps, for words; "": both have them, as far as is known. */
static const char *without_timestamps(const struct facts *facts)
{
    static const char *const ends[] = {"", " on the client", " on the server", " on both sides"};
    unsigned client = strcmp(facts_sysctl(facts, SIDE_CLIENT, TIMESTAMPS), "0") == 0;
    unsigned server = strcmp(facts_sysctl(facts, SIDE_SERVER, TIMESTAMPS), "0") == 0;

    return ends[client | server << 1U];
}

bool ports_reused(const struct facts *facts)
{
    return allows_reuse(facts) && without_timestamps(facts)[0] == '\0' &&
           !facts_binds_early(facts) && facts_scenario_count(facts, "client.port") == 0;
}

/* ---- advice ---- */

enum { CHOICES = 6, CHOICE_TEXT = 160 };

struct choices {
    size_t count;
    char text[CHOICES][CHOICE_TEXT];
};

static void choose(struct choices *choices, const char *what, const char *more)
{
    snprintf(choices->text[choices->count++], CHOICE_TEXT, "%s%s", what, more);
}

/* What of tcp_tw_reuse and its condition is not set, "tcp_tw_reuse to 1" or so; "": all is. */
static const char *missing_for_reuse(char text[CHOICE_TEXT], const struct facts *facts)
{
    const char *where = without_timestamps(facts);
    bool allowed = allows_reuse(facts);

    text[0] = '\0';
    if (!allowed && where[0] != '\0') {
        snprintf(text, CHOICE_TEXT, REUSE " to 1 on the client and " TIMESTAMPS " to 1%s", where);
    } else if (!allowed) {
        snprintf(text, CHOICE_TEXT, REUSE " to 1 on the client");
    } else if (where[0] != '\0') {
        snprintf(text, CHOICE_TEXT,
                 TIMESTAMPS " to 1%s, without which tcp_tw_reuse at %s does nothing", where,
                 facts_sysctl(facts, SIDE_CLIENT, REUSE));
    }
    return text;
}

/* Ports bound before connect serve one destination, and TIME_WAIT does not give them back. */
static void choose_reuse(struct choices *choices, const struct facts *facts, bool time_wait)
{
    bool early = facts_binds_early(facts);
    bool several = facts_scenario_count(facts, "server.addresses") > 1;
    char text[CHOICE_TEXT];
    const char *missing = time_wait ? missing_for_reuse(text, facts) : "";

    if (early && (several || (time_wait && missing[0] == '\0'))) {
        choose(choices, "set client.sockopt.bind_no_port to on, which leaves the port to connect",
               "");
    } else if (early && missing[0] != '\0') {
        choose(choices, "set client.sockopt.bind_no_port to on and ", missing);
    } else if (missing[0] != '\0') {
        choose(choices, "set ", missing);
    }
}

/* The least and the most that ip_local_port_range may be without ip_unprivileged_port_start. */
static bool is_narrow(const struct port_budget *budget)
{
    return budget->low > 1024 || budget->high < UINT16_MAX;
}

/* As has_one_source() of the scenario has it. */
static bool may_add_addresses(const struct facts *facts)
{
    return facts->result->private_lab ||
           (goes_to_loopback(facts) && strcmp(facts_scenario(facts, "ip"), "v6") != 0);
}

static void say_choices(struct story *story, const struct choices *choices)
{
    char all[CHOICES * (CHOICE_TEXT + 4)] = "";
    size_t length = 0;

    for (size_t i = 0; i < choices->count; i++) {
        const char *between = i == 0 ? "" : i + 1 < choices->count ? ", " : " or ";
        length +=
            (size_t)snprintf(all + length, sizeof all - length, "%s%s", between, choices->text[i]);
    }
    if (length > 0) {
        story_advise(story, "%s", all);
    }
}

/* A connection that is open keeps the port, whoever closes first. */
static void choose_for_one_port(struct choices *choices, const struct facts *facts, bool time_wait)
{
    const char *where = without_timestamps(facts);

    if (!time_wait) {
        if (!facts->open_loop && facts_scenario_count(facts, "load.concurrency") > 1) {
            choose(choices, "set load.concurrency to 1", "");
        }
        choose(choices, "leave client.port out", "");
    } else if (!facts_reuses_fixed_port(facts)) {
        choose(choices, "let the server close first", "");
        choose(choices, "set client.sockopt.reuseaddr",
               ", with which a TIME_WAIT gives its port back at once");
    } else if (where[0] != '\0') {
        choose(choices, "set " TIMESTAMPS " to 1", where);
    }
}

/* What stands too shortly to be seen gives its port back: fewer at a time have one each. */
static void choose_fewer(struct choices *choices, const struct facts *facts,
                         const struct port_budget *budget)
{
    double total = (double)budget->total;
    char most[24];

    if (!facts->open_loop && wanted(facts) > total && ports_seen_taken(facts) * 2 <= total &&
        facts->side[SIDE_CLIENT].observed) {
        snprintf(most, sizeof most, "%" PRIu64, budget->total);
        choose(choices, "lower load.concurrency to ", most);
    }
}

void ports_advise(struct story *story, const struct port_budget *budget, bool time_wait)
{
    const struct facts *facts = &story->facts;
    struct choices choices = {0};

    if (facts_scenario_count(facts, "client.port") > 0) {
        choose_for_one_port(&choices, facts, time_wait);
    } else {
        if (time_wait) {
            choose(&choices, "let the server close first", "");
        }
        choose_reuse(&choices, facts, time_wait);
        choose_fewer(&choices, facts, budget);
        if (is_narrow(budget)) {
            choose(&choices, "widen ", ports_range(facts));
        }
        if (may_add_addresses(facts)) {
            choose(&choices, "add client.addresses", "");
        }
    }
    story_evidence(story, "client.sysctl." REUSE " client.sysctl." TIMESTAMPS);
    say_choices(story, &choices);
}
