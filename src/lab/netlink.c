#include "netlink.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "finwait/nlmsg.h"

int netlink_open(struct netlink *netlink, int bus, unsigned groups, struct error *error)
{
    netlink->sequence = 0;
    netlink->socket = mnl_socket_open2(bus, SOCK_CLOEXEC);
    if (netlink->socket == NULL) {
        return error_errno(error, STATUS_MACHINE, errno, "open a netlink socket of protocol %d",
                           bus);
    }
    if (mnl_socket_bind(netlink->socket, groups, MNL_SOCKET_AUTOPID) != 0) {
        error_errno(error, STATUS_MACHINE, errno, "bind a netlink socket of protocol %d", bus);
        netlink_close(netlink);
        return -1;
    }
    return 0;
}

void netlink_close(struct netlink *netlink)
{
    mnl_socket_close(netlink->socket);
    netlink->socket = NULL;
}

struct nlmsghdr *netlink_begin(struct netlink *netlink, unsigned type, unsigned flags,
                               const void *header, size_t size)
{
    struct nlmsghdr *request = mnl_nlmsg_put_header(netlink->buffer);

    request->nlmsg_type = (uint16_t)type;
    request->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
    request->nlmsg_seq = ++netlink->sequence;
    memcpy(mnl_nlmsg_put_extra_header(request, size), header, size);
    return request;
}

/* Whether the datagram ends what was asked for; then *errnum is how. */
static bool is_answered(const struct netlink *netlink, size_t length, int *errnum)
{
    const struct nlmsghdr *message;
    size_t at = 0;

    while ((message = nlmsg_next(netlink->buffer, length, &at)) != NULL) {
        bool ends = message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE;
        if (ends && message->nlmsg_seq == netlink->sequence) {
            *errnum = nlmsg_errno(message);
            return true;
        }
    }
    return false;
}

int netlink_commit(struct netlink *netlink, struct nlmsghdr *request)
{
    ssize_t length;
    int errnum = 0;

    if ((request->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP) {
        request->nlmsg_flags |= NLM_F_ACK;
    }
    if (mnl_socket_sendto(netlink->socket, request, request->nlmsg_len) < 0) {
        return errno;
    }
    do {
        length = mnl_socket_recvfrom(netlink->socket, netlink->buffer, sizeof netlink->buffer);
        if (length < 0 && errno != EINTR) {
            return errno;
        }
    } while (length < 0 || !is_answered(netlink, (size_t)length, &errnum));
    return errnum;
}
