#include "dial.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "finwait/load.h"

/*
 * A source address; without a port the kernel then chooses the port at connect(2), when it knows
 * the destination, and one pool of ports serves each of them (ip(7), IP_BIND_ADDRESS_NO_PORT).
 */
static int bind_source(int fd, const struct role_plan *plan, const struct address *from)
{
    const int on = 1;

    if (address_port(from) == 0 && !plan->sockopts->set[SOCKOPT_BIND_NO_PORT] &&
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) != 0) {
        return errno;
    }
    return bind(fd, &from->sa, from->length) == 0 ? 0 : errno;
}

int dial_try_options(const struct role_plan *plan, struct error *error)
{
    struct address to;
    int fd;

    address_pool_get(&plan->servers, 0, &to);
    fd = socket(address_family(&to), SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return error_errno(error, STATUS_MACHINE, errno, "socket");
    }
    int result = sockopts_apply(plan->sockopts, fd, false, error);
    close(fd);
    return result;
}

int dial_socket(const struct role_plan *plan, uint64_t number, int *fd, struct address *to)
{
    uint32_t sources = plan->sources.count;
    struct address from;
    int errnum;

    address_pool_get(&plan->servers, (uint32_t)(number / (sources > 0 ? sources : 1)), to);
    *fd = socket(address_family(to), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (*fd < 0) {
        return errno;
    }
    errnum = sockopts_apply_client(plan->sockopts, *fd);
    if (errnum != 0 || sources == 0) {
        return errnum;
    }
    address_pool_get(&plan->sources, (uint32_t)number, &from);
    return bind_source(*fd, plan, &from);
}
