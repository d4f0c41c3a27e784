#include "tls.h"

/* Session tickets that nobody read: to the kernel they are data. */

void observe_tls_tickets(struct story *story)
{
    const struct facts *facts = &story->facts;
    double queued = tls_tickets_queued(facts);
    double late = tls_tickets_late(facts);

    if (queued + late <= 0) {
        return;
    }
    story_evidence(story,
                   "client.tls.tickets server.tls.handshakes server.tls.resumed "
                   "client.counter.TcpExtTCPAbortOnClose client.counter.TcpExtTCPAbortOnData "
                   "host.counter.TcpExtTCPAbortOnClose host.counter.TcpOutRsts");
    story_say(story,
              "The server's session tickets follow its TLS 1.3 handshake, and the client never "
              "read %s of them.",
              COUNT(tls_unread_tickets(facts)));
    if (queued > 0) {
        story_say(story,
                  "%s it closed with tickets unread: unread data makes the kernel send a RST "
                  "instead of a FIN (TcpExtTCPAbortOnClose)%s.",
                  COUNTED(queued, "time", "times"), tls_no_time_wait(facts));
    }
    if (late > 0) {
        story_say(story, "%s they met a closed socket, and its kernel answered with a RST%s.",
                  COUNTED(late, "time", "times"), tls_no_time_wait(facts));
    }
}
