#ifndef FINWAIT_PRIVILEGES_H
#define FINWAIT_PRIVILEGES_H

#include <stdbool.h>
#include <sys/types.h>

#include "finwait/error.h"

/*
 * What a process is left with once a lab stands (capabilities(7)), in its own user namespace or, as
 * root, on the machine.  Nothing is gained, and what is given up is given up for good.
 */
enum privileges {
    PRIVILEGES_NONE,    /* a process that only waits */
    PRIVILEGES_READER,  /* none; as root another user, "nobody" */
    PRIVILEGES_WORKER,  /* CAP_NET_BIND_SERVICE; as root another user, "nobody" */
    PRIVILEGES_COMMAND, /* what a server takes that begins as root: to bind, to change its user, to
                           read and write files as root does; nothing that changes the machine */
    PRIVILEGES_CONDUCTOR, /* what events, faults, workers to come and writing the result take; what
                             it executes gets root's capabilities back */
};

/* Of the calling thread, which is the only one.  -1 with STATUS_MACHINE. */
int privileges_keep(enum privileges privileges, struct error *error);

/*
 * Who a worker forked now will be: "nobody" when root may become it, else the calling process's own
 * effective user; never half of it.  With one thread.
 */
uid_t privileges_worker_user(void);

/*
 * Whether the calling thread, a conductor, may see which descriptors other users' processes hold
 * (CAP_SYS_PTRACE, proc_pid_fd(5)): it can take that up for a while, and is not left with it.
 * Where there is no such capability to take up, nothing changes.
 */
void privileges_look(bool may);

/* Make the socket `fd` one of the user that workers are: SO_REUSEPORT shares among sockets of one
 * user only (sk_reuseport_match() in net/ipv4/inet_connection_sock.c). */
void privileges_give_socket(int fd);

#endif
