#include <string.h>

#include "tls.h"

/* How TLS was ended as the roles saw it: by close_notify, without, or by an alert. */

/* ---- by close_notify ---- */

/* Where a message was due, what the peer says is that it is done, not that all has come. */
static bool knows_the_end(const struct facts *facts, enum side side)
{
    return tls_read_as_a_rule(facts, side) && tls_ended(facts, side, OUTCOME_EOF) <= 0;
}

void observe_tls_notified(struct story *story)
{
    bool client = knows_the_end(&story->facts, SIDE_CLIENT);
    bool server = knows_the_end(&story->facts, SIDE_SERVER);

    if (client || server) {
        story_evidence(story, "client.tls.notify_received server.tls.notify_received");
    }
    if (client && server) {
        story_say(story, "Each side read the other's close_notify: both know that nothing was cut "
                         "off.");
    } else if (client || server) {
        enum side side = client ? SIDE_CLIENT : SIDE_SERVER;
        story_say(story, "The %s read the %s's close_notify: it knows that nothing was cut off.",
                  side_name(side), side_name(side_peer(side)));
    }
}

static bool ignores_eof(const struct facts *facts, enum side side)
{
    char option[48];

    snprintf(option, sizeof option, "%s.tls.ignore_unexpected_eof", side_name(side));
    return strcmp(facts_scenario(facts, option), "on") == 0;
}

/* A bare FIN is another outcome, truncated, unless it passes for a close_notify. */
void observe_tls_early(struct story *story)
{
    enum side side = story->end;
    const struct facts *facts = &story->facts;
    double early = tls_ended(facts, side, OUTCOME_EOF);

    if (facts->result->side[side].has_tls && early > 0) {
        story_evidence(story, ".outcome.eof");
        story_say(story,
                  "On %s of the %s's connections the %s's close_notify%s came where a message was "
                  "due.",
                  COUNT(early), side_name(side), side_name(side_peer(side)),
                  ignores_eof(facts, side) ? ", or a FIN that passed for it," : "");
    }
}

/* ---- without one ---- */

static bool saw_none(const struct facts *facts, enum side side)
{
    return tls_counted(facts, side, TLS_NOTIFY_SENT) <= 0 &&
           tls_counted(facts, side, TLS_NOTIFY_RECEIVED) <= 0 &&
           tls_ended(facts, side, OUTCOME_TRUNCATED) <= 0 &&
           tls_ended(facts, side, OUTCOME_ALERT) <= 0;
}

/* Ends that went their way without TLS having a say in it, which no outcome shows. */
void observe_tls_none(struct story *story)
{
    const struct facts *facts = &story->facts;
    const struct result_side *side = facts->result->side;
    double done =
        tls_ended(facts, SIDE_CLIENT, OUTCOME_DONE) + tls_ended(facts, SIDE_SERVER, OUTCOME_DONE);

    if (done <= 0 || !saw_none(facts, SIDE_CLIENT) || !saw_none(facts, SIDE_SERVER) ||
        tls_counted(facts, SIDE_CLIENT, TLS_HANDSHAKES) +
                tls_counted(facts, SIDE_SERVER, TLS_HANDSHAKES) <=
            0) {
        return;
    }
    if (side[SIDE_CLIENT].has_tls && side[SIDE_SERVER].has_tls) {
        story_say(story, "Neither side sent a close_notify:");
    } else {
        story_say(story, "The %s neither sent nor read a close_notify:",
                  side_name(side[SIDE_CLIENT].has_tls ? SIDE_CLIENT : SIDE_SERVER));
    }
    story_evidence(story, "client.tls.notify_sent server.tls.notify_sent");
    story_add(story,
              " to TLS such an end cannot be told from a truncation (RFC 8446 section 6.1).");
}

/*
 * OpenSSL's answer is a fatal alert, unless its own close_notify is out: ssl3_read_n() in
 * ssl/record/rec_layer_s3.c.
 */
static void say_answer(struct story *story, enum side side, double truncated)
{
    const struct facts *facts = &story->facts;
    enum side peer = side_peer(side);
    double met = tls_met_closed(facts, peer);

    if (tls_counted(facts, side, TLS_NOTIFY_SENT) >= TLS_FEW * truncated) {
        return;
    }
    if (met >= TLS_FEW * truncated) {
        story_evidence(story, "%s.counter.TcpExtTCPAbortOnData %s.counter.TcpExtTW",
                       side_name(peer), side_name(peer));
        story_say(story,
                  "OpenSSL answers that with a fatal alert, which met a closed socket: the %s's "
                  "kernel sent a RST for it%s.",
                  side_name(peer), tls_no_time_wait(facts));
    } else {
        story_say(story, "OpenSSL answers that with a fatal alert.");
    }
}

void observe_tls_truncated(struct story *story)
{
    enum side side = story->end;
    double truncated = tls_ended(&story->facts, side, OUTCOME_TRUNCATED);

    if (truncated > 0) {
        story_evidence(story, ".outcome.truncated");
        story_say(story,
                  "On %s of the %s's connections the %s's FIN came and no close_notify before it: "
                  "to TLS what was received may have been cut off (truncated).",
                  COUNT(truncated), side_name(side), side_name(side_peer(side)));
        say_answer(story, side, truncated);
    }
}

void observe_tls_alerts(struct story *story)
{
    enum side side = story->end;
    const struct facts *facts = &story->facts;
    double alerts = tls_ended(facts, side, OUTCOME_ALERT);
    char why[TLS_WORDS];

    if (alerts > 0) {
        story_evidence(story, ".outcome.alert");
        story_say(story, "A fatal alert from the %s ended %s of the %s's connections%s.",
                  side_name(side_peer(side)), COUNT(alerts), side_name(side),
                  tls_most_often(why, sizeof why, facts, side, alerts));
    }
}
