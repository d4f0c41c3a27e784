#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <string.h>

#include "finwait/kernel_state.h"
#include "finwait/lab.h"
#include "finwait/nlmsg.h"

/* Who listens in a host, by sock_diag(7). */

enum { REPLY_SIZE = 32768 };

struct search {
    const struct address *at;
    enum listens another_port; /* what it counts for */
    enum listens found;
    struct address *other;
};

/* Its address, as one of the family looked for where it is mapped into IPv6. */
static void address_of(const struct inet_diag_msg *found, struct address *address)
{
    const uint8_t *bytes = (const uint8_t *)found->id.idiag_src;

    *address = (struct address){.length = sizeof address->in};
    if (found->idiag_family == AF_INET) {
        address->in.sin_family = AF_INET;
        memcpy(&address->in.sin_addr, bytes, sizeof address->in.sin_addr);
    } else {
        address->in6.sin6_family = AF_INET6;
        address->length = sizeof address->in6;
        memcpy(&address->in6.sin6_addr, bytes, sizeof address->in6.sin6_addr);
    }
    address_set_port(address, ntohs(found->id.idiag_sport));
}

static bool is_any(const struct inet_diag_msg *found)
{
    static const uint8_t none[16];

    return memcmp(found->id.idiag_src, none, found->idiag_family == AF_INET ? 4 : 16) == 0;
}

/* Whether what is sent to `at` comes to it; :: is of both families, but for IPV6_V6ONLY, which the
 * dump does not tell. */
static bool takes(const struct inet_diag_msg *found, const struct address *at)
{
    struct address own;

    if (is_any(found)) {
        return found->idiag_family == AF_INET6 || address_family(at) == AF_INET;
    }
    address_of(found, &own);
    return own.length == at->length && memcmp(&own, at, at->length) == 0;
}

static void look_at(struct search *search, const struct nlmsghdr *message)
{
    const struct inet_diag_msg *found = nlmsg_payload(message, sizeof *found);

    enum listens here;

    if (found == NULL) {
        return;
    }
    here = ntohs(found->id.idiag_sport) != address_port(search->at) ? search->another_port
           : takes(found, search->at)                               ? LISTENS
                                                                    : LISTENS_ELSEWHERE;
    if (here > search->found) {
        search->found = here;
        address_of(found, search->other);
    }
}

/* False: the dump goes on. */
static bool read_answer(struct search *search, const char *reply, size_t length)
{
    const struct nlmsghdr *message;
    size_t at = 0;

    while ((message = nlmsg_next(reply, length, &at)) != NULL) {
        if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR) {
            return true;
        }
        look_at(search, message);
    }
    return length == 0;
}

static int dump(struct mnl_socket *socket, struct search *search)
{
    _Alignas(struct nlmsghdr) char buffer[REPLY_SIZE];
    struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
    struct inet_diag_req *request = mnl_nlmsg_put_extra_header(header, sizeof *request);
    ssize_t n;

    header->nlmsg_type = TCPDIAG_GETSOCK;
    header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request->idiag_states = 1U << TCP_STATE_LISTEN;
    if (mnl_socket_sendto(socket, header, header->nlmsg_len) < 0) {
        return -1;
    }
    do {
        n = mnl_socket_recvfrom(socket, buffer, sizeof buffer);
    } while (n >= 0 && !read_answer(search, buffer, (size_t)n));
    return n >= 0 ? 0 : -1;
}

static int look(const struct lab *lab, enum side side, struct search *search, struct error *error)
{
    struct mnl_socket *socket;
    struct error other;

    if (lab_enter(lab, side, error) != 0) {
        return -1;
    }
    socket = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
    if (socket == NULL || dump(socket, search) != 0) {
        error_errno(error, STATUS_MACHINE, errno, "asking sock_diag who listens");
        search->found = LISTENS_N;
    }
    if (socket != NULL) {
        mnl_socket_close(socket);
    }
    return lab_leave(lab, search->found != LISTENS_N ? error : &other) == 0 &&
                   search->found != LISTENS_N
               ? 0
               : -1;
}

int lab_listens(const struct lab *lab, enum side side, const struct address *at,
                enum listens *found, struct address *other, struct error *error)
{
    struct search search = {
        .at = at,
        .another_port = lab_is_private(lab) ? LISTENS_ON_ANOTHER_PORT : LISTENS_NOT,
        .found = LISTENS_NOT,
        .other = other,
    };

    if (look(lab, side, &search, error) != 0) {
        return -1;
    }
    *found = search.found;
    return 0;
}
