#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "lessons.h"

/*
 * Why a sysctl that was varied could not act.  A rule holds by what all trials of the two variants
 * measured, or ran with, so that it leaves no other reason.
 */

/* ---- what the trials of both have ---- */

static bool is_of(const struct change *change, const struct comparison_trial *trial)
{
    return trial_counts(trial) &&
           (trial->variant == change->variant || trial->variant == change->comparison->baseline);
}

/* The most that any of them measured; false: one did not. */
static bool most(const struct change *change, const char *metric, double *value)
{
    const struct comparison *comparison = change->comparison;
    bool any = false;

    for (size_t i = 0; i < comparison->trial_count; i++) {
        const struct comparison_trial *trial = &comparison->trial[i];
        double found;
        if (!is_of(change, trial)) {
            continue;
        }
        if (!comparison_metric(comparison, trial, metric, &found)) {
            return false;
        }
        *value = any && *value > found ? *value : found;
        any = true;
    }
    return any;
}

/* What all of them ran with; NULL: nothing, or not all the same. */
static const char *setting(const struct change *change, const char *path)
{
    const struct comparison *comparison = change->comparison;
    const char *value = NULL;
    bool any = false;

    for (size_t i = 0; i < comparison->trial_count; i++) {
        const struct comparison_trial *trial = &comparison->trial[i];
        if (is_of(change, trial)) {
            const char *found = about_get(comparison, trial, path);
            if (found == NULL || (any && strcmp(found, value) != 0)) {
                return NULL;
            }
            value = found;
            any = true;
        }
    }
    return value;
}

static bool number(const char *text, double *value)
{
    char *end;

    *value = text != NULL ? strtod(text, &end) : 0;
    return text != NULL && end != text && *end == '\0';
}

/* Call `fn` for each word of `words`, filled in, until it says no. */
static bool each_word(const struct change *change, const char *words,
                      bool (*fn)(const struct change *change, const char *word, void *context),
                      void *context)
{
    char *filled = lesson_fill(words, change->side);
    char *rest = NULL;
    bool more = true;

    for (char *word = strtok_r(filled, " ", &rest); more && word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        more = fn(change, word, context);
    }
    free(filled);
    return more;
}

/* ---- conditions ---- */

static bool is_zero_always(const struct change *change, const char *word, void *context)
{
    double value;

    (void)context;
    return most(change, word, &value) && !(value > 0);
}

/* Each of the metrics is 0 in all trials. */
static bool never(const struct change *change, const char *metrics)
{
    return each_word(change, metrics, is_zero_always, NULL);
}

static bool is_not_zero(const struct change *change, const char *word, void *context)
{
    double value;

    (void)context;
    return !number(setting(change, word), &value) || value > 0;
}

/* One of the settings is 0 in all trials. */
static bool one_off(const struct change *change, const char *paths)
{
    return !each_word(change, paths, is_not_zero, NULL);
}

static bool is_on(const struct change *change, const char *word, void *context)
{
    double value;

    (void)context;
    return number(setting(change, word), &value) && value > 0;
}

static bool all_on(const struct change *change, const char *paths)
{
    return each_word(change, paths, is_on, NULL);
}

/* tcp_tw_reuse is not 1, which alone makes use of its delay in a private lab. */
static bool no_reuse(const struct change *change, const char *paths)
{
    double value;
    char *path = lesson_fill(paths, change->side);
    bool known = number(setting(change, path), &value);

    free(path);
    return known && !(value > 0 && value < 2);
}

static bool is_0_or_2(const char *value)
{
    return strcmp(value, "0") == 0 || strcmp(value, "2") == 0;
}

static bool over_a_link(const struct change *change, const char *path)
{
    const char *lab = setting(change, path);

    return is_0_or_2(change->from) && is_0_or_2(change->to) && lab != NULL &&
           strcmp(lab, "private") == 0;
}

/* The other limit is no higher than either value. */
static bool other_lower(const struct change *change, const char *path)
{
    double other;
    double from;
    double to;
    char *filled = lesson_fill(path, change->side);
    bool known = number(setting(change, filled), &other) && number(change->from, &from) &&
                 number(change->to, &to);

    free(filled);
    return known && other <= from && other <= to;
}

/* A role of ours has no SO_KEEPALIVE unless the option says so. */
static bool no_keepalive(const struct change *change, const char *metrics)
{
    char *option = lesson_fill("<side>.sockopt.keepalive", change->side);
    char *command = lesson_fill("<side>.command", change->side);
    const char *value = setting(change, option);
    bool ours = setting(change, command) == NULL;

    free(option);
    free(command);
    return ours && (value == NULL || strcmp(value, "off") == 0) && never(change, metrics);
}

