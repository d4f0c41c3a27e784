#include <errno.h>
#include <string.h>

#include "events.h"
#include "faults.h"
#include "story.h"

void observe_cut(struct story *story)
{
    const struct facts *facts = &story->facts;

    if (facts_cut_by(facts) != NULL) {
        story_say(story,
                  "The run was cut short by %s in its %s phase: what follows describes only the "
                  "part that was seen.",
                  facts_cut_by(facts), phase_name(facts_last_phase(facts)));
    }
}

void observe_uncounted(struct story *story)
{
    if (!story->facts.tallied) {
        story_say(story, "Neither role counted connections, so how many there were is not known.");
        story_certainty(story, CERTAINTY_UNKNOWN);
        if (story->facts.result->private_lab && !facts_proxied(&story->facts)) {
            story_evidence(story, "server.counter.TcpPassiveOpens");
            story_say(story, "The server's kernel accepted %s (TcpPassiveOpens).",
                      COUNT(facts_moved(&story->facts, SIDE_SERVER, "TcpPassiveOpens")));
        }
    }
}

/* A client of another's is counted where its connections come in; its kernel knows of all.  To the
 * server of a proxy come the proxy's. */
static bool went_astray(const struct facts *facts)
{
    double came = facts_proxied(facts) ? facts_moved(facts, SIDE_PROXY, "TcpActiveOpens")
                                       : facts_moved(facts, SIDE_SERVER, "TcpPassiveOpens");

    return facts->result->private_lab && facts_moved(facts, SIDE_CLIENT, "TcpActiveOpens") > 0 &&
           !(came > 0);
}

static void say_astray(struct story *story)
{
    double begun = facts_moved(&story->facts, SIDE_CLIENT, "TcpActiveOpens");
    double failed = facts_moved(&story->facts, SIDE_CLIENT, "TcpAttemptFails");

    story_evidence(story, "client.counter.TcpActiveOpens");
    story_say(story,
              "No connection came to the server. The client's host began %s (TcpActiveOpens), of "
              "which %s failed (TcpAttemptFails).",
              COUNT(begun), COUNT(failed));
    if (failed > 0) {
        story_advise(story, "write {url} or {host-port} in client.command where it takes the "
                            "server's address");
    } else if (facts_proxied(&story->facts)) {
        story_advise(story, PROXY_ADVICE);
    }
}

void observe_none(struct story *story)
{
    const struct facts *facts = &story->facts;

    if (!facts->tallied || facts->opened > 0) {
        return;
    }
    story_evidence(story, "connections.attempted connections.opened");
    if (facts->attempted <= 0 && went_astray(facts)) {
        say_astray(story);
    } else if (facts->attempted <= 0) {
        story_say(story, "No connection was attempted, so nothing was closed and there is nothing "
                         "to explain.");
    } else {
        story_say(story, "None of the %s became an established connection, so nothing was closed.",
                  COUNTED(facts->attempted, "attempt", "attempts"));
    }
}

/* Whether it may have closed its listener otherwise than by an event's SIGKILL. */
static bool may_have_ended(const struct facts *facts, enum side player)
{
    return events_count(facts, EVENT_SIGNAL, player) > 0 ||
           result_command_failed(facts->result, player) ||
           facts->result->side[player].workers_died > 0;
}

/* The killed server's listener is what the connects went to. */
static bool was_closed(const struct facts *facts)
{
    enum side player = side_player(facts_peer(facts, SIDE_CLIENT));

    return events_count(facts, EVENT_KILL, player) > 0 && !may_have_ended(facts, player) &&
           facts_scenario(facts, "client.to")[0] == '\0';
}

/* A listener of ours that nobody killed, and that the client connects to. */
static bool listened_throughout(const struct facts *facts)
{
    return facts->result->side[SIDE_SERVER].played && !facts_proxied(facts) &&
           events_count(facts, EVENT_KILL, SIDE_SERVER) == 0 &&
           facts_scenario(facts, "client.to")[0] == '\0' &&
           facts->result->side[SIDE_SERVER].workers_died == 0;
}

