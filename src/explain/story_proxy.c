#include "story.h"

/* What a proxy did by itself. */

static double responses(const struct account *account)
{
    uint64_t all = 0;

    for (unsigned i = 0; i < HTTP_STATUS_N; i++) {
        all += account->status[i];
    }
    return (double)all;
}

/* The client's connections that the proxy took; where the server alone counts, connections.none
 * tells of those that did not come to it. */
static double taken(const struct facts *facts)
{
    const struct result_side *client = &facts->result->side[SIDE_CLIENT];

    if (client->played) {
        return (double)client->account.opened;
    }
    return facts->tallied ? 0
                          : facts_moved(facts, SIDE_CLIENT, "TcpActiveOpens") -
                                facts_moved(facts, SIDE_CLIENT, "TcpAttemptFails");
}

static void say_unreached(struct story *story, double opened)
{
    story_evidence(
        story,
        "client.opened client.counter.TcpActiveOpens server.opened proxy.counter.TcpActiveOpens");
    story_say(story,
              "No connection came to the server: the %s of the client ended at the proxy, and say "
              "nothing of what stands behind it.",
              COUNTED(opened, "connection", "connections"));
    story_advise(story, PROXY_ADVICE);
}

/* A test that its server has no part in must not look like one that it has passed. */
void observe_proxy_answers(struct story *story)
{
    const struct result_side *side = story->facts.result->side;
    const struct account *client = &side[SIDE_CLIENT].account;
    const struct account *server = &side[SIDE_SERVER].account;

    double opened = taken(&story->facts);

    if (!facts_proxied(&story->facts) || opened <= 0) {
        return;
    }
    double alone = responses(client) - responses(server);
    if (!facts_reached(&story->facts)) {
        say_unreached(story, opened);
    } else if (side[SIDE_CLIENT].played && side[SIDE_SERVER].played && alone > 0) {
        story_evidence(story, "client.opened server.opened");
        story_say(story,
                  "The client read %s responses, and the server sent %s: the proxy answered %s "
                  "itself.",
                  COUNT(responses(client)), COUNT(responses(server)), COUNT(alone));
    }
}

/* The fullest that samples caught the listener of an end. */
static void say_fullest(struct story *story, enum side end, const char *between)
{
    const struct result_side *side = &story->facts.result->side[end];
    struct observation most = side->final;

    for (size_t i = 0; i < side->observation_count; i++) {
        const struct observation *seen = &side->observation[i];
        most.accept_queue =
            seen->accept_queue > most.accept_queue ? seen->accept_queue : most.accept_queue;
        most.listen_backlog =
            seen->listen_backlog > most.listen_backlog ? seen->listen_backlog : most.listen_backlog;
    }
    story_evidence(story, "%s.listen_backlog.final", side_name(end));
    story_add(story, "%s%s in the %s's, whose backlog is %s", between, COUNT(most.accept_queue),
              side_name(side_player(end)), COUNT(most.listen_backlog));
}

/* A host's counter is of both listeners, and what was full between two samples nobody saw. */
void observe_proxy_listeners(struct story *story)
{
    double overflows = facts_moved(&story->facts, SIDE_PROXY, "TcpExtListenOverflows");

    if (overflows <= 0) {
        return;
    }
    story_evidence(story, "proxy.counter.TcpExtListenOverflows");
    story_say(story,
              "An accept queue was full %s in the host of proxy and server "
              "(TcpExtListenOverflows), which does not tell whose. Samples caught at most ",
              COUNTED(overflows, "time", "times"));
    say_fullest(story, SIDE_FRONT, "");
    say_fullest(story, SIDE_SERVER, ", and ");
    story_add(story, " (Recv-Q and Send-Q of their listeners).");
}
