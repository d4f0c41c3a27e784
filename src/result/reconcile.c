#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "findings.h"
#include "grow.h"
#include "measure.h"

#define SLACK_SOCKETS 2.0

void findings_add(struct result *result, const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    result->finding = grow_by_one(result->finding, result->finding_count, sizeof *result->finding);
    result->finding[result->finding_count++] = (struct finding){grow_text(text)};
}

static double slack(double value, double share)
{
    return value * share > SLACK_SOCKETS ? value * share : SLACK_SOCKETS;
}

bool findings_differ(double seen, struct foreseen foreseen)
{
    return seen < foreseen.low - slack(foreseen.low, foreseen.share) ||
           seen > foreseen.high + slack(foreseen.high, foreseen.share);
}

/* ---- counters that should stand still ---- */

struct warning {
    const char *counter;
    const char *covers; /* NULL: none; else what this counter counted too: only the rest matters */
    const char *of;     /* NULL: any is worth a word; else only beyond `share` of that counter */
    double share;
    const char *meaning;
    bool sought;         /* what faults and events are written for: with them it is no news */
    const char *foreign; /* NULL: the same; else the meaning when the server is not ours */
    const char *(*closer)(const struct result *result, char *text, size_t size); /* NULL: none; */
    /* else a meaning that names what it was in this run, or NULL when that is not known */
};

/* Whether the server was stopped for a time, when it could not accept. */
static const char *stopped_server(const struct result *result, char *text, size_t size)
{
    (void)text;
    (void)size;
    for (size_t i = 0; i < result->moment_count; i++) {
        const struct moment *moment = &result->moment[i];
        const struct event_spec *event = moment_event(result, moment);
        if (moment->happened && event != NULL && event->kind == EVENT_STOP &&
            event->side == SIDE_SERVER) {
            return "the accept queue was full; the server was stopped for a time and accepted "
                   "nothing then";
        }
    }
    return NULL;
}

/* tcp_conn_request() drops without a word once three quarters of tcp_max_syn_backlog are in use
 * and it may send no cookies. */
static const char *full_of_requests(const struct result *result, char *text, size_t size)
{
    const struct text_pairs *sysctl = &result->side[SIDE_SERVER].sysctl;
    const char *cookies = text_pairs_get(sysctl, "net.ipv4.tcp_syncookies");
    const char *backlog = text_pairs_get(sysctl, "net.ipv4.tcp_max_syn_backlog");

    if (cookies == NULL || strcmp(cookies, "0") != 0 || backlog == NULL) {
        return NULL;
    }
    snprintf(text, size,
             "the listener had no room for more requests in SYN_RECV: raise "
             "net.ipv4.tcp_max_syn_backlog (%s) and server.backlog, or set "
             "net.ipv4.tcp_syncookies (0) to 1",
             backlog);
    return text;
}

/* net/ipv4/proc.c names them; tcp_listendrop() counts each overflow as a drop as well. */
static const struct warning warnings[] = {
    {.counter = "TcpExtTCPTimeWaitOverflow",
     .meaning = "sockets skipped TIME_WAIT because tcp_max_tw_buckets was reached; the piles shown "
                "are too small"},
    {.counter = "TcpExtListenOverflows",
     .meaning = "the accept queue was full; raise server.backlog and net.core.somaxconn, or load "
                "less",
     .closer = stopped_server,
     .foreign =
         "an accept queue was full; its program may call listen(2) with a longer backlog, up "
         "to net.core.somaxconn"},
    {.counter = "TcpExtListenDrops",
     .covers = "TcpExtListenOverflows",
     .closer = full_of_requests,
     .meaning = "the listener dropped connection requests for want of room or memory"},
    {.counter = "TcpRetransSegs",
     .covers =
         "TcpExtTCPLossProbes", /* sent early to a peer that delays its ACK: nothing is lost */
     .of = "TcpOutSegs",
     .share = 0.001,
     .sought = true,
     .meaning = "segments were sent again; latencies hold their timeouts"},
};

/* Whether anything befell the trial by the scenario's own will. */
static bool is_befallen(const struct result *result)
{
    return result->fault_count + result->event_count > 0;
}

static double delta_or_0(const struct counters *counters, const char *name)
{
    double delta;

    return name != NULL && measure_counter(counters, name, &delta) ? delta : 0;
}

/* What the warning means in this run; `text` is where it may be put together. */
static const char *meaning_of(const struct result *result, const struct warning *warning,
                              char *text, size_t size)
{
    const char *closer = warning->closer != NULL ? warning->closer(result, text, size) : NULL;

    if (closer != NULL) {
        return closer;
    }
    return warning->foreign != NULL && !result->side[SIDE_SERVER].played ? warning->foreign
                                                                         : warning->meaning;
}

static void warn_of(struct result *result, const char *host, const struct counters *counters)
{
    for (size_t i = 0; i < sizeof warnings / sizeof warnings[0]; i++) {
        const struct warning *warning = &warnings[i];
        double moved = delta_or_0(counters, warning->counter);
        double other = delta_or_0(counters, warning->covers);
        double whole = delta_or_0(counters, warning->of);
        if (warning->sought && is_befallen(result)) {
            continue;
        }
        char text[256];
        const char *meaning = meaning_of(result, warning, text, sizeof text);
        if (moved - other <= (warning->of == NULL ? 0 : slack(whole, warning->share))) {
            continue;
        }
        if (warning->covers != NULL && other > 0) {
            findings_add(result, "%s: %s counted %s (%s only %s): %s", host, warning->counter,
                         FIGURE(moved), warning->covers, FIGURE(other), meaning);
        } else if (warning->of != NULL) {
            findings_add(result, "%s: %s counted %s of %s %s: %s", host, warning->counter,
                         FIGURE(moved), FIGURE(whole), warning->of, meaning);
        } else {
            findings_add(result, "%s: %s counted %s: %s", host, warning->counter, FIGURE(moved),
                         meaning);
        }
    }
}

