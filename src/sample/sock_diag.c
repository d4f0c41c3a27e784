#include "sock_diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "finwait/nlmsg.h"
#include "whose.h"

enum {
    REPLY_SIZE = 32768,  /* what netlink_dump() fills at most; more buys nothing */
    REQUEST_SIZE = 1024, /* header, inet_diag_req and the port filter */
    ANSWER_SECONDS = 10, /* a dump is computed inside recv(2), so it never waits that long */
    ATTEMPTS = 2,        /* an inconsistent dump is made again once, then believed */
    TIMER_TIME_WAIT = 3, /* idiag_timer of a mini-socket (inet_twsk_diag_fill) */
    TIMER_PROBE = 4,     /* of one that has nothing in flight, for the peer's window is closed */
};

/* One dump being read. */
struct tally {
    struct sock_diag *diag;
    struct sock_census *census;
    bool remember; /* what is found stood there before */
    bool inconsistent;
    bool done;
};

static int set_timeout(const struct mnl_socket *socket)
{
    struct timeval limit = {.tv_sec = ANSWER_SECONDS};

    return setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

int sock_diag_init(struct sock_diag *diag, const struct sampler_host *host, struct error *error)
{
    *diag = (struct sock_diag){.host = *host};
    diag->socket = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
    if (diag->socket == NULL) {
        error_errno(error, STATUS_MACHINE, errno, "opening a NETLINK_SOCK_DIAG socket");
        return error->hint[0] != '\0'
                   ? -1 /* it is descriptors that are lacking */
                   : error_hint(error, "socket states come from sock_diag: the kernel needs "
                                       "CONFIG_INET_DIAG and the sandbox must allow AF_NETLINK");
    }
    if (mnl_socket_bind(diag->socket, 0, MNL_SOCKET_AUTOPID) < 0 || set_timeout(diag->socket) < 0) {
        return error_errno(error, STATUS_MACHINE, errno, "binding a NETLINK_SOCK_DIAG socket");
    }
    return 0;
}

void sock_diag_fini(struct sock_diag *diag)
{
    if (diag->socket != NULL) {
        mnl_socket_close(diag->socket);
        diag->socket = NULL;
    }
    stood_fini(&diag->stood);
}

/*
 * "sport == port || dport == port", for each of the ports, for inet_diag_bc_run(): offsets are in
 * bytes from the instruction; to the end accepts, past it by exactly 4 rejects.  The jumps are
 * there because inet_diag_bc_audit() wants every target on the chain of `yes` branches.
 */
static void put_port_filter(struct nlmsghdr *header, const struct sampler_host *host)
{
    struct inet_diag_bc_op op[(SAMPLER_PORTS + 1) * 2 * 3];
    size_t conditions = (host->port_count + (host->front != 0)) * 2;
    size_t length = (conditions * 3 - 1) * sizeof op[0]; /* behind the last is no jump */
    size_t n = 0;

    for (size_t i = 0; i < conditions; i++) {
        op[n++] = (struct inet_diag_bc_op){
            .code = i % 2 == 0 ? INET_DIAG_BC_S_EQ : INET_DIAG_BC_D_EQ, .yes = 8, .no = 12};
        op[n++] = (struct inet_diag_bc_op){.no = i / 2 < host->port_count ? host->port[i / 2]
                                                                          : host->front};
        if (i + 1 < conditions) {
            uint16_t to_the_end = (uint16_t)(length - n * sizeof op[0]);
            op[n++] =
                (struct inet_diag_bc_op){.code = INET_DIAG_BC_JMP, .yes = 4, .no = to_the_end};
        }
    }
    mnl_attr_put(header, INET_DIAG_REQ_BYTECODE, length, op);
}

/*
 * The older request: a dump is then of both families (inet_diag_dump_compat() of
 * net/ipv4/inet_diag.c), in one walk.  A server that is bound to :: has its IPv4 peers as AF_INET6
 * sockets with mapped addresses, while the other end is AF_INET.
 */
static int send_request(struct sock_diag *diag, uint32_t mask)
{
    _Alignas(struct nlmsghdr) char buffer[REQUEST_SIZE];
    struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);

    header->nlmsg_type = TCPDIAG_GETSOCK;
    header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    header->nlmsg_seq = ++diag->number;
    struct inet_diag_req *request = mnl_nlmsg_put_extra_header(header, sizeof *request);
    request->idiag_states = mask;
    request->idiag_ext =
        diag->each != NULL ? 1U << (INET_DIAG_INFO - 1) | 1U << (INET_DIAG_SKMEMINFO - 1) : 0;
    if (diag->host.port_count > 0) {
        put_port_filter(header, &diag->host);
    }
    return mnl_socket_sendto(diag->socket, header, header->nlmsg_len) < 0 ? -1 : 0;
}

