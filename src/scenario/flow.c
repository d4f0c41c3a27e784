#include <string.h>

#include "finwait/kernel_sysctl.h"
#include "finwait/model.h"
#include "finwait/scenario.h"

/*
 * How much of what a side sends fits between the two programs; docs/kernel.md has the figures that
 * these bounds leave room around.
 */

enum {
    TIME_WAIT_SECONDS = 60, /* TCP_TIMEWAIT_LEN */

    HTTP_HEAD = 128, /* roughly what a head of ours takes */
    TLS_HEAD = 64,   /* and the records of a message, beside a 512th of it */
    TLS_RECORD = 16384,

    RMEM_DEFAULT = 128 << 10, /* net.ipv4.tcp_rmem, its middle and its last */
    RMEM_MOST = 32 << 20,
    WMEM_MOST = 4 << 20, /* the last of net.ipv4.tcp_wmem */

    /* What a send buffer takes to begin with: twice the initial window's segments, with what they
     * need beside their payload (tcp_sndbuf_expand()). */
    SNDBUF_FIRST = 56 << 10,
    /* The last of a send may go beyond the buffer by so much (tcp_sendmsg_locked()). */
    SNDBUF_BEYOND = 128 << 10,
    /* While a receive buffer fills, the send buffer grows by no less than twice as much. */
    GROWS_WITH = 2,

    /* SO_RCVBUF is cut to net.core.rmem_max and then doubled (__sock_set_rcvbuf()), and SO_SNDBUF
     * alike; no kernel's own default is less. */
    SOCK_MEM_MAX = 212992,
};

struct bounds {
    uint64_t least, most;
};

/* One of the three numbers of tcp_rmem or tcp_wmem. */
static uint64_t memory_of(const struct side_spec *side, const char *name, unsigned index,
                          uint64_t otherwise)
{
    const char *text = scenario_sysctl(side, name);

    return text != NULL ? (uint64_t)sysctl_number(text, index) : otherwise;
}

static uint64_t least_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* An option fixes the buffer; else it begins with tcp_rmem's middle and does not grow unread. */
static struct bounds queue_of(const struct side_spec *receiver)
{
    uint64_t rmem = memory_of(receiver, "net.ipv4.tcp_rmem", 1, RMEM_DEFAULT);

    if (receiver->sockopt.set[SOCKOPT_RCVBUF]) {
        uint64_t size = (uint64_t)receiver->sockopt.value[SOCKOPT_RCVBUF];
        return (struct bounds){least_of(size, SOCK_MEM_MAX) / 2, size * 9 / 4};
    }
    return (struct bounds){rmem * 7 / 16, rmem * 9 / 8};
}

static struct bounds send_buffer_of(const struct side_spec *sender)
{
    uint64_t wmem = memory_of(sender, "net.ipv4.tcp_wmem", 2, WMEM_MOST);
    const char *unsent = scenario_sysctl(sender, "net.ipv4.tcp_notsent_lowat");
    struct bounds bounds = {least_of(SNDBUF_FIRST, wmem / 2), wmem + SNDBUF_BEYOND};

    if (sender->sockopt.set[SOCKOPT_SNDBUF]) {
        uint64_t size = (uint64_t)sender->sockopt.value[SOCKOPT_SNDBUF];
        bounds = (struct bounds){least_of(size, SOCK_MEM_MAX) * 3 / 4, size * 2 + SNDBUF_BEYOND};
    }
    if (unsent != NULL) {
        bounds.least = least_of(bounds.least, (uint64_t)sysctl_number(unsent, 0));
    }
    return bounds;
}

static bool send_buffer_grows(const struct side_spec *sender)
{
    return !sender->sockopt.set[SOCKOPT_SNDBUF] &&
           scenario_sysctl(sender, "net.ipv4.tcp_wmem") == NULL &&
           scenario_sysctl(sender, "net.ipv4.tcp_notsent_lowat") == NULL;
}

static uint64_t length_of(const char *text)
{
    return text != NULL ? strlen(text) : 0;
}

static uint64_t message_of(const struct scenario *scenario, enum side sender)
{
    const struct message_spec *message = &scenario->message;
    bool bare = sender == SIDE_SERVER && message_is_bare(message);
    uint64_t size = bare ? 0 : message_content(message, sender);

    if (message->protocol == PROTOCOL_HTTP) {
        size += HTTP_HEAD + length_of(message->part[sender].fields);
        size += sender == SIDE_CLIENT ? length_of(message->path) + message->filler : 0;
    }
    if (scenario->transport == TRANSPORT_TLS) {
        size += size / 512 + TLS_HEAD;
    }
    return size;
}

void scenario_flow(const struct scenario *scenario, enum side sender, struct model_flow *flow)
{
    const struct side_spec *from = &scenario->side[sender];
    const struct side_spec *to = &scenario->side[side_peer(sender)];
    struct bounds queue = queue_of(to);
    struct bounds buffer = send_buffer_of(from);
    uint64_t rmem = memory_of(to, "net.ipv4.tcp_rmem", 2, RMEM_MOST);
    uint64_t grows = send_buffer_grows(from) ? GROWS_WITH * queue.least : 0;

    *flow = (struct model_flow){
        .message = message_of(scenario, sender),
        .nagle = !from->sockopt.set[SOCKOPT_NODELAY] || from->sockopt.value[SOCKOPT_NODELAY] == 0,
        .at_once = buffer.least,
        .queue = {queue.least, queue.most},
        .total = {queue.least + buffer.least + grows, queue.most + buffer.most},
        .grown = to->sockopt.set[SOCKOPT_RCVBUF] ? 0 : rmem + buffer.most,
    };
    if (scenario->transport == TRANSPORT_TLS) { /* each record is a call of its own */
        flow->at_once = least_of(flow->at_once, TLS_RECORD);
    }
}

/* tcp_close() gives an orphan in FIN_WAIT2 a mini-socket when it is to last no longer than that. */
bool scenario_long_fin_wait2(const struct side_spec *side)
{
    const char *timeout = scenario_sysctl(side, "net.ipv4.tcp_fin_timeout");
    int64_t stay = timeout != NULL ? sysctl_number(timeout, 0) : 0;

    if (side->sockopt.set[SOCKOPT_LINGER2] && side->sockopt.value[SOCKOPT_LINGER2] != 0) {
        stay = side->sockopt.value[SOCKOPT_LINGER2];
    }
    return stay > TIME_WAIT_SECONDS;
}

bool scenario_fills_window(const struct scenario *scenario, enum side sender)
{
    struct model_flow flow;

    scenario_flow(scenario, sender, &flow);
    return flow.message > flow.queue[MODEL_LEAST];
}
