#include <errno.h>

#include "faults.h"
#include "story.h"

void observe_cut(struct story *story)
{
    const struct facts *facts = &story->facts;

    if (facts->result->partial) {
        story_say(story,
                  "The run was cut short by %s in its %s phase: what follows describes only the "
                  "part that was seen.",
                  facts_cut_by(facts), phase_name(facts_last_phase(facts)));
    }
}

void observe_empty(struct story *story)
{
    const struct facts *facts = &story->facts;

    if (!facts->tallied) {
        story_say(story, "Neither role counted connections, so how many there were is not known.");
    } else if (facts->attempted <= 0) {
        story_say(story, "No connection was attempted, so nothing was closed and there is nothing "
                         "to explain.");
    } else if (facts->opened <= 0) {
        story_say(story,
                  "None of the %s %s became an established connection, so nothing was closed.",
                  COUNT(facts->attempted), PLURAL(facts->attempted, "attempt", "attempts"));
    }
}

void observe_refused(struct story *story)
{
    const struct facts *facts = &story->facts;
    char where[SERVER_TEXT];

    if (facts->refused <= 0) {
        return;
    }
    if (faults_reset(facts, SEGMENT_SYN, SIDE_CLIENT)) {
        story_say(
            story,
            "%s of %s %s refused (ECONNREFUSED): nothing listened, or a fault answered the SYN "
            "with a RST.",
            COUNT(facts->refused), COUNT(facts->attempted),
            PLURAL(facts->attempted, "connect was", "connects were"));
        return;
    }
    facts_server(where, sizeof where, facts);
    story_say(story,
              "%s of %s %s refused (ECONNREFUSED): nothing listened %s when "
              "the SYN arrived, and the kernel there answered with a RST, which leaves no "
              "state behind on either side.",
              COUNT(facts->refused), COUNT(facts->attempted),
              PLURAL(facts->attempted, "connect was", "connects were"), where);
}

/* What TCP waits for before it says ETIMEDOUT (tcp_write_timeout(), net/ipv4/tcp_timer.c). */
static void say_given_up(struct story *story, enum side side, double count)
{
    const struct facts *facts = &story->facts;
    bool opened = facts->opened > 0;

    story_say(story,
              "%s %s of the %s ended because TCP itself gave up (ETIMEDOUT): the peer did not "
              "answer, whatever was sent again, which %s%s bounds.",
              COUNT(count), PLURAL(count, "connection", "connections"), side_name(side),
              opened ? "tcp_retries2" : "tcp_syn_retries",
              HERE(facts, side, opened ? "net.ipv4.tcp_retries2" : "net.ipv4.tcp_syn_retries"));
}

/* Sockets that nobody held: no program was told. */
void observe_orphans_given_up(struct story *story)
{
    const struct facts *facts = &story->facts;

    for (unsigned i = 0; i < SIDE_N; i++) {
        enum side side = (enum side)i;
        double told = (double)facts->result->side[side].account.error[ETIMEDOUT];
        double count = facts_moved(facts, side, "TcpExtTCPAbortOnTimeout") - told;
        if (count > 0) {
            story_say(story,
                      "%s %s of the %s that no program held gave up after the last "
                      "retransmission (TcpExtTCPAbortOnTimeout), without a RST: "
                      "tcp_orphan_retries%s bounds that.",
                      COUNT(count), PLURAL(count, "socket", "sockets"), side_name(side),
                      HERE(facts, side, "net.ipv4.tcp_orphan_retries"));
        }
    }
}

void observe_timeouts(struct story *story)
{
    const struct facts *facts = &story->facts;

    for (unsigned side = 0; side < SIDE_N; side++) {
        const struct account *account = &facts->result->side[side].account;
        double all = (double)account->outcome[OUTCOME_TIMEOUT];
        double tcp = (double)account->error[ETIMEDOUT];
        double ours = all > tcp ? all - tcp : 0;
        if (ours > 0) {
            story_say(story,
                      "%s %s of the %s ended because a step had waited for the %s longer than "
                      "load.timeout, %s: finwait then closed the socket, so these say what a "
                      "timeout does, not what the program would have.",
                      COUNT(ours), PLURAL(ours, "connection", "connections"),
                      side_name((enum side)side), side_name(side_peer((enum side)side)),
                      facts_scenario(facts, "load.timeout"));
        }
        if (all > ours) {
            say_given_up(story, (enum side)side, all - ours);
        }
    }
}

static void say_no_fds(struct story *story, enum side side, double met)
{
    const char *limit = text_pairs_get(&story->facts.result->environment, "rlimit_nofile");
    const char *name = side_name(side);
    char option[32];

    snprintf(option, sizeof option, "%s.descriptors", name);
    uint64_t given = facts_scenario_count(&story->facts, option); /* 0: auto */
    story_say(story, "%s %s the %s had no descriptor left (EMFILE, ENFILE), with", COUNT(met),
              PLURAL(met, "time", "times"), name);
    if (given > 0) {
        story_say(story, "%s at %s a process: raise it,", option, COUNT(given));
    } else {
        story_say(story, "RLIMIT_NOFILE at %s a process: raise it (ulimit -n),",
                  limit != NULL ? limit : "an unknown limit");
    }
    story_say(story, "give it more %s.workers, or load less.", name);
}

void observe_no_fds(struct story *story)
{
    for (unsigned side = 0; side < SIDE_N; side++) {
        const struct account *account = &story->facts.result->side[side].account;
        double met = (double)account->outcome[OUTCOME_NO_FD];
        double errors = (double)account->error[EMFILE] + (double)account->error[ENFILE];
        met = met > errors ? met : errors; /* accept's own end no connection */
        if (met > 0) {
            say_no_fds(story, (enum side)side, met);
        }
    }
}

void observe_workers(struct story *story)
{
    for (unsigned side = 0; side < SIDE_N; side++) {
        const struct result_side *role = &story->facts.result->side[side];
        if (role->workers_died > 0 && role->workers == 1) {
            story_say(story,
                      "The %s's only worker process ended before the run did, and the kernel "
                      "closed what descriptors were open there.",
                      side_name((enum side)side));
        } else if (role->workers_died > 0 && role->workers_died == role->workers) {
            story_say(story,
                      "All %u worker processes of the %s ended before the run did, and the kernel "
                      "closed what descriptors were open there.",
                      role->workers, side_name((enum side)side));
        } else if (role->workers_died > 0) {
            story_say(story,
                      "%u of the %s's %u worker processes ended before the run did, and the kernel "
                      "closed what descriptors were open there.",
                      role->workers_died, side_name((enum side)side), role->workers);
        }
    }
}

void observe_blind(struct story *story)
{
    const struct side_facts *side = story->facts.side;

    if (!side[SIDE_CLIENT].observed && !side[SIDE_SERVER].observed && story->facts.opened > 0) {
        story_say(story, "The kernel's socket tables were not observed, so where the sockets "
                         "ended is not known.");
    }
}
