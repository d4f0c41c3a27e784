#include "qdisc.h"

#include <errno.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <string.h>

#include "link.h"

/*
 * The queueing disciplines: tbf limits the rate, netem delays.  Where both are wanted, tbf is
 * within netem (its class 1): a packet is late first, and the queue before the limit is tbf's own.
 */

enum {
    TBF_HANDLE = 1 << 16,   /* 1: */
    NETEM_HANDLE = 2 << 16, /* 2: */
    NETEM_CLASS = NETEM_HANDLE | 1,

    /* A bucket of 10 ms, but never less than two full frames: larger ones would not pass. */
    BUCKETS_A_SECOND = 100,
    BUCKET_LEAST = 4096,
    /* A queue of 100 ms, as of a router's port, but never less than a window's start. */
    QUEUES_A_SECOND = 10,
    QUEUE_LEAST = 64 << 10,

    /* Packets that netem holds: those of a long delay, and all of them. */
    NETEM_LIMIT = 1000000,
};

static struct nlmsghdr *begin(struct netlink *netlink, enum side side, uint32_t parent,
                              uint32_t handle, const char *kind)
{
    struct tcmsg header = {.tcm_family = AF_UNSPEC,
                           .tcm_ifindex = link_index[side],
                           .tcm_parent = parent,
                           .tcm_handle = handle};
    struct nlmsghdr *request =
        netlink_begin(netlink, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, &header, sizeof header);

    mnl_attr_put_strz(request, TCA_KIND, kind);
    return request;
}

/* ENOENT: the kernel looked for the module and found none (qdisc_create, sch_api.c). */
static int end(struct netlink *netlink, struct nlmsghdr *request, const char *kind,
               struct error *error)
{
    int errnum = netlink_commit(netlink, request);

    if (errnum == 0) {
        return 0;
    }
    if (errnum != ENOENT) {
        return error_errno(error, STATUS_MACHINE, errnum, "put %s on the link", kind);
    }
    error_set(error, STATUS_MACHINE, "this kernel has no %s: its module sch_%s is missing", kind,
              kind);
    return error_hint(error, "as root, modprobe sch_%s, or boot a kernel that has it", kind);
}

static uint32_t at_least(uint64_t bytes, uint32_t least)
{
    return bytes < least ? least : bytes > INT32_MAX ? INT32_MAX : (uint32_t)bytes;
}

static int put_tbf(struct netlink *netlink, enum side side, uint32_t parent, uint64_t rate,
                   struct error *error)
{
    uint32_t bucket = at_least(rate / BUCKETS_A_SECOND, BUCKET_LEAST);
    struct tc_tbf_qopt options = {
        .rate = {.rate = rate > UINT32_MAX ? UINT32_MAX : (uint32_t)rate,
                 .linklayer = TC_LINKLAYER_ETHERNET},
        .limit = at_least(rate / QUEUES_A_SECOND, QUEUE_LEAST) + bucket,
    };
    struct nlmsghdr *request = begin(netlink, side, parent, TBF_HANDLE, "tbf");
    struct nlattr *nest = mnl_attr_nest_start(request, TCA_OPTIONS);

    mnl_attr_put(request, TCA_TBF_PARMS, sizeof options, &options);
    mnl_attr_put_u32(request, TCA_TBF_BURST, bucket);
    mnl_attr_put_u64(request, TCA_TBF_RATE64, rate);
    mnl_attr_nest_end(request, nest);
    return end(netlink, request, "tbf", error);
}

/* Its options are a struct with attributes behind it (parse_attr, sch_netem.c). */
static int put_netem(struct netlink *netlink, enum side side, int64_t delay, struct error *error)
{
    static const struct tc_netem_qopt options = {.limit = NETEM_LIMIT};
    _Static_assert(sizeof options % MNL_ALIGNTO == 0, "needs no padding");
    struct nlmsghdr *request = begin(netlink, side, TC_H_ROOT, NETEM_HANDLE, "netem");
    struct nlattr *nest = mnl_attr_nest_start(request, TCA_OPTIONS);

    memcpy(mnl_nlmsg_get_payload_tail(request), &options, sizeof options);
    request->nlmsg_len += (uint32_t)sizeof options;
    mnl_attr_put_u64(request, TCA_NETEM_LATENCY64, (uint64_t)delay);
    mnl_attr_nest_end(request, nest);
    return end(netlink, request, "netem", error);
}

/* What it holds is lost. */
static int clear(struct netlink *netlink, enum side side, struct error *error)
{
    struct tcmsg header = {
        .tcm_family = AF_UNSPEC, .tcm_ifindex = link_index[side], .tcm_parent = TC_H_ROOT};
    int errnum =
        netlink_commit(netlink, netlink_begin(netlink, RTM_DELQDISC, 0, &header, sizeof header));

    return errnum == 0 ? 0 : error_errno(error, STATUS_MACHINE, errnum, "clear the link's queue");
}

static bool is_none(const struct shape *shape)
{
    return shape->delay == 0 && shape->rate == 0;
}

/* Whether other disciplines are needed, not only other numbers. */
static bool differ_in_kind(const struct shape *a, const struct shape *b)
{
    return (a->delay == 0) != (b->delay == 0) || (a->rate == 0) != (b->rate == 0);
}

static int put(struct netlink *netlink, enum side side, const struct shape *shape,
               struct error *error)
{
    if (shape->delay != 0 && put_netem(netlink, side, shape->delay, error) != 0) {
        return -1;
    }
    return shape->rate == 0 ? 0
                            : put_tbf(netlink, side, shape->delay != 0 ? NETEM_CLASS : TC_H_ROOT,
                                      shape->rate, error);
}

int qdisc_shape(struct netlink *netlink, enum side side, const struct shape *wanted,
                struct shape *now, struct error *error)
{
    struct error half_way;

    if (!is_none(now) && differ_in_kind(now, wanted)) {
        if (clear(netlink, side, error) != 0) {
            return -1;
        }
        *now = (struct shape){0};
    }
    if (put(netlink, side, wanted, error) != 0) {
        clear(netlink, side, &half_way); /* which fails when there is nothing */
        *now = (struct shape){0};
        return -1;
    }
    *now = *wanted;
    return 0;
}