void observe_refused(struct story *story)
{
    const struct facts *facts = &story->facts;
    char where[SERVER_TEXT];

    if (facts->refused <= 0) {
        return;
    }
    facts_server(where, sizeof where, facts);
    story_evidence(story,
                   "client.outcome.refused client.counter.TcpAttemptFails "
                   "server.counter.TcpOutRsts proxy.counter.TcpOutRsts connections.attempted");
    if (!facts->result->private_lab && !facts->result->side[SIDE_SERVER].played) {
        story_certainty(story, CERTAINTY_LIKELY); /* a filter on the way can answer so, too */
    }
    story_say(story, "%s of %s refused (ECONNREFUSED):", COUNT(facts->refused),
              COUNTED(facts->attempted, "connect was", "connects were"));
    if (faults_reset(facts, FAULT_SYN, SIDE_CLIENT)) {
        story_certainty(story, listened_throughout(facts) ? CERTAINTY_PROVEN : CERTAINTY_UNKNOWN);
        story_add(story, " %s",
                  listened_throughout(facts)
                      ? "the fault answered the SYN with a RST; the server listened all the time."
                      : "nothing listened, or the fault answered the SYN with a RST.");
        return;
    }
    if (facts->result->private_lab && facts_moved_anywhere(facts, "TcpOutRsts") < facts->refused) {
        story_certainty(story, CERTAINTY_UNKNOWN);
        story_evidence(story, "client.counter.TcpOutRsts");
        story_add(story, " by whom is not known, for the hosts sent fewer RSTs (TcpOutRsts). An "
                         "ICMP port unreachable gives the same errno.");
        return;
    }
    story_add(story,
              " nothing listened %s %s, and the kernel there answered with a RST, which leaves no "
              "state behind on either side.",
              where,
              !was_closed(facts)     ? "when the SYN arrived"
              : facts_proxied(facts) ? "after the proxy had been killed"
                                     : "after the server had been killed");
}

/* What ends the wait of an open connection (tcp_write_timeout() and tcp_keepalive_timer(),
 * net/ipv4/tcp_timer.c).  Returns `text`. */
static const char *bound_of(char *text, size_t size, struct story *story, enum side side)
{
    const struct facts *facts = &story->facts;
    char option[40];

    snprintf(option, sizeof option, "%s.sockopt.user_timeout", side_name(side));
    const char *user = facts_scenario(facts, option);
    if (user[0] != '\0' && strcmp(user, "0s") != 0) {
        story_evidence(story, "%s", option);
        snprintf(text, size, "whatever was sent, which TCP_USER_TIMEOUT (%s here) bounds",
                 OPTION_DURATION(facts, option));
    } else if (facts_moved(facts, side, "TcpExtTCPKeepAlive") > 0) {
        story_evidence(story, ".counter.TcpExtTCPKeepAlive");
        snprintf(text, size,
                 "neither what was sent again, which tcp_retries2%s bounds, nor "
                 "keepalive's probes, of which there are TCP_KEEPCNT",
                 HERE(story, side, "net.ipv4.tcp_retries2"));
    } else {
        snprintf(text, size, "whatever was sent again, which tcp_retries2%s bounds",
                 HERE(story, side, "net.ipv4.tcp_retries2"));
    }
    return text;
}

/* Of those that ended with ETIMEDOUT the ones that never came out of SYN_SENT: tcp_done() counts
 * them, and those that were refused. */
static double unanswered(const struct facts *facts, enum side side, double count)
{
    double failed = facts_moved(facts, side, "TcpAttemptFails") - facts->refused;

    if (side == SIDE_SERVER || failed <= 0) {
        return side == SIDE_CLIENT && facts->opened <= 0 ? count : 0;
    }
    return failed < count ? failed : count;
}

/* What TCP waits for before it says ETIMEDOUT. */
static void say_given_up(struct story *story, enum side side, double count)
{
    const struct facts *facts = &story->facts;
    double never = unanswered(facts, side, count);
    double open = count - never;
    char bound[160];

    if (never > 0) {
        story_say(story,
                  "%s of the %s ended because TCP itself gave up (ETIMEDOUT): no answer to the SYN "
                  "came, however often it was sent again, which %s.",
                  COUNTED(never, "connect", "connects"), side_name(side), SYN_RETRIES(story, side));
    }
    if (open > 0) {
        story_say(story,
                  "%s of the %s ended because TCP itself gave up (ETIMEDOUT): no answer of the "
                  "peer came, %s.",
                  COUNTED(open, "connection", "connections"), side_name(side),
                  bound_of(bound, sizeof bound, story, side));
    }
}

