#include <errno.h>

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
    if (HAS_FAULTS(facts)) {
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

void observe_queue(struct story *story)
{
    const struct facts *facts = &story->facts;
    double overflows = facts_moved_anywhere(facts, "TcpExtListenOverflows");

    bool ours = facts->result->side[SIDE_SERVER].played;

    if (overflows > 0) {
        story_say(story,
                  "%s accept queue was full %s %s (TcpExtListenOverflows; %s%s, net.core.somaxconn "
                  "%s): connections waited for a SYN or an ACK to be sent again, which shows as "
                  "connect latency of a second and more.",
                  ours ? "The server's" : "An", COUNT(overflows),
                  PLURAL(overflows, "time", "times"), ours ? "server.backlog is " : "",
                  ours ? facts_scenario(facts, "server.backlog") : "its backlog is the listener's",
                  facts_sysctl(facts, SIDE_SERVER, "net.core.somaxconn"));
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
            story_say(story, "%s %s of the %s ended because TCP itself gave up (ETIMEDOUT).",
                      COUNT(all - ours), PLURAL(all - ours, "connection", "connections"),
                      side_name((enum side)side));
        }
    }
}

void observe_no_fds(struct story *story)
{
    const char *limit = text_pairs_get(&story->facts.result->environment, "rlimit_nofile");

    for (unsigned side = 0; side < SIDE_N; side++) {
        const struct account *account = &story->facts.result->side[side].account;
        double met = (double)account->outcome[OUTCOME_NO_FD];
        double errors = (double)account->error[EMFILE] + (double)account->error[ENFILE];
        met = met > errors ? met : errors; /* accept's own end no connection */
        if (met > 0) {
            story_say(story,
                      "%s %s the %s had no descriptor left (EMFILE, ENFILE), with RLIMIT_NOFILE at "
                      "%s a process: raise it (ulimit -n), give it more %s.workers, or load less.",
                      COUNT(met), PLURAL(met, "time", "times"), side_name((enum side)side),
                      limit != NULL ? limit : "an unknown limit", side_name((enum side)side));
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
