#include <string.h>

#include "faults.h"
#include "story.h"

/* RSTs that met a TIME_WAIT: the assassination of RFC 1337, or its prevention. */

void observe_assassinated(struct story *story)
{
    enum side side = story->end;
    const struct facts *facts = &story->facts;
    const char *protects = facts_sysctl(facts, side, "net.ipv4.tcp_rfc1337");
    double made = facts->side[side].tw_made - facts->side[side].orphans;
    double standing = facts->side[side].final[TCP_STATE_TIME_WAIT];

    if (!faults_reset(facts, FAULT_ACK, side) || made <= 0 || !facts->side[side].settled ||
        facts->watched * (double)NS_PER_S >= (double)TIME_WAIT_LENGTH) {
        return;
    }
    story_evidence(story, ".counter.TcpExtTW .time_wait.final .sysctl.net.ipv4.tcp_rfc1337");
    if (strcmp(protects, "1") == 0 && standing > 0) {
        story_say(story,
                  "The %s's last ACKs were answered with a RST, too, but its tcp_rfc1337 is 1: a "
                  "TIME_WAIT ignores it.",
                  side_name(side));
    } else if (strcmp(protects, "0") == 0 && standing < made) {
        story_say(story,
                  "Of the %s's %s %s in TIME_WAIT: its last ACK was answered with a RST, which "
                  "ends a TIME_WAIT before its time as long as tcp_rfc1337 is 0 (RFC 1337).",
                  side_name(side), COUNTED(made, "mini-socket", "mini-sockets"),
                  standing > 0 ? "some no longer stand" : "none stands");
    }
}