static bool has_queued_fin(const struct inet_diag_msg *found)
{
    return found->idiag_state == TCP_STATE_FIN_WAIT1 || found->idiag_state == TCP_STATE_CLOSING ||
           found->idiag_state == TCP_STATE_LAST_ACK;
}

/* A socket in CLOSE_WAIT that is nobody's was never accepted: once closed it leaves the state. */
static void look_closer(struct sock_census *census, const struct inet_diag_msg *found)
{
    bool nobodys = found->idiag_inode == 0;

    if (found->idiag_state == TCP_STATE_FIN_WAIT2 && nobodys) {
        census->fin_wait2_orphans++;
        census->fin_wait2_minis += found->idiag_timer == TIMER_TIME_WAIT;
    } else if (found->idiag_state == TCP_STATE_CLOSE_WAIT && nobodys) {
        census->close_wait_unaccepted++;
    } else if (found->idiag_timer == TIMER_PROBE && has_queued_fin(found)) {
        census->fin_unsent++;
    } else if (found->idiag_state == TCP_STATE_LISTEN) {
        census->accept_queue += found->idiag_rqueue;
        census->listen_backlog += found->idiag_wqueue;
    }
}

/* Connections that wait to be accepted have no descriptor, and cannot have been closed here. */
static bool is_queued(const struct inet_diag_msg *found)
{
    return found->idiag_inode == 0 && (found->idiag_state == TCP_STATE_ESTABLISHED ||
                                       found->idiag_state == TCP_STATE_CLOSE_WAIT);
}

/* A listener is there before what it is there for: the run's own, or the one that it loads. */
static int remember(struct sock_diag *diag, unsigned side, const struct inet_diag_msg *found)
{
    int added = found->idiag_state != TCP_STATE_LISTEN ? stood_add(&diag->stood, found) : 0;

    diag->before[side] += added > 0;
    return added < 0 ? errno : 0;
}

/* Returns an errno, or 0. */
static int count_socket(struct tally *tally, const struct nlmsghdr *message)
{
    const struct inet_diag_msg *found = nlmsg_payload(message, sizeof *found);

    if (found == NULL) {
        return 0;
    }
    unsigned side = whose(&tally->diag->host, found);

    if (side == ENDS_N || found->idiag_state >= TCP_STATE_N) {
        return 0;
    }
    int result = tally->remember ? remember(tally->diag, side, found) : 0;
    struct sock_census *census = &tally->census[side];
    census->queued += is_queued(found);
    if (stood_has(&tally->diag->stood, found)) {
        census->queued_before += is_queued(found);
    } else {
        census->state[found->idiag_state]++;
        look_closer(census, found);
        if (tally->diag->each != NULL) {
            sockets_add(tally->diag->each, (enum side)side, message);
            weights_add(&tally->diag->each->weights, (enum side)side, message);
        }
    }
    return result;
}

/* Returns an errno, or 0. */
static int read_message(struct tally *tally, const struct nlmsghdr *message)
{
    if (message->nlmsg_seq != tally->diag->number) {
        return 0; /* the rest of a dump given up on */
    }
    if (message->nlmsg_flags & NLM_F_DUMP_INTR) {
        tally->inconsistent = true;
    }
    switch (message->nlmsg_type) {
    case TCPDIAG_GETSOCK:
        return count_socket(tally, message);
    case NLMSG_DONE:
    case NLMSG_ERROR:
        tally->done = true;
        return nlmsg_errno(message);
    default:
        return 0;
    }
}

