#include "events.h"
#include "faults.h"
#include "story.h"

/* What the faults did to the link, before what came of it is told. */

#define TOLD 4 /* faults; the timeline has the others */

#define WHEN_TEXT 64

static const struct packets_words {
    const char *one, *many;
} words[FAULT_PACKETS_N] = {
    [FAULT_ANY] = {"segment", "segments"},
    [FAULT_SYN] = {"SYN", "SYNs"},
    [FAULT_SYN_ACK] = {"SYN-ACK", "SYN-ACKs"},
    [FAULT_ACK] = {"ACK without data", "ACKs without data"},
    [FAULT_DATA] = {"segment with data", "segments with data"},
    [FAULT_FIN] = {"FIN", "FINs"},
    [FAULT_RST] = {"RST", "RSTs"},
};

/* "From the start of the load", "From 550 ms to 1.15 s into the load".  Returns `text`. */
static char *tell_when(char text[WHEN_TEXT], int64_t from, int64_t until)
{
    const char *begin = DURATION(from);

    if (until == INT64_MAX && from == 0) {
        snprintf(text, WHEN_TEXT, "From the start of the load");
    } else if (until == INT64_MAX) {
        snprintf(text, WHEN_TEXT, "From %s into the load on", begin);
    } else if (from == 0) {
        snprintf(text, WHEN_TEXT, "For the first %s of the load", DURATION(until));
    } else {
        snprintf(text, WHEN_TEXT, "From %s to %s into the load", begin, DURATION(until));
    }
    return text;
}

static const char *whither(const struct fault *fault)
{
    if (fault->toward[SIDE_CLIENT] && fault->toward[SIDE_SERVER]) {
        return "either side";
    }
    return fault->toward[SIDE_CLIENT] ? "the client" : "the server";
}

static void say_lost(struct story *story, const struct fault *fault, const char *when)
{
    const struct packets_words *struck = &words[fault->packets];
    bool reset = fault->kind == FAULT_RESET;

    if (fault->share < 1) {
        story_say(story, "%s %.6g %% of the %s on their way to %s were lost, at random%s.", when,
                  fault->share * 100, struck->many, whither(fault),
                  reset ? ", and answered with a RST" : "");
    } else if (reset) {
        story_say(story,
                  "%s every %s on its way to %s was lost and answered with a RST in the "
                  "addressee's name, which no TcpOutRsts counts.",
                  when, struck->one, whither(fault));
    } else {
        story_say(story, "%s every %s on its way to %s was lost.", when, struck->one,
                  whither(fault));
    }
}

static void say_struck(struct story *story, const struct fault *fault, const char *when)
{
    char rate[UNITS_TEXT];

    switch (fault->kind) {
    case FAULT_PARTITION:
        story_say(story, "%s nothing crossed the link, either way.", when);
        break;
    case FAULT_DELAY:
        story_say(story, "%s all that was on its way to %s was %s late.", when, whither(fault),
                  DURATION(fault->delay));
        break;
    case FAULT_RATE:
        story_say(story, "%s the link carried no more than %s/s toward %s.", when,
                  units_format_size(rate, sizeof rate, fault->rate), whither(fault));
        break;
    default:
        say_lost(story, fault, when);
        break;
    }
}

static void say_fault(struct story *story, const struct fault_facts *facts)
{
    const struct fault *fault = facts->fault;
    char when[WHEN_TEXT];

    if (facts->struck) {
        say_struck(story, fault, tell_when(when, fault->at, facts->end));
    } else if (!facts->failed) { /* observe_not_done tells of that */
        story_say(story,
                  "The %s fault due %s into the load struck nothing: the run was over before.",
                  fault_kind_name(fault->kind), DURATION(fault->at));
    }
}

/* Only a delay that stays loses nothing: the queue of a slow link drops, and so does one that is
 * taken away. */
static bool may_have_lost(const struct facts *facts)
{
    for (size_t i = 0; i < facts->result->fault_count; i++) {
        struct fault_facts fault = faults_get(facts, i);
        bool late = fault.fault->kind == FAULT_DELAY && fault.end == INT64_MAX;
        if (fault.struck && fault.fault->kind != FAULT_HEAL && !late) {
            return true;
        }
    }
    return false;
}

/* A segment that is sent early, because the peer delays its ACK, is counted as one sent again
 * (tcp_send_loss_probe()). */
static void say_probes(struct story *story, double again)
{
    double probes = facts_moved_anywhere(&story->facts, "TcpExtTCPLossProbes");
    double most = probes < again ? probes : again;

    if (most <= 0) {
        return;
    }
    story_evidence(story, "client.counter.TcpExtTCPLossProbes server.counter.TcpExtTCPLossProbes");
    if (may_have_lost(&story->facts)) {
        story_say(story,
                  "Up to %s of them %s sent early, as %s, for want of an ACK "
                  "(TcpExtTCPLossProbes).",
                  COUNT(most), PLURAL(most, "was", "were"), PLURAL(most, "a probe", "probes"));
    } else {
        story_say(story,
                  "Up to %s of them %s no loss, but %s because an ACK was late "
                  "(TcpExtTCPLossProbes).",
                  COUNT(most), PLURAL(most, "shows", "show"),
                  PLURAL(most, "a probe sent", "probes sent"));
    }
}

static void say_sent_again(struct story *story)
{
    double client = facts_moved(&story->facts, SIDE_CLIENT, "TcpRetransSegs");
    double server = facts_moved(&story->facts, SIDE_SERVER, "TcpRetransSegs");

    if (client > 0 && server > 0) {
        story_say(story, "The client sent %s again, the server %s (TcpRetransSegs).",
                  COUNTED(client, "segment", "segments"), COUNT(server));
    } else if (client + server > 0) {
        story_say(story, "The %s sent %s again (TcpRetransSegs).",
                  side_name(client > 0 ? SIDE_CLIENT : SIDE_SERVER),
                  COUNTED(client + server, "segment", "segments"));
    }
    if (client + server > 0) {
        story_evidence(story, "client.counter.TcpRetransSegs server.counter.TcpRetransSegs");
        say_probes(story, client + server);
    }
}

void observe_faults(struct story *story)
{
    const struct result *result = story->facts.result;
    size_t due = 0;

    for (size_t i = 0; i < result->fault_count; i++) {
        if (result->fault[i].kind != FAULT_HEAL && due++ < TOLD) {
            struct fault_facts fault = faults_get(&story->facts, i);
            story_next(story);
            say_fault(story, &fault);
            if (fault.struck) {
                story_piled_up(story, fault.fault->at, fault.end);
            }
        }
    }
    if (due > TOLD) {
        story_say(story, "The timeline has the other faults.");
    }
}

/* A queue that is full or taken away loses, too. */
void observe_resent(struct story *story)
{
    if (faults_struck(&story->facts)) {
        say_sent_again(story);
    }
}
