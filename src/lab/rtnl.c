#include "rtnl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <string.h>

#include "link.h"

enum {
    MAC_SIZE = 6,
};

/*
 * Above what automatic interfaces of a fresh namespace take (tunl0, sit0 …), and not equal: the
 * kernel then does not delay the news of the carrier (linkwatch_urgent_event, link_watch.c).
 */
const int link_index[SIDE_N] = {[SIDE_CLIENT] = 101, [SIDE_SERVER] = 102};

/* Locally administered, fixed: so that each side can know the other's without asking. */
static const uint8_t mac[SIDE_N][MAC_SIZE] = {
    [SIDE_CLIENT] = {0x02, 0, 0, 0, 0, 0x01},
    [SIDE_SERVER] = {0x02, 0, 0, 0, 0, 0x02},
};

int rtnl_raise(struct netlink *netlink, int index, struct error *error)
{
    struct ifinfomsg header = {.ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
    struct nlmsghdr *request = netlink_begin(netlink, RTM_NEWLINK, 0, &header, sizeof header);
    int errnum = netlink_commit(netlink, request);

    return errnum == 0 ? 0
                       : error_errno(error, STATUS_MACHINE, errnum, "bring up interface %s",
                                     index == RTNL_LOOPBACK ? "lo" : LINK_NAME);
}

int rtnl_make_pair(struct netlink *netlink, int server_host, struct error *error)
{
    struct ifinfomsg near = {.ifi_index = link_index[SIDE_CLIENT]};
    struct ifinfomsg far = {.ifi_index = link_index[SIDE_SERVER]};
    struct nlmsghdr *request =
        netlink_begin(netlink, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &near, sizeof near);

    mnl_attr_put_strz(request, IFLA_IFNAME, LINK_NAME);
    mnl_attr_put(request, IFLA_ADDRESS, MAC_SIZE, mac[SIDE_CLIENT]);
    struct nlattr *info = mnl_attr_nest_start(request, IFLA_LINKINFO);
    mnl_attr_put_strz(request, IFLA_INFO_KIND, "veth");
    struct nlattr *data = mnl_attr_nest_start(request, IFLA_INFO_DATA);
    struct nlattr *peer = mnl_attr_nest_start(request, VETH_INFO_PEER);
    memcpy(mnl_nlmsg_put_extra_header(request, sizeof far), &far, sizeof far);
    mnl_attr_put_strz(request, IFLA_IFNAME, LINK_NAME);
    mnl_attr_put(request, IFLA_ADDRESS, MAC_SIZE, mac[SIDE_SERVER]);
    mnl_attr_put_u32(request, IFLA_NET_NS_FD, (uint32_t)server_host);
    mnl_attr_nest_end(request, peer);
    mnl_attr_nest_end(request, data);
    mnl_attr_nest_end(request, info);

    int errnum = netlink_commit(netlink, request);
    if (errnum == 0) {
        return 0;
    }
    error_errno(error, STATUS_MACHINE, errnum, "make a veth pair");
    if (errnum == EOPNOTSUPP) {
        error_hint(error, "the kernel's veth module is missing: as root, modprobe veth; or use "
                          "`lab: host`");
    }
    return -1;
}

static void put_address(struct nlmsghdr *request, uint16_t type, const struct lab_plan *plan,
                        const char *text)
{
    unsigned char address[sizeof(struct in6_addr)];

    inet_pton(plan->family, text, address);
    mnl_attr_put(request, type, plan->size, address);
}

/* The outcome of a request about an address; `errnum` 0 is success. */
static int done(int errnum, struct error *error, const char *what, const char *address, int bits)
{
    return errnum == 0
               ? 0
               : error_errno(error, STATUS_MACHINE, errnum, "%s %s/%d", what, address, bits);
}

int rtnl_add_address(struct netlink *netlink, const struct lab_plan *plan, enum side side,
                     struct error *error)
{
    struct ifaddrmsg header = {
        .ifa_family = (uint8_t)plan->family,
        .ifa_prefixlen = (uint8_t)(plan->size * 8),
        .ifa_flags = IFA_F_NODAD | IFA_F_PERMANENT,
        .ifa_index = (uint32_t)link_index[side],
    };
    struct nlmsghdr *request =
        netlink_begin(netlink, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &header, sizeof header);

    put_address(request, IFA_LOCAL, plan, plan->address[side]);
    put_address(request, IFA_ADDRESS, plan, plan->address[side]);
    return done(netlink_commit(netlink, request), error, "add address", plan->address[side],
                header.ifa_prefixlen);
}

static struct nlmsghdr *begin_route(struct netlink *netlink, const struct lab_plan *plan,
                                    const char *to, const struct rtmsg *kind)
{
    struct rtmsg header = *kind;

    header.rtm_family = (uint8_t)plan->family;
    header.rtm_protocol = RTPROT_STATIC;
    struct nlmsghdr *request =
        netlink_begin(netlink, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &header, sizeof header);
    put_address(request, RTA_DST, plan, to);
    return request;
}

int rtnl_add_own_block(struct netlink *netlink, const struct lab_plan *plan, enum side side,
                       struct error *error)
{
    struct rtmsg kind = {.rtm_type = RTN_LOCAL,
                         .rtm_table = RT_TABLE_LOCAL,
                         .rtm_scope = RT_SCOPE_HOST,
                         .rtm_dst_len = plan->block_bits};
    struct nlmsghdr *request = begin_route(netlink, plan, plan->block[side], &kind);

    mnl_attr_put_u32(request, RTA_OIF, RTNL_LOOPBACK);
    return done(netlink_commit(netlink, request), error, "make local", plan->block[side],
                kind.rtm_dst_len);
}

int rtnl_add_peer(struct netlink *netlink, const struct lab_plan *plan, enum side side,
                  struct error *error)
{
    struct rtmsg kind = {.rtm_type = RTN_UNICAST,
                         .rtm_table = RT_TABLE_MAIN,
                         .rtm_scope = RT_SCOPE_LINK,
                         .rtm_dst_len = (uint8_t)(plan->size * 8)};
    const char *peer = plan->address[side_peer(side)];
    struct nlmsghdr *request = begin_route(netlink, plan, peer, &kind);

    mnl_attr_put_u32(request, RTA_OIF, (uint32_t)link_index[side]);
    return done(netlink_commit(netlink, request), error, "add route to", peer, kind.rtm_dst_len);
}

int rtnl_add_peer_block(struct netlink *netlink, const struct lab_plan *plan, enum side side,
                        struct error *error)
{
    struct rtmsg kind = {.rtm_type = RTN_UNICAST,
                         .rtm_table = RT_TABLE_MAIN,
                         .rtm_scope = RT_SCOPE_UNIVERSE,
                         .rtm_dst_len = plan->block_bits};
    enum side peer = side_peer(side);
    struct nlmsghdr *request = begin_route(netlink, plan, plan->block[peer], &kind);

    put_address(request, RTA_GATEWAY, plan, plan->address[peer]);
    mnl_attr_put_u32(request, RTA_OIF, (uint32_t)link_index[side]);
    return done(netlink_commit(netlink, request), error, "add route to", plan->block[peer],
                kind.rtm_dst_len);
}

int rtnl_add_neighbour(struct netlink *netlink, const struct lab_plan *plan, enum side side,
                       struct error *error)
{
    enum side peer = side_peer(side);
    struct ndmsg header = {
        .ndm_family = (uint8_t)plan->family,
        .ndm_ifindex = link_index[side],
        .ndm_state = NUD_PERMANENT,
    };
    struct nlmsghdr *request =
        netlink_begin(netlink, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, &header, sizeof header);

    put_address(request, NDA_DST, plan, plan->address[peer]);
    mnl_attr_put(request, NDA_LLADDR, MAC_SIZE, mac[peer]);
    return done(netlink_commit(netlink, request), error, "add neighbour", plan->address[peer],
                plan->size * 8);
}