/* A fault's RSTs are counted by no host. */
static bool no_rst(const struct change *change, const char *metrics)
{
    return setting(change, "faults") == NULL && never(change, metrics);
}

/* There were some, and no fewer or more of them with the one than with the other. */
static bool time_wait_stands(const struct change *change, const char *metric)
{
    char *filled = lesson_fill(metric, change->side);
    const struct comparison_row *row = lesson_row_of(change, filled);
    double peak;
    bool stands = row != NULL && row->verdict != COMPARISON_HIGHER &&
                  row->verdict != COMPARISON_LOWER && most(change, filled, &peak) && peak > 0;

    free(filled);
    return stands;
}

/* ---- the rules ---- */

struct rule {
    const char *sysctls; /* without their folders */
    enum lesson lesson;
    enum certainty certainty;
    bool (*holds)(const struct change *change, const char *about);
    const char *about; /* metrics or settings, which are the evidence too */
    const char *says;
};

#define PROVEN CERTAINTY_PROVEN
#define LIKELY CERTAINTY_LIKELY
#define CONNECTING                                                                                 \
    "tcp_tw_reuse tcp_tw_reuse_delay ip_local_port_range ip_local_reserved_ports "                 \
    "tcp_syn_retries tcp_syn_linear_timeouts"
#define REUSE     "tcp_tw_reuse tcp_tw_reuse_delay"
#define KEEPALIVE "tcp_keepalive_time tcp_keepalive_intvl tcp_keepalive_probes"

static const struct rule always[] = {
    {"tcp_fin_timeout", LESSON_CONSTANT, PROVEN, time_wait_stands, "<side>.time_wait.final",
     "the sockets in TIME_WAIT of the <side> are no fewer and no more for it, as far as was seen: "
     "TIME_WAIT is a constant 60 s, which it does not shorten"},
};

