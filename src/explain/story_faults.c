#include <string.h>

#include "events.h"
#include "faults.h"
#include "story.h"

/* What the faults did to the link, before what came of it is told. */

#define TOLD 4 /* faults; the timeline has the others */

#define WHEN_TEXT 64

static const struct packets_words {
    const char *packets;
    const char *one, *many;
} words[] = {
    {"any", "segment", "segments"},
    {"syn", "SYN", "SYNs"},
    {"syn-ack", "SYN-ACK", "SYN-ACKs"},
    {"ack", "ACK without data", "ACKs without data"},
    {"data", "segment with data", "segments with data"},
    {"fin", "FIN", "FINs"},
    {"rst", "RST", "RSTs"},
};

static const struct packets_words *words_of(const struct fault_facts *fault)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i].packets, fault->packets) == 0) {
            return &words[i];
        }
    }
    return &words[0];
}

/* "From the start of the load", "From 550 ms to 1.15 s into the load".  Returns `text`. */
static char *tell_when(char text[WHEN_TEXT], const struct fault_facts *fault)
{
    const char *begin = DURATION(fault->begin);

    if (fault->end == INT64_MAX && fault->begin == 0) {
        snprintf(text, WHEN_TEXT, "From the start of the load");
    } else if (fault->end == INT64_MAX) {
        snprintf(text, WHEN_TEXT, "From %s into the load on", begin);
    } else if (fault->begin == 0) {
        snprintf(text, WHEN_TEXT, "For the first %s of the load", DURATION(fault->end));
    } else {
        snprintf(text, WHEN_TEXT, "From %s to %s into the load", begin, DURATION(fault->end));
    }
    return text;
}

static const char *whither(const struct fault_facts *fault)
{
    if (fault->toward[SIDE_CLIENT] && fault->toward[SIDE_SERVER]) {
        return "either side";
    }
    return fault->toward[SIDE_CLIENT] ? "the client" : "the server";
}

static void say_lost(struct story *story, const struct fault_facts *fault, const char *when)
{
    const struct packets_words *struck = words_of(fault);
    bool reset = strcmp(fault->kind, "reset") == 0;

    if (fault->amount[0] != '\0') {
        story_say(story, "%s %.*s %% of the %s on their way to %s were lost, at random%s.", when,
                  (int)strcspn(fault->amount, "%"), fault->amount, struck->many, whither(fault),
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

/* A delay as all durations are told.  Returns `text`. */
static char *amount_of(char text[UNITS_TEXT], const struct fault_facts *fault)
{
    int64_t ns;

    if (units_parse_duration(fault->amount, &ns) != 0) {
        snprintf(text, UNITS_TEXT, "%s", fault->amount);
        return text;
    }
    return units_human_duration(text, UNITS_TEXT, ns);
}

static void say_fault(struct story *story, const struct fault_facts *fault)
{
    char when[WHEN_TEXT];
    char amount[UNITS_TEXT];

    tell_when(when, fault);
    if (!fault->struck) {
        story_say(story,
                  "The %s fault due %s into the load struck nothing: the run was over before.",
                  fault->kind, DURATION(fault->begin));
    } else if (strcmp(fault->kind, "partition") == 0) {
        story_say(story, "%s nothing crossed the link, either way.", when);
    } else if (strcmp(fault->kind, "delay") == 0) {
        story_say(story, "%s all that was on its way to %s was %s late.", when, whither(fault),
                  amount_of(amount, fault));
    } else if (strcmp(fault->kind, "rate") == 0) {
        story_say(story, "%s the link carried no more than %s toward %s.", when, fault->amount,
                  whither(fault));
    } else if (fault_loses(fault)) {
        say_lost(story, fault, when);
    }
}

/* A segment that is sent early, because the peer delays its ACK, is counted as one sent again
 * (tcp_send_loss_probe()). */
static void say_probes(struct story *story, double again)
{
    double probes = facts_moved_anywhere(&story->facts, "TcpExtTCPLossProbes");
    double most = probes < again ? probes : again;

    if (most > 0) {
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
        story_say(story, "The client sent %s %s again, the server %s (TcpRetransSegs).",
                  COUNT(client), PLURAL(client, "segment", "segments"), COUNT(server));
    } else if (client + server > 0) {
        story_say(story, "The %s sent %s %s again (TcpRetransSegs).",
                  side_name(client > 0 ? SIDE_CLIENT : SIDE_SERVER), COUNT(client + server),
                  PLURAL(client + server, "segment", "segments"));
    }
    if (client + server > 0) {
        story_evidence(story, "client.counter.TcpRetransSegs");
        story_evidence(story, "server.counter.TcpRetransSegs");
        say_probes(story, client + server);
    }
}

static bool heals(const struct fault_facts *fault)
{
    return strcmp(fault->kind, "heal") == 0;
}

void observe_faults(struct story *story)
{
    struct fault_facts fault[FAULTS_MAX];
    size_t count = faults_read(&story->facts, fault);
    size_t due = 0;

    for (size_t i = 0; i < count; i++) {
        if (!heals(&fault[i]) && due++ < TOLD) {
            story_next(story);
            say_fault(story, &fault[i]);
            if (fault[i].struck) {
                story_piled_up(story, fault[i].begin, fault[i].end);
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
    struct fault_facts fault[FAULTS_MAX];
    size_t count = faults_read(&story->facts, fault);

    for (size_t i = 0; i < count; i++) {
        if (fault[i].struck && !heals(&fault[i])) {
            say_sent_again(story);
            return;
        }
    }
}
