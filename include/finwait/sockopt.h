#ifndef FINWAIT_SOCKOPT_H
#define FINWAIT_SOCKOPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "finwait/value.h"

/*
 * Socket options of a role.  One row of sockopt_table is a YAML key
 * (client.sockopt.NAME), a --set, a line of the reference, and the setsockopt(2).
 */

enum sockopt_id {
    SOCKOPT_LINGER,
    SOCKOPT_REUSEADDR,
    SOCKOPT_REUSEPORT,
    SOCKOPT_NODELAY,
    SOCKOPT_KEEPALIVE,
    SOCKOPT_KEEPIDLE,
    SOCKOPT_KEEPINTVL,
    SOCKOPT_KEEPCNT,
    SOCKOPT_LINGER2,
    SOCKOPT_USER_TIMEOUT,
    SOCKOPT_DEFER_ACCEPT,
    SOCKOPT_FASTOPEN,         /* of a listener: the length of its queue */
    SOCKOPT_FASTOPEN_CONNECT, /* of a client: on or off; the same name, "fastopen" */
    SOCKOPT_BIND_NO_PORT,
    SOCKOPT_LOCAL_PORT_RANGE,
    SOCKOPT_RCVBUF,
    SOCKOPT_SNDBUF,
    SOCKOPT_N,
};

/* When in a socket's life it is set. */
enum sockopt_when {
    SOCKOPT_BEFORE_BIND,   /* on every socket, listener or client, before bind/connect */
    SOCKOPT_CLIENT_ONLY,   /* client sockets, before bind/connect */
    SOCKOPT_LISTENER_ONLY, /* the listener, before listen */
};

/* Who chooses a client's source ports. */
enum port_choice {
    PORTS_KERNEL, /* connect(2), of the host's range */
    PORTS_WALK,   /* the worker, with bind(2): each of the range in turn, of each source address */
    PORTS_SLICES, /* connect(2), of the worker's own part of the range */
};

struct sockopt_info {
    const char *name; /* "bind_no_port" */
    struct value_spec takes;
    enum sockopt_when when;
    int level, option;  /* for setsockopt(2) */
    const char *symbol; /* "IP_BIND_ADDRESS_NO_PORT" */
    const char *needs;  /* what not every machine gives it: "Linux 6.3"; or NULL */
    const char *about;  /* one line */
};

extern const struct sockopt_info sockopt_table[SOCKOPT_N];

/*
 * The options that were asked for; the others are left as the kernel has them.  All zero is
 * none.
 */
struct sockopts {
    bool set[SOCKOPT_N];
    int64_t value[SOCKOPT_N]; /* as its kind in value.h is kept */
};

/* Ask for it; the value is one that it takes. */
void sockopt_set(struct sockopts *options, enum sockopt_id id, int64_t value);

/* Leave the option as the kernel has it. */
void sockopt_unset(struct sockopts *options, enum sockopt_id id);

/* The ports from which IP_LOCAL_PORT_RANGE lets connect(2) choose; false: it is not asked for. */
bool sockopt_port_range(const struct sockopts *options, uint32_t *low, uint32_t *high);

/*
 * Apply those meant for this kind of socket.  `listener`: a socket about to bind and
 * listen (accepted sockets inherit what was set on it, tcp_create_openreq_child());
 * else one about to connect.  -1 with STATUS_MACHINE names the option and errno
 * (e.g. ENOPROTOOPT: IP_LOCAL_PORT_RANGE needs Linux 6.3).
 */
int sockopts_apply(const struct sockopts *options, int fd, bool listener, struct error *error);

/* The hot path's form: 0, or the errno of the first setsockopt that failed. */
int sockopts_apply_client(const struct sockopts *options, int fd);

#endif