/* Of several that hold the first is told. */
static const struct rule rules[] = {
    {CONNECTING, LESSON_NOT_CONNECTING, PROVEN, never, "<side>.counter.TcpActiveOpens",
     "the <side> opened no connection, and it acts on the side that does"},
    {"tcp_tw_reuse", LESSON_LOOPBACK, PROVEN, over_a_link, "lab",
     "2 is for loopback alone, and as 0 anywhere else; the hosts of a private lab have a link"},
    {REUSE, LESSON_SWITCHED_OFF, PROVEN, one_off,
     "client.sysctl.net.ipv4.tcp_timestamps server.sysctl.net.ipv4.tcp_timestamps",
     "without timestamps no TIME_WAIT gives its port up, and tcp_timestamps is 0 on a side"},
    {"tcp_tw_reuse_delay", LESSON_SWITCHED_OFF, PROVEN, no_reuse,
     "<side>.sysctl.net.ipv4.tcp_tw_reuse", "it counts where tcp_tw_reuse is 1, and it is not"},
    {REUSE, LESSON_NEVER_MET, PROVEN, never, "<side>.counter.TcpExtTW",
     "the <side> had no TIME_WAIT whose port could be taken over"},
    {REUSE, LESSON_NEVER_MET, PROVEN, never, "errors.EADDRNOTAVAIL <side>.counter.TcpExtTWRecycled",
     "no connect took over a port in TIME_WAIT, and none went without a port"},
    {REUSE, LESSON_NEVER_MET, LIKELY, never, "<side>.counter.TcpExtTWRecycled",
     "no connect took over a port in TIME_WAIT, though some went without one: a TIME_WAIT gives "
     "its port up once it is a second old (tcp_tw_reuse_delay), and to connect(2) alone, not to "
     "bind(2)"},
    {"ip_local_port_range ip_local_reserved_ports", LESSON_LIMIT, PROVEN, never,
     "errors.EADDRNOTAVAIL errors.EADDRINUSE <side>.counter.TcpExtTWRecycled",
     "ports never ran out, and none was taken over from a TIME_WAIT"},
    {"tcp_fin_timeout", LESSON_NEVER_MET, LIKELY, never,
     "<side>.fin_wait2.peak <side>.fin_wait2.final",
     "no socket of the <side> was seen in FIN_WAIT2, which is all that it ends"},
    {"tcp_fin_timeout", LESSON_LIMIT, LIKELY, never, "<side>.fin_wait2.final",
     "no socket of the <side> was left in FIN_WAIT2, so that each had its FIN before either time "
     "was over"},
    {"tcp_max_tw_buckets", LESSON_LIMIT, PROVEN, never, "<side>.counter.TcpExtTCPTimeWaitOverflow",
     "no socket of the <side> went without a TIME_WAIT for want of room"},
    {"somaxconn", LESSON_OTHER_LIMIT, PROVEN, other_lower, "<side>.backlog",
     "the accept queue is as long as the lesser of it and the backlog that listen(2) was given, "
     "which is <side>.backlog here"},
    {"somaxconn tcp_abort_on_overflow", LESSON_LIMIT, PROVEN, never,
     "<side>.counter.TcpExtListenOverflows", "no connection met a full accept queue"},
    {"tcp_abort_on_overflow", LESSON_NEVER_MET, LIKELY, never, "<side>.counter.TcpExtEmbryonicRsts",
     "the accept queue was full when SYNs came, which are dropped whatever it says, and no third "
     "ACK met it full"},
    {"tcp_max_syn_backlog", LESSON_SWITCHED_OFF, PROVEN, all_on,
     "<side>.sysctl.net.ipv4.tcp_syncookies",
     "with SYN cookies the SYN queue is bounded by the accept queue's length"},
    {"tcp_max_syn_backlog", LESSON_LIMIT, PROVEN, never,
     "<side>.counter.TcpExtTCPReqQFullDrop <side>.counter.TcpExtListenDrops",
     "the <side> dropped no request"},
    {"tcp_syncookies", LESSON_LIMIT, PROVEN, never,
     "<side>.counter.TcpExtTCPReqQFullDoCookies <side>.counter.TcpExtTCPReqQFullDrop "
     "<side>.counter.TcpExtSyncookiesSent",
     "no SYN met a full SYN queue"},
    {"tcp_syn_retries tcp_syn_linear_timeouts tcp_synack_retries", LESSON_NEVER_MET, PROVEN, never,
     "<side>.counter.TcpExtTCPSynRetrans", "the <side> sent no SYN and no SYN-ACK again"},
    {"tcp_orphan_retries tcp_retries1 tcp_retries2 tcp_rto_max_ms", LESSON_NEVER_MET, PROVEN, never,
     "<side>.counter.TcpRetransSegs <side>.counter.TcpExtTCPWinProbe",
     "the <side> sent nothing again, and probed no closed window"},
    {"tcp_orphan_retries tcp_retries2", LESSON_LIMIT, PROVEN, never,
     "<side>.counter.TcpExtTCPAbortOnTimeout",
     "no socket of the <side> was given up before the run ended"},
    {KEEPALIVE, LESSON_SWITCHED_OFF, PROVEN, no_keepalive, "<side>.counter.TcpExtTCPKeepAlive",
     "no socket of the <side> has SO_KEEPALIVE, which <side>.sockopt.keepalive sets"},
    {KEEPALIVE, LESSON_NEVER_MET, PROVEN, never, "<side>.counter.TcpExtTCPKeepAlive",
     "the <side> sent no probe: no connection with SO_KEEPALIVE lay idle for long enough"},
    {"tcp_rfc1337", LESSON_NEVER_MET, PROVEN, no_rst, "<peer>.counter.TcpOutRsts",
     "the <peer> sent no RST that could have met a TIME_WAIT"},
    {"tcp_fastopen tcp_fastopen_blackhole_timeout_sec", LESSON_NEVER_MET, PROVEN, never,
     "<side>.counter.TcpExtTCPFastOpenActive <side>.counter.TcpExtTCPFastOpenPassive",
     "no connection was opened by Fast Open, which programs have to ask for"},
};

static bool is_about(const struct rule *rule, const char *name)
{
    const char *last = strrchr(name, '.') + 1;
    size_t length = strlen(last);

    for (const char *at = rule->sysctls; (at = strstr(at, last)) != NULL; at += length) {
        if ((at == rule->sysctls || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0')) {
            return true;
        }
    }
    return false;
}

static bool add_evidence(const struct change *change, const char *word, void *context)
{
    double value;

    if (most(change, word, &value) || number(setting(change, word), &value)) {
        remark_add_evidence(context, word, value);
    }
    return true;
}

static bool apply(const struct change *change, const struct rule *rule, const char *could)
{
    if (!is_about(rule, change->name) || !rule->holds(change, rule->about)) {
        return false;
    }
    char *says = lesson_fill(rule->says, change->side);
    struct remark *remark = lesson_say(change, rule->lesson, rule->certainty,
                                       grow_format("%s at %s in place of %s%s: %s.", change->path,
                                                   change->to, change->from, could, says));
    free(says);
    if (remark != NULL) {
        each_word(change, rule->about, add_evidence, remark);
    }
    return true;
}

void rules_always(const struct change *change)
{
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
        apply(change, &always[i], "");
    }
}

bool rules_explain(const struct change *change)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        bool proven = rules[i].certainty == CERTAINTY_PROVEN;
        if (apply(change, &rules[i],
                  proven ? " could do nothing here" : " seems to have done nothing here")) {
            return true;
        }
    }
    return false;
}