/* Sockets that nobody held: no program was told, nor is any that holds one and sleeps. */
void observe_orphans_given_up(struct story *story)
{
    enum side side = story->end;
    const struct facts *facts = &story->facts;
    double told = (double)facts->result->side[side].account.error[ETIMEDOUT];
    double count =
        facts_moved(facts, side, "TcpExtTCPAbortOnTimeout") - told - facts->side[side].unseen;
    bool again = facts_moved(facts, side, "TcpRetransSegs") >= count;

    if (count > 0 && !again) { /* what else may end one no counter tells apart */
        story_say(story, "%s of the %s that no program held gave up (TcpExtTCPAbortOnTimeout).",
                  COUNTED(count, "socket", "sockets"), side_name(side));
    } else if (count > 0) {
        story_say(story,
                  "%s of the %s that no program held gave up after the last retransmission "
                  "(TcpExtTCPAbortOnTimeout), without a RST: tcp_orphan_retries%s bounds that.",
                  COUNTED(count, "socket", "sockets"), side_name(side),
                  ORPHAN_RETRIES(story, side));
    }
    if (count > 0) {
        story_certainty(story, CERTAINTY_LIKELY); /* a difference of what others count, too */
        story_evidence(story, ".counter.TcpExtTCPAbortOnTimeout .counter.TcpRetransSegs");
    }
}

/* The connections whose TLS handshake neither completed nor failed, at least: what ended otherwise
 * may have ended in it, too. */
static double left_handshaking(const struct account *account)
{
    static const enum outcome others[] = {OUTCOME_HANDSHAKE, OUTCOME_RESET, OUTCOME_ALERT,
                                          OUTCOME_TLS,       OUTCOME_ERROR, OUTCOME_KILLED,
                                          OUTCOME_CUT};
    uint64_t over = account->tls.count[TLS_HANDSHAKES] + account_open(account);

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        over += account->outcome[others[i]];
    }
    return account->opened > over ? (double)(account->opened - over) : 0;
}

/* Why a handshake that `side` waits in goes no further: faults may have taken either's messages.
 * Returns `text`. */
static const char *why_silent(char text[BLAME_TEXT], struct story *story, enum side side)
{
    const struct facts *facts = &story->facts;
    enum side toward = faults_lost(facts, FAULT_DATA, side) ? side : side_peer(side);

    if (facts_linked(facts, side) && faults_lost(facts, FAULT_DATA, toward)) {
        if (!faults_lost_all(facts, FAULT_DATA, toward)) {
            story_certainty(story, CERTAINTY_LIKELY);
        }
        return faults_blame(text, BLAME_TEXT, facts, FAULT_DATA, toward);
    }
    snprintf(text, BLAME_TEXT, "the %s fell silent",
             side_name(side_player(facts_peer(facts, side))));
    return text;
}

/* Those of `ours` whose wait was in the TLS handshake, which connect and accept include. */
static void say_handshaking(struct story *story, enum side side, double ours)
{
    const struct result_side *role = &story->facts.result->side[side];
    double left = left_handshaking(&role->account);
    double among = left < ours ? left : ours;

    char text[BLAME_TEXT];

    if (role->has_tls && among > 0) {
        story_say(story,
                  "%s of them %s in the TLS handshake, which connect and accept include: TCP had "
                  "connected, and %s.",
                  among >= ours && ours > 1 ? "All" : COUNT(among), PLURAL(among, "was", "were"),
                  why_silent(text, story, side));
    }
}

/* Of the side's timeouts, those that TCP told of; the others are finwait's own. */
static double tcp_timeouts(const struct facts *facts, enum side side, double *ours)
{
    const struct account *account = &facts->result->side[side].account;
    double all = (double)account->outcome[OUTCOME_TIMEOUT];
    double tcp = (double)account->error[ETIMEDOUT];

    *ours = all > tcp ? all - tcp : 0;
    return all - *ours;
}

void observe_step_timeouts(struct story *story)
{
    enum side side = story->end;
    double ours;

    tcp_timeouts(&story->facts, side, &ours);
    if (ours <= 0) {
        return;
    }
    story_evidence(story, ".outcome.timeout .errors.ETIMEDOUT load.timeout");
    story_say(story,
              "%s of the %s ended because a step had waited for the %s longer than load.timeout, "
              "%s: finwait then closed the socket, so these say what a timeout does, not what the "
              "program would have.",
              COUNTED(ours, "connection", "connections"), side_name(side),
              side_name(side_player(facts_peer(&story->facts, side))),
              OPTION_DURATION(&story->facts, "load.timeout"));
    say_handshaking(story, side, ours);
}

