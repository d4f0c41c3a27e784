#include <errno.h>

#include "finwait/error.h"
#include "finwait/kernel_errno.h"
#include "story.h"

/* Errnos that ended connections and of which no other remark tells. */

/* Those with an outcome of their own are told by it (conn_fail()). */
static bool is_told(int errnum)
{
    static const int told[] = {ECONNRESET,    EPIPE,      ECONNREFUSED, ETIMEDOUT,
                               EADDRNOTAVAIL, EADDRINUSE, EMFILE,       ENFILE};

    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        if (told[i] == errnum) {
            return true;
        }
    }
    return false;
}

/* A router's ICMP comes at once; whoever waits for a neighbour sends the SYN again meanwhile. */
static bool waited_for_neighbour(const struct facts *facts, int errnum, double count)
{
    return errnum == EHOSTUNREACH && facts->opened <= 0 &&
           facts_moved_anywhere(facts, "TcpAttemptFails") >= count &&
           facts_moved_anywhere(facts, "TcpExtTCPTimeouts") >= count;
}

static void say_neighbour(struct story *story)
{
    static const char *const hosts[] = {"client", "host"};

    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        story_evidence(story, "%s.counter.TcpExtTCPTimeouts %s.counter.TcpAttemptFails", hosts[i],
                       hosts[i]);
    }
    story_certainty(story, CERTAINTY_LIKELY); /* a router's ICMP can be as late */
    story_say(story,
              "By then each SYN had been sent again (TcpExtTCPTimeouts, TcpAttemptFails), as "
              "where the neighbour answers no ARP or NDP: the server, or a router on the way.");
    story_advise(story,
                 "see with ip neigh on the client's host whether the neighbour is FAILED, and "
                 "check the address");
}

/* What it can come from, as `list errnos` has it. */
static void say_causes(struct story *story, const struct errno_info *info)
{
    const char *between = " ";

    if (info == NULL || info->cause[0].cause == NULL) {
        return;
    }
    story_certainty(story, CERTAINTY_UNKNOWN);
    story_say(story, "Which of its causes it was is not known:");
    for (size_t i = 0; i < ERRNO_CAUSES && info->cause[i].cause != NULL; i++) {
        story_add(story, "%s%s (told by: %s)", between, info->cause[i].cause, info->cause[i].told);
        between = "; ";
    }
    story_add(story, ".");
}

static void say_errno(struct story *story, enum side side, int errnum, double count)
{
    story_about(story, side);
    story_evidence(story, ".errors.%s .outcome.error", errno_name(errnum));
    story_say(story, "%s of the %s met %s: %s.", COUNTED(count, "call", "calls"), side_name(side),
              errno_name(errnum), errno_meaning(errnum));
    if (side == SIDE_CLIENT && waited_for_neighbour(&story->facts, errnum, count)) {
        say_neighbour(story);
    } else {
        say_causes(story, errno_info(errnum));
    }
}

void observe_errnos(struct story *story)
{
    enum side side = story->end;
    const struct account *account = &story->facts.result->side[side].account;

    for (int errnum = 1; errnum < ERRNO_LIMIT && account->outcome[OUTCOME_ERROR] > 0; errnum++) {
        if (account->error[errnum] > 0 && !is_told(errnum)) {
            say_errno(story, side, errnum, (double)account->error[errnum]);
        }
    }
}
