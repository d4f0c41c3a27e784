#include "netlink.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

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

int netlink_commit(struct netlink *netlink, struct nlmsghdr *request)
{
    unsigned port = mnl_socket_get_portid(netlink->socket);
    int more = MNL_CB_OK;

    if ((request->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP) {
        request->nlmsg_flags |= NLM_F_ACK;
    }
    if (mnl_socket_sendto(netlink->socket, request, request->nlmsg_len) < 0) {
        return errno;
    }
    while (more > MNL_CB_STOP) {
        ssize_t length =
            mnl_socket_recvfrom(netlink->socket, netlink->buffer, sizeof netlink->buffer);
        if (length < 0 && errno == EINTR) {
            continue;
        }
        if (length < 0) {
            return errno;
        }
        more = mnl_cb_run(netlink->buffer, (size_t)length, netlink->sequence, port, NULL, NULL);
    }
    return more < 0 ? errno : 0;
}
