#include <errno.h>
#include <string.h>

#include "finwait/named.h"
#include "tls.h"

/* TLS handshakes that failed, or that were not what was asked for. */

/* How many of the side's connections met one of OpenSSL's errors. */
static double met(const struct facts *facts, enum side side, const char *words)
{
    const struct text_counts *errors = &facts->result->side[side].tls_errors;
    const struct text_count *found = NAMED(words, errors->item, errors->count);

    return found != NULL ? (double)found->count : 0;
}

/* Who is refused memory within OpenSSL may hear of it by another name. */
static void say_by_other_names(struct story *story, enum side side)
{
    double others = met(&story->facts, side, "internal error");

    if (others > 0) {
        story_say(story, "The \"internal error\" of %s others may be the same by another name.",
                  COUNT(others));
    }
}

/* Of OpenSSL alone; the kernel's ENOMEM beside it is a system call's. */
void observe_tls_memory(struct story *story)
{
    enum side side = story->end;
    const struct facts *facts = &story->facts;
    const char *name = side_name(side);
    double starved = met(facts, side, TLS_NO_MEMORY);
    uint64_t calls = facts->result->side[side].account.error[ENOMEM];

    if (starved <= 0) {
        return;
    }
    story_certainty(story, CERTAINTY_LIKELY); /* OpenSSL says so of a few other failures, too */
    story_evidence(story, ".outcome.handshake .outcome.tls");
    story_say(story,
              "Memory ran out in the %s's workers: OpenSSL got none on %s of its connections "
              "(\"malloc failure\"), and they failed for that, not for what the peer did.",
              name, COUNT(starved));
    say_by_other_names(story, side);
    if (calls > 0) {
        story_evidence(story, ".errors.ENOMEM");
        story_say(story, "%s other %s met ENOMEM.", COUNT(calls), PLURAL(calls, "call", "calls"));
    }
    story_advise(story, "raise what a process may have (ulimit -v) or the machine has (a cgroup's "
                        "memory.max), or have fewer connections open at once");
}

/* In TLS 1.3 a client is done before the server has read its last messages. */
static bool is_complete_there(const struct facts *facts, enum side side, double failed)
{
    return side == SIDE_SERVER && tls_counted(facts, SIDE_CLIENT, TLS_HANDSHAKES) >=
                                      tls_counted(facts, SIDE_SERVER, TLS_HANDSHAKES) + failed;
}

void observe_tls_handshakes(struct story *story)
{
    enum side side = story->end;
    const struct facts *facts = &story->facts;
    double failed = tls_ended(facts, side, OUTCOME_HANDSHAKE);
    char why[TLS_WORDS];

    if (failed > 0) {
        story_evidence(story, ".outcome.handshake");
        story_say(story, "%s TLS %s failed as the %s saw it%s: TCP had connected, TLS never did%s.",
                  COUNT(failed), PLURAL(failed, "handshake", "handshakes"), side_name(side),
                  tls_most_often(why, sizeof why, facts, side, failed),
                  is_complete_there(facts, side, failed) ? ", but to the client" : "");
    }
}

/* ---- handshakes that the client gives up ---- */

/* What ended them on the server. */
static const struct {
    enum outcome outcome;
    const char *words;
} given_up[] = {
    {OUTCOME_HANDSHAKE, "met the FIN in the middle of it"},
    {OUTCOME_RESET, "met the RST"},
    {OUTCOME_TIMEOUT, "waited for load.timeout"},
};

static void say_given_up(struct story *story, double incomplete)
{
    story_evidence(story, "server.tls.incomplete");
    story_say(story,
              "Of the server's handshakes %s never completed:", COUNTED(incomplete, "was", "were"));
    const char *between = "";
    for (size_t i = 0; i < sizeof given_up / sizeof given_up[0]; i++) {
        double ended = tls_ended(&story->facts, SIDE_SERVER, given_up[i].outcome);
        if (ended > 0) {
            story_evidence(story, "server.outcome.%s", outcome_name(given_up[i].outcome));
            story_add(story, "%s %s %s", between, COUNT(ended), given_up[i].words);
            between = ",";
        }
    }
    story_add(story, ".");
}

void observe_tls_given_up(struct story *story)
{
    const struct facts *facts = &story->facts;
    const struct program *client = &facts->result->side[SIDE_CLIENT].steps;
    double begun = tls_counted(facts, SIDE_CLIENT, TLS_INCOMPLETE);
    double incomplete = tls_counted(facts, SIDE_SERVER, TLS_INCOMPLETE);
    char step[VALUE_WRITTEN];

    if (program_until(client) == CONNECT_WHOLE || begun <= 0) {
        return;
    }
    story_evidence(story, "client.tls.incomplete");
    story_say(story, "The client gave %s TLS %s up behind %s, as its program says: %s.",
              COUNT(begun), PLURAL(begun, "handshake", "handshakes"),
              program_until(client) == CONNECT_HELLO ? "its ClientHello" : "the server's flight",
              step_format(step, sizeof step, &client->step[0]));
    if (incomplete > 0) {
        say_given_up(story, incomplete);
    }
}

/* Whoever does not go on keeps the others waiting. */
void observe_tls_turns(struct story *story)
{
    double waited = tls_counted(&story->facts, SIDE_SERVER, TLS_WAITED);

    if (waited > 0) {
        story_evidence(story, "server.tls.waited");
        story_say(story,
                  "%s for another's TLS handshake to end: a worker of the server has no more than "
                  "%s under way (server.tls.unfinished).",
                  COUNTED(waited, "client waited", "clients waited"),
                  facts_scenario(&story->facts, "server.tls.unfinished"));
        story_advise(story,
                     "raise server.tls.unfinished, at 40 kB each; or bound how long a client "
                     "may take by load.timeout");
    }
}

/* With TLS 1.3 the server sends its tickets after the handshake, as data (RFC 8446 section 4.6.1).
 */
static void say_no_ticket(struct story *story)
{
    story_evidence(story, "server.tls.handshakes client.tls.tickets");
    if (tls_counted(&story->facts, SIDE_CLIENT, TLS_TICKETS) <= 0 &&
        tls_unread_tickets(&story->facts) > 0) {
        story_say(story, "The client read none of the session tickets that the server sent after "
                         "its handshake, so it had nothing to resume.");
        story_advise(story, "let the client read before it closes, until the tickets have come");
    }
}

void observe_tls_resumption(struct story *story)
{
    const struct facts *facts = &story->facts;
    enum side side = tls_driver(facts);
    const char *resumption = facts_scenario(facts, "tls.resumption");
    double handshakes = tls_counted(facts, side, TLS_HANDSHAKES);

    if (handshakes > 0 && tls_counted(facts, side, TLS_RESUMED) <= 0 && resumption[0] != '\0' &&
        strcmp(resumption, "off") != 0) {
        story_about(story, side);
        story_evidence(story, ".tls.handshakes .tls.resumed");
        story_say(story,
                  "No TLS handshake of the %s resumed a session, though tls.resumption is %s: all "
                  "of the %s were full ones.",
                  side_name(side), resumption, COUNT(handshakes));
        say_no_ticket(story);
    }
}
