#include "listener.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "finwait/privileges.h"

static int advise_in_use(const struct role_plan *plan, struct error *error)
{
    if (plan->sockopts->set[SOCKOPT_REUSEADDR] && plan->sockopts->value[SOCKOPT_REUSEADDR] != 0) {
        return error_hint(error, "another socket has that port: it listens, or was left by a run "
                                 "that had not set server.sockopt.reuseaddr (both must): choose "
                                 "one with server.port, or wait 60 s for its TIME_WAIT to end");
    }
    return error_hint(error, "another socket has that port: choose one with server.port, or set "
                             "server.sockopt.reuseaddr to pass over the TIME_WAIT of a run that "
                             "had set it too");
}

static int bind_failed(const struct role_plan *plan, const struct address *address, int errnum,
                       struct error *error)
{
    char text[ADDRESS_TEXT];

    error_errno(error, STATUS_MACHINE, errnum, "bind %s",
                address_format(text, sizeof text, address));
    if (errnum == EADDRINUSE) {
        return advise_in_use(plan, error);
    }
    return -1;
}

static int listener_open(const struct role_plan *plan, const struct address *address, int *errnum,
                         struct error *error)
{
    int fd = socket(address_family(address), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        return error_errno(error, STATUS_MACHINE, errno, "socket");
    }
    privileges_give_socket(fd);
    if (sockopts_apply(plan->sockopts, fd, true, error) != 0) {
        goto fail;
    }
    if (bind(fd, &address->sa, address->length) != 0) {
        *errnum = errno;
        bind_failed(plan, address, *errnum, error);
        goto fail;
    }
    /* With SO_REUSEADDR on both sockets it is listen(2) that says EADDRINUSE, socket(7). */
    if (listen(fd, (int)plan->backlog) != 0) {
        *errnum = errno;
        error_errno(error, STATUS_MACHINE, *errnum, "listen");
        goto fail;
    }
    return fd;
fail:
    close(fd);
    return -1;
}

int listeners_open(struct listeners *listeners, const struct role_plan *plan, struct error *error)
{
    uint32_t sets = plan->own_listeners ? plan->workers : 1;
    uint32_t total = sets * plan->servers.count;
    int errnum = 0;

    *listeners = (struct listeners){.fd = malloc(total * sizeof *listeners->fd)};
    if (listeners->fd == NULL) {
        return error_errno(error, STATUS_MACHINE, errno, "malloc");
    }
    listeners->sets = sets;
    listeners->count = plan->servers.count;
    for (uint32_t i = 0; i < total; i++) {
        struct address address;

        address_pool_get(&plan->servers, i % listeners->count, &address);
        listeners->fd[i] = listener_open(plan, &address, &errnum, error);
        if (listeners->fd[i] < 0) {
            listeners->sets = 1;
            listeners->count = i;
            listeners_close(listeners);
            listeners->errnum = errnum;
            return -1;
        }
    }
    return 0;
}

void listeners_close(struct listeners *listeners)
{
    for (uint32_t i = 0; i < listeners->sets * listeners->count; i++) {
        close(listeners->fd[i]);
    }
    free(listeners->fd);
    *listeners = (struct listeners){0};
}

const int *listeners_of(const struct listeners *listeners, uint32_t index)
{
    uint32_t set = listeners->sets > 1 ? index : 0;

    return listeners->fd != NULL ? &listeners->fd[(size_t)set * listeners->count] : NULL;
}
