#include "faults.h"
#include "story.h"

/* Who did not get the messages that were due to it. */

/* What stood in their place, by the outcomes of those who went without. */
static const struct {
    enum outcome outcome;
    const char *instead; /* "a FIN came instead to 12" */
} ends[] = {
    {OUTCOME_EOF, "the peer's FIN or close_notify came instead to"},
    {OUTCOME_TRUNCATED, "the peer's FIN came instead, without a close_notify, to"},
    {OUTCOME_RESET, NULL}, /* whose_reset() */
    {OUTCOME_ALERT, "a fatal alert came instead to"},
    {OUTCOME_TIMEOUT, "nothing came within load.timeout to"},
    {OUTCOME_BAD_MESSAGE, "what came was no HTTP/1.1 message for"},
};

/* An errno tells of a RST, and not whose.  In a private lab nothing but the peer and the faults
 * send one; elsewhere the peer's host counts those to others, too, and boxes have their own. */
static const char *whose_reset(struct story *story, enum side side, uint64_t count)
{
    const struct facts *facts = &story->facts;
    enum side peer = facts_peer(&story->facts, side);

    if (faults_forged(facts, side)) {
        return "a RST of the peer or of a fault came instead to";
    }
    if (facts_proxied(facts) && facts->result->private_lab) {
        story_evidence(story, "proxy.counter.TcpOutRsts");
        return "the proxy's RST came instead to";
    }
    bool counted = facts->side[peer].counted;
    if (counted) {
        story_evidence(story, "%s.counter.TcpOutRsts", side_name(peer));
    }
    if (counted && facts->side[peer].rsts < (double)count) {
        return "ECONNRESET or EPIPE came instead, though the peer sent fewer RSTs, to";
    }
    if (counted && facts->result->private_lab) {
        return "the peer's RST came instead to";
    }
    story_certainty(story, CERTAINTY_LIKELY);
    return "a RST, the peer's or of a box on the way, came instead to";
}

static void add_reasons(struct story *story, enum side side)
{
    const struct account *account = &story->facts.result->side[side].account;
    const char *between = ":";

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        uint64_t count = account->due[ends[i].outcome];
        if (count > 0) {
            story_evidence(story, ".outcome.%s", outcome_name(ends[i].outcome));
            const char *instead =
                ends[i].instead != NULL ? ends[i].instead : whose_reset(story, side, count);
            story_add(story, "%s %s %s", between, instead, COUNT(count));
            between = ";";
        }
    }
}

/* After a bad status the message has come: another observer tells of it. */
static double missing(const struct account *account)
{
    uint64_t due = 0;

    for (unsigned i = 0; i < OUTCOME_N; i++) {
        due += i == OUTCOME_BAD_STATUS || i == OUTCOME_HELD ? 0 : account->due[i];
    }
    return (double)due;
}

/* Without it nobody would know a RST for the end of a response that has no length. */
static void say_cut(struct story *story, uint64_t cut)
{
    if (cut > 0) {
        story_evidence(story, ".messages_cut");
        story_say(story, "%s of these messages %s truncated: a part of %s had come.", COUNT(cut),
                  PLURAL(cut, "was", "were"), PLURAL(cut, "it", "each"));
    }
}

/* Real clients open connections to spare, and end idle ones: no fault of theirs. */
static void advise_or_fin(struct story *story, enum side side)
{
    const struct result *result = story->facts.result;
    const struct account *account = &result->side[side].account;
    const char *program = result->side[side].program;

    if (side == SIDE_SERVER && !result->side[SIDE_CLIENT].played && program != NULL &&
        account->due[OUTCOME_EOF] > 0 && account->messages_cut == 0) {
        story_advise(story,
                     "write recv(or-fin) for recv in server.program (%s): it takes the FIN of a "
                     "spare or idle connection for a good end",
                     program);
    }
}

void observe_due(struct story *story)
{
    enum side side = story->end;
    const struct account *account = &story->facts.result->side[side].account;
    double due = missing(account);

    if (due <= 0) {
        return;
    }
    story_evidence(story, ".message_due .opened");
    story_say(story, "%s of %s ended while a message was due to the %s", COUNT(due),
              COUNTED(account->opened, "connection", "connections"), side_name(side));
    add_reasons(story, side);
    story_add(story, ".");
    say_cut(story, account->messages_cut);
    advise_or_fin(story, side);
}

void observe_bad_status(struct story *story)
{
    const struct account *client = &story->facts.result->side[SIDE_CLIENT].account;
    uint64_t bad = client->outcome[OUTCOME_BAD_STATUS] + client->due[OUTCOME_HELD];
    const char *between = "";

    if (bad == 0) {
        return;
    }
    story_evidence(story, "client.outcome.bad_status");
    story_say(story, "%s answered with a status outside http.ok (%s); read were ",
              COUNTED(bad, "connection was", "connections were"),
              facts_scenario(&story->facts, "http.ok"));
    for (unsigned i = 0; i < HTTP_STATUS_N; i++) {
        if (client->status[i] > 0) {
            story_evidence(story, "client.http.status.%s", http_status_name(i));
            story_add(story, "%s%s x %s", between, COUNT(client->status[i]), http_status_name(i));
            between = ", ";
        }
    }
    story_add(story, ".");
}