/* tcp_write_err() and tcp_keepalive_timer() count each one that they give up. */
static void say_unwitnessed(struct story *story, enum side side, double count)
{
    double witnessed = facts_moved(&story->facts, side, "TcpExtTCPAbortOnTimeout");

    story_evidence(story, ".counter.TcpExtTCPAbortOnTimeout");
    if (!story->facts.side[side].counted) {
        story_certainty(story, CERTAINTY_LIKELY);
    } else if (witnessed < count) {
        story_certainty(story, CERTAINTY_LIKELY);
        story_say(story, "Its host counted %s of them (TcpExtTCPAbortOnTimeout).",
                  COUNT(witnessed));
    }
}

void observe_tcp_timeouts(struct story *story)
{
    enum side side = story->end;
    double ours;
    double count = tcp_timeouts(&story->facts, side, &ours);

    if (count > 0) {
        story_evidence(story, ".outcome.timeout .errors.ETIMEDOUT");
        say_given_up(story, side, count);
        say_unwitnessed(story, side, count);
    }
}

/* EMFILE is of a process, ENFILE of the machine (alloc_empty_file(), fs/file_table.c). */
static const char *errnos_of_no_fd(const struct account *account)
{
    if (account->error[ENFILE] == 0) {
        return account->error[EMFILE] > 0 ? " (EMFILE)" : "";
    }
    return account->error[EMFILE] > 0 ? " (EMFILE, ENFILE)" : " (ENFILE)";
}

/* What bounds a process's descriptors, and how to have more. */
static void say_process_fds(struct story *story, enum side side, bool machine)
{
    const char *limit = text_pairs_get(&story->facts.result->environment, "rlimit_nofile");
    const char *name = side_name(side);
    char option[32];

    snprintf(option, sizeof option, "%s.descriptors", name);
    uint64_t given = facts_scenario_count(&story->facts, option); /* 0: auto */
    if (given > 0) {
        story_evidence(story, "%s", option);
        story_add(story, ", with %s at %s a process.", option, COUNT(given));
    } else {
        story_add(story, ", with RLIMIT_NOFILE at %s a process.",
                  limit != NULL ? limit : "an unknown limit");
    }
    story_advise(story, "raise %s%s, give it more %s.workers, or load less",
                 given > 0 ? option : "RLIMIT_NOFILE (ulimit -n)",
                 machine ? " and fs.file-max" : "", name);
}

static void say_no_fds(struct story *story, enum side side, double met)
{
    const struct account *account = &story->facts.result->side[side].account;
    const char *name = side_name(side);

    story_about(story, side);
    story_evidence(story, ".outcome.no_fd .errors.EMFILE .errors.ENFILE");
    story_say(story, "%s the %s had no descriptor left%s", COUNTED(met, "time", "times"), name,
              errnos_of_no_fd(account));
    if (account->error[ENFILE] > 0 && account->error[EMFILE] == 0) {
        story_add(story, ": fs.file-max bounds those of the whole machine.");
        story_advise(story, "raise fs.file-max, or load less");
    } else {
        say_process_fds(story, side, account->error[ENFILE] > 0);
    }
}

void observe_no_fds(struct story *story)
{
    enum side side = story->end;
    const struct account *account = &story->facts.result->side[side].account;
    double met = (double)account->outcome[OUTCOME_NO_FD];
    double errors = (double)account->error[EMFILE] + (double)account->error[ENFILE];

    met = met > errors ? met : errors; /* accept's own end no connection */
    if (met > 0) {
        say_no_fds(story, side, met);
    }
}

void observe_blind(struct story *story)
{
    const struct side_facts *side = story->facts.side;
    const struct result_side *server = &story->facts.result->side[SIDE_SERVER];

    if (story->facts.opened == 0 || side[SIDE_SERVER].observed) {
        return;
    }
    if (!side[SIDE_CLIENT].observed) {
        story_say(story, "The kernel's socket tables were not observed, so where the sockets "
                         "ended is not known.");
    } else if (!server->played) {
        story_say(story, "No socket of the server was to be seen on this host: it runs on another "
                         "machine or in another network namespace, as containers do, and which "
                         "states its sockets are in is not known.");
    } else {
        return;
    }
    story_certainty(story, CERTAINTY_UNKNOWN);
}
