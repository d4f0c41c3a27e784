#include "carrier.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdbool.h>

#include "finwait/clock.h"
#include "finwait/nlmsg.h"
#include "link.h"

enum {
    CARRIER_WAIT_S = 5,
};

struct carrier {
    int index;
    bool up;
    int errnum; /* what the kernel says against the question */
};

/* RUNNING comes with the queue discipline: before it, packets are dropped. */
static void hear(struct carrier *carrier, const struct nlmsghdr *message)
{
    const unsigned wanted = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;
    const struct ifinfomsg *link = nlmsg_payload(message, sizeof *link);

    if (message->nlmsg_type == NLMSG_ERROR) {
        carrier->errnum = nlmsg_errno(message);
    } else if (message->nlmsg_type == RTM_NEWLINK && link != NULL &&
               link->ifi_index == carrier->index) {
        carrier->up = (link->ifi_flags & wanted) == wanted;
    }
}

/* Take in the next report on `netlink`; 0, or the errno. */
static int next_report(struct netlink *netlink, struct carrier *carrier, int64_t deadline)
{
    struct pollfd ready = {.fd = mnl_socket_get_fd(netlink->socket), .events = POLLIN};
    int64_t left = deadline - clock_now();
    int count = poll(&ready, 1, left > 0 ? (int)(left / NS_PER_MS) : 0);

    if (count <= 0) {
        return count == 0 ? ETIMEDOUT : errno;
    }
    ssize_t length = mnl_socket_recvfrom(netlink->socket, netlink->buffer, sizeof netlink->buffer);
    if (length < 0) {
        return errno;
    }
    const struct nlmsghdr *message;
    size_t at = 0;
    while ((message = nlmsg_next(netlink->buffer, (size_t)length, &at)) != NULL) {
        hear(carrier, message);
    }
    return carrier->errnum;
}

/*
 * A veth carries when both ends are up, but its operational state and queue follow in a kernel
 * worker (linkwatch_do_dev, link_watch.c): ask for the state, then hear each change of it.
 */
int carrier_await(struct netlink *netlink, enum side side, struct error *error)
{
    struct ifinfomsg header = {.ifi_index = link_index[side]};
    struct nlmsghdr *request = netlink_begin(netlink, RTM_GETLINK, 0, &header, sizeof header);
    struct carrier carrier = {.index = link_index[side]};
    int64_t deadline = clock_now() + CARRIER_WAIT_S * NS_PER_S;
    int errnum = 0;

    if (mnl_socket_sendto(netlink->socket, request, request->nlmsg_len) < 0) {
        errnum = errno;
    }
    while (errnum == 0 && !carrier.up) {
        errnum = next_report(netlink, &carrier, deadline);
        errnum = errnum == EINTR ? 0 : errnum;
    }
    return errnum == 0 ? 0
                       : error_errno(error, STATUS_MACHINE, errnum,
                                     "wait for the carrier of the %s's link", side_name(side));
}