static void find_warnings(struct result *result)
{
    warn_of(result, "client", &result->side[SIDE_CLIENT].counters);
    warn_of(result, "server", &result->side[SIDE_SERVER].counters);
    warn_of(result, "this machine (other programs included)", &result->host_counters);
}

/* ---- what a role counted and what its host's kernel did ---- */

static const struct opening {
    enum side side;
    const char *counter;
    const char *did;
} openings[] = {
    {SIDE_CLIENT, "TcpActiveOpens", "began"},
    {SIDE_SERVER, "TcpPassiveOpens", "accepted"},
};

/* Attempts that may have ended before tcp_connect() sent a SYN and counted them. */
static uint64_t without_syn(const struct account *account)
{
    return account->outcome[OUTCOME_NO_PORT] + account->outcome[OUTCOME_NO_FD] +
           account->outcome[OUTCOME_ERROR];
}

/* Connections wait in the accept queue while a process may not have another descriptor. */
static bool lacked_descriptors(const struct account *account)
{
    return account->error[EMFILE] + account->error[ENFILE] > 0;
}

static void find_openings(struct result *result)
{
    for (size_t i = 0; i < sizeof openings / sizeof openings[0]; i++) {
        const struct opening *row = &openings[i];
        const struct result_side *side = &result->side[row->side];
        double kernel;
        /* A role that is killed or stopped leaves connections in the kernel that it never saw. */
        if (result->event_count > 0 || !side->played ||
            !measure_counter(&side->counters, row->counter, &kernel)) {
            continue;
        }
        double high = (double)side->account.attempted;
        double low = high - (double)without_syn(&side->account);
        if (row->side == SIDE_SERVER && lacked_descriptors(&side->account)) {
            continue;
        }
        if (findings_differ(kernel, (struct foreseen){low, high, 0.01})) {
            findings_add(result, "the %s %s %s %s, but its host's %s counted %s",
                         side_name(row->side), row->did, FIGURE(high),
                         PLURAL(high, "connection", "connections"), row->counter, FIGURE(kernel));
        }
    }
}

/* On one host the counters are not a side's own, but the roles can be held against each other. */
static void find_unaccepted(struct result *result)
{
    const struct result_side *client = &result->side[SIDE_CLIENT];
    const struct result_side *server = &result->side[SIDE_SERVER];
    double opened = (double)client->account.opened;

    if (result->private_lab || !client->played || !server->played) {
        return;
    }
    if (findings_differ((double)server->account.attempted,
                        (struct foreseen){opened, opened, 0.01})) {
        findings_add(result, "the client opened %s %s, but the server accepted %s", FIGURE(opened),
                     PLURAL(opened, "connection", "connections"),
                     FIGURE(server->account.attempted));
    }
}

/* ---- what should not happen in any run ---- */

static bool foresees_death(const struct result *result, enum side side)
{
    for (size_t i = 0; i < result->predicted_count; i++) {
        const char *fate = result->predicted[i].side[side].fate;
        if (fate != NULL && strcmp(fate, outcome_name(OUTCOME_DIED)) == 0) {
            return true;
        }
    }
    return false;
}

static void find_deaths(struct result *result, enum side side)
{
    const struct result_side *role = &result->side[side];
    uint64_t killed = role->account.outcome[OUTCOME_KILLED];

    if (role->workers_died > 0 && role->account.outcome[OUTCOME_DIED] == 0 &&
        !foresees_death(result, side)) {
        findings_add(result,
                     "%s %s of the %s (it has %s) died though its program has no `die`; "
                     "%s %s ended with them",
                     FIGURE(role->workers_died), PLURAL(role->workers_died, "worker", "workers"),
                     side_name(side), FIGURE(role->workers), FIGURE(killed),
                     PLURAL(killed, "connection", "connections"));
    }
}

static void find_open(struct result *result, enum side side)
{
    const struct account *account = &result->side[side].account;
    uint64_t open = account_open(account) + account->outcome[OUTCOME_CUT];

    /* A run cut short leaves some by nature. */
    if (open > 0 && !result->partial && !is_befallen(result)) {
        findings_add(result, "%s %s of the %s still open at the end, of %s it had begun",
                     FIGURE(open), PLURAL(open, "connection", "connections"),
                     side == SIDE_CLIENT ? PLURAL(open, "client was", "client were")
                                         : PLURAL(open, "server was", "server were"),
                     FIGURE(account->attempted));
    }
}

/* What was to happen and could not; that bind(2) is refused a scenario may be made to show. */
static void find_failures(struct result *result)
{
    for (size_t i = 0; i < result->moment_count; i++) {
        const struct moment *entry = &result->moment[i];

        if (entry->error != NULL && entry->refusals == 0) {
            findings_add(result, "\"%s\" failed: %s", entry->what, entry->error);
        }
    }
}

static void forget_findings(struct result *result)
{
    for (size_t i = 0; i < result->finding_count; i++) {
        free(result->finding[i].text);
    }
    result->finding_count = 0;
}

void result_reconcile(struct result *result)
{
    forget_findings(result);
    find_failures(result);
    findings_model(result);
    if (!result->partial) { /* the cut leaves connections half made on the way */
        find_openings(result);
        find_unaccepted(result);
    }
    for (unsigned side = 0; side < SIDE_N; side++) {
        if (result->side[side].played) {
            find_deaths(result, (enum side)side);
            find_open(result, (enum side)side);
        }
    }
    find_warnings(result);
}
