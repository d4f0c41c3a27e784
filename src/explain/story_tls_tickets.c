#include "tls.h"

/* Session tickets that nobody read: to the kernel they are data. */

void observe_tls_tickets(struct story *story)
{
    const struct facts *facts = &story->facts;
    double queued = tls_tickets_queued(facts);
    double late = tls_tickets_late(facts);

    if (!tls_told(facts) || queued + late <= 0) {
        return;
    }
    story_about(story, SIDE_CLIENT);
    story_evidence(story, "client.tls.tickets");
    story_evidence(story, "server.tls.handshakes");
    story_evidence(story, "server.tls.resumed");
    story_evidence(story, "client.counter.TcpExtTCPAbortOnClose");
    story_evidence(story, "client.counter.TcpExtTCPAbortOnData");
    story_evidence(story, "host.counter.TcpExtTCPAbortOnClose");
    story_evidence(story, "host.counter.TcpOutRsts");
    story_say(story,
              "The server's session tickets follow its TLS 1.3 handshake, and the client never "
              "read %s of them.",
              COUNT(tls_unread_tickets(facts)));
    if (queued > 0) {
        story_say(story,
                  "%s %s it closed with tickets unread: unread data makes the kernel send a RST "
                  "instead of a FIN (TcpExtTCPAbortOnClose)%s.",
                  COUNT(queued), PLURAL(queued, "time", "times"), tls_no_time_wait(facts));
    }
    if (late > 0) {
        story_say(story, "%s %s they met a closed socket, and its kernel answered with a RST%s.",
                  COUNT(late), PLURAL(late, "time", "times"), tls_no_time_wait(facts));
    }
}