static int read_messages(struct tally *tally, const void *buffer, size_t length)
{
    const struct nlmsghdr *message;
    size_t at = 0;
    int result = 0;

    while (result == 0 && (message = nlmsg_next(buffer, length, &at)) != NULL) {
        result = read_message(tally, message);
    }
    return result;
}

/* Read the answer to the end.  Returns an errno, or 0. */
static int read_reply(struct tally *tally)
{
    _Alignas(struct nlmsghdr) char buffer[REPLY_SIZE];
    int result = 0;

    while (result == 0 && !tally->done) {
        ssize_t length = mnl_socket_recvfrom(tally->diag->socket, buffer, sizeof buffer);
        if (length >= 0) {
            result = read_messages(tally, buffer, (size_t)length);
        } else if (errno == ENOBUFS) { /* something was lost: netlink(7) */
            tally->inconsistent = true;
        } else if (errno != EINTR) {
            result = errno;
        }
    }
    return result;
}

static int fail(int errnum, struct error *error)
{
    error_errno(error, STATUS_MACHINE, errnum, "dumping the TCP sockets with sock_diag");
    if (errnum == ENOENT || errnum == EOPNOTSUPP) { /* no tcp_diag; no inet_diag at all */
        error_hint(error, "the kernel offers no inet_diag for TCP: `modprobe tcp_diag`, or a "
                          "kernel with CONFIG_INET_TCP_DIAG");
    } else if (errnum == EAGAIN) {
        error_hint(error, "the kernel did not answer within %d s; is the machine overloaded?",
                   ANSWER_SECONDS);
    } else if (errnum == EOVERFLOW) {
        error_hint(error,
                   "more than %u sockets stand on the server's port already, and which are not the "
                   "run's could not be told: take another port",
                   STOOD_MAX);
    }
    return -1;
}

static int dump(struct tally *tally, uint32_t mask, struct error *error)
{
    struct sockets *each = tally->diag->each;
    uint32_t before = each != NULL ? each->count : 0;
    struct weights weights = each != NULL ? each->weights : (struct weights){0};

    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        memset(tally->census, 0, ENDS_N * sizeof *tally->census);
        tally->inconsistent = false;
        tally->done = false;
        if (each != NULL) {
            sockets_cut(each, before);
            each->weights = weights;
        }
        int result = send_request(tally->diag, mask) < 0 ? errno : read_reply(tally);
        if (result != 0) {
            return fail(result, error);
        }
        if (!tally->inconsistent) {
            break;
        }
        tally->diag->retries++;
    }
    return 0;
}

static uint32_t beyond(uint32_t count, uint32_t less)
{
    return count > less ? count - less : 0;
}

/* What a RST ended in an accept queue is in no table any more, but waits there all the same. */
static uint32_t queued_unlisted(const struct sock_census *census)
{
    return beyond(census->accept_queue, census->queued);
}

int sock_diag_remember(struct sock_diag *diag, struct error *error)
{
    struct sock_census census[ENDS_N];
    struct tally tally = {.diag = diag, .census = census, .remember = true};

    if (dump(&tally, SOCK_DIAG_STATES, error) < 0) {
        return -1;
    }
    diag->queued_unlisted = queued_unlisted(&census[SIDE_SERVER]);
    return 0;
}

int sock_diag_count(struct sock_diag *diag, uint32_t mask, struct sock_census census[ENDS_N],
                    struct error *error)
{
    struct tally tally = {.diag = diag, .census = census};
    struct sock_census *server = &census[SIDE_SERVER];

    if (dump(&tally, mask, error) < 0) {
        return -1;
    }
    uint32_t unlisted = queued_unlisted(server);
    unlisted = unlisted < diag->queued_unlisted ? unlisted : diag->queued_unlisted;
    server->accept_queue = beyond(server->accept_queue, server->queued_before + unlisted);
    return 0;
}
