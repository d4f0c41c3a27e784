#include "events.h"
#include "ports.h"
#include "story.h"

/* An open loop that did not get what it asked for, and what kept it. */

/* Less is told from chance and from the length of the last interval. */
#define MISSED 0.05
/* A worker that was on a CPU for so much of the time had no more to give. */
#define BUSY 0.8

/* What was on a CPU until the last connection ended may not have been while they were begun. */
static bool outlasted(const struct facts *facts)
{
    return facts->load > facts->arriving * (1 + MISSED);
}

/* The share of the load that each worker was on a CPU; what it had before and after is little. */
static double busy(const struct facts *facts)
{
    const struct result_side *client = &facts->result->side[SIDE_CLIENT];
    double seconds =
        (double)(client->account.cpu_user + client->account.cpu_system) / (double)NS_PER_S;
    double share = client->workers > 0 ? seconds / (client->workers * facts->load) : 0;

    return share < 1 ? share : 1;
}

/* connect(2) or bind(2) walks the ports that are taken, and no other connection is begun meanwhile.
 */
static bool searched_ports(const struct facts *facts)
{
    struct port_budget budget;

    facts_ports(facts, &budget);
    double first = ports_tried_first(facts, (double)budget.total);
    return budget.ports >= LONG_SEARCH && ports_taken(facts) > first &&
           facts->side[SIDE_CLIENT].peak[TCP_STATE_TIME_WAIT] > first;
}

/* Of those that were due; 0 where all were begun, if late. */
static double never_begun(const struct facts *facts)
{
    double never = 0;

    facts_metric(facts, &never, "connections.missed");
    return never;
}

/* Whether nothing but its own slowness kept the client from connections. */
static bool kept_from_none(const struct facts *facts)
{
    return facts->result->side[SIDE_CLIENT].workers_died == 0 &&
           events_count(facts, EVENT_KILL, SIDE_CLIENT) == 0 &&
           events_count(facts, EVENT_STOP, SIDE_CLIENT) == 0;
}

/* What is too late an open loop leaves out, and its latencies then lack the worst. */
void observe_missed(struct story *story)
{
    const struct facts *facts = &story->facts;
    double missed = never_begun(facts);

    if (missed <= 0) {
        return;
    }
    story_evidence(story, "connections.missed connections.attempted");
    story_say(story, "%s of %s connections that were to be begun never %s.", COUNT(missed),
              COUNT(missed + facts->attempted), PLURAL(missed, "was", "were"));
    if (facts->open_loop) {
        story_evidence(story, "connections.scheduled");
        story_say(story, "The load was not the one that was asked for.");
    }
    if (facts->open_loop && kept_from_none(facts)) {
        story_say(story, "The client came to them too late, and no latency tells how long they "
                         "would have waited: the figures are of the others alone, and may be too "
                         "good (coordinated omission).");
    }
}

/* One that is killed forgets what it had yet to begin; one that is stopped catches up. */
static void say_killed(struct story *story)
{
    if (never_begun(&story->facts) <= 0) {
        story_say(story, "The client was killed or stopped meanwhile.");
    } else if (events_count(&story->facts, EVENT_KILL, SIDE_CLIENT) <= 0) {
        story_say(story, "The client was stopped meanwhile.");
    } else {
        story_say(story, "The client was killed meanwhile: what was due %s was not begun.",
                  events_count(&story->facts, EVENT_START, SIDE_CLIENT) > 0
                      ? "before it was started again"
                      : "from then on");
    }
}

static void say_why(struct story *story)
{
    const struct facts *facts = &story->facts;
    const struct result_side *client = &facts->result->side[SIDE_CLIENT];
    double share = busy(facts);
    const char *time = outlasted(facts) ? "the whole load" : "that time";

    story_evidence(story, "cpu.client client.workers_died");
    if (events_count(facts, EVENT_KILL, SIDE_CLIENT) > 0 ||
        events_count(facts, EVENT_STOP, SIDE_CLIENT) > 0) {
        say_killed(story);
    } else if (client->workers_died > 0) {
        story_say(story, "What its workers that died had yet to begin was not begun.");
    } else if (share >= BUSY && searched_ports(facts)) {
        story_certainty(story, CERTAINTY_LIKELY);
        story_say(story,
                  "Its workers were on a CPU for %s of %s, and more than half of its ports were "
                  "taken: %s(2) searches them one after another.",
                  SHARE(share), time, ports_call(facts));
    } else if (share >= BUSY) {
        story_certainty(story, outlasted(facts) ? CERTAINTY_LIKELY : CERTAINTY_PROVEN);
        story_say(story, "%s on a CPU for %s of %s, and had no more to give.",
                  client->workers == 1 ? "Its worker was" : "Its workers were", SHARE(share), time);
        story_advise(story, "raise client.workers as far as there are CPUs, or ask for less");
    } else {
        story_certainty(story, CERTAINTY_UNKNOWN);
        story_say(story,
                  "Its workers were on a CPU for %s of %s, so what kept them is not known; "
                  "other programs may have had the CPUs.",
                  SHARE(share), time);
    }
}

static void say_missed(struct story *story, double got)
{
    const struct facts *facts = &story->facts;
    double never = never_begun(facts);
    double due = facts->attempted + never;
    int64_t took = (int64_t)(facts->arriving * (double)NS_PER_S);

    story_say(story,
              "The load was to begin %s connections a second and began %s: ", COUNT(facts->asked),
              COUNT(got));
    if (never > 0) {
        story_evidence(story, "connections.scheduled");
        story_add(story, "of %s that were due within %s it began %s, within %s, and %s never.",
                  COUNT(due), DURATION((int64_t)(due / facts->asked * (double)NS_PER_S)),
                  COUNT(facts->attempted), DURATION(took), COUNT(never));
    } else {
        story_add(story, "%s, due within %s, took the client %s.", COUNT(facts->attempted),
                  DURATION((int64_t)(facts->due * (double)NS_PER_S)), DURATION(took));
    }
}

void observe_behind(struct story *story)
{
    const struct facts *facts = &story->facts;

    if (!facts->open_loop || facts->arriving <= 0 || !facts->result->side[SIDE_CLIENT].played ||
        facts->result->cut_by != NULL) {
        return;
    }
    double got = facts->attempted / facts->arriving;
    if (got >= facts->asked * (1 - MISSED)) {
        return;
    }
    story_evidence(story, "load.rate connections.attempted client.last_begun");
    say_missed(story, got);
    say_why(story);
}
