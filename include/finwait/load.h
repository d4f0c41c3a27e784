#ifndef FINWAIT_LOAD_H
#define FINWAIT_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "finwait/address.h"
#include "finwait/board.h"
#include "finwait/error.h"
#include "finwait/message.h"
#include "finwait/mix.h"
#include "finwait/program.h"
#include "finwait/side.h"
#include "finwait/sockopt.h"
#include "finwait/tls.h"

/*
 * The load: what one worker of a role does.  A worker is one process with one event_base that runs
 * its share of the role's connections, each through its program.
 */

/* All that a role has to know. */
struct command_plan;

struct role_plan {
    enum side side;
    uint32_t workers; /* > 0 */
    const struct program *program;
    const struct command_plan *command; /* what plays the side instead of workers, or NULL; must
                                           outlive the role */
    const struct mix *mix; /* client: its programs, `program` the first of them; NULL: no more */
    struct message_spec message;
    bool say_close; /* http: this side's last message says Connection: close; of a mix those that
                       await the end */
    bool obeys;     /* http: the peer's heads and its FIN between two rounds end the rounds */
    const struct sockopts *sockopts;
    struct tls *tls;             /* NULL: plain TCP; must outlive the role */
    uint32_t unfinished;         /* server: TLS handshakes under way at once in a worker; 0: any */
    const char *host;            /* http: the Host header */
    int64_t timeout;             /* ns a step may wait; 0: for ever */
    struct address_pool servers; /* count > 0.  server: listens on all of them; client: connects
                                    to each in turn */
    struct address_pool sources; /* client: source addresses in turn, when count > 0; their port is
                                    each connection's, 0: the kernel chooses */
    enum port_choice ports;      /* client; not PORTS_KERNEL: sources.count > 0 with PORTS_WALK */
    uint32_t descriptors;        /* RLIMIT_NOFILE of each worker; 0: the caller's */
    bool pipelined;              /* a peer may send a message before the last one was answered */
    bool in_turn;                /* the client asks, the server answers, and both are workers */
    uint32_t backlog;            /* server */
    bool own_listeners;          /* server: each worker has its own (SO_REUSEPORT) */
    bool by_reuseport;           /* server: if started again with SO_REUSEPORT, and only then */
    uint32_t accepting;          /* server, without: so many of them accept at once; 0: all */
    uint64_t connections;        /* client: 0 for no limit */
    uint32_t concurrency;        /* client, closed loop */
    double rate;                 /* client, open loop; 0 for closed loop */
    int64_t duration; /* client: ns after role_go in which connections begin; 0: no limit */
};

/* Its programs: one, or those of its mix. */
static inline size_t role_plan_programs(const struct role_plan *plan)
{
    return plan->mix != NULL ? plan->mix->count : 1;
}

static inline const struct program *role_plan_program(const struct role_plan *plan, size_t i)
{
    return plan->mix != NULL ? &plan->mix->item[i].program : plan->program;
}

/* What the conductor tells a worker, and a worker the conductor: one byte each. */
enum control {
    CONTROL_GO = 'g',       /* to a client: begin */
    CONTROL_STOP = 's',     /* to a worker: begin no further connection */
    CONTROL_READY = 'r',    /* from a worker: it can serve, or begin */
    CONTROL_FINISHED = 'f', /* from a client: every connection has ended or is held */
};

/* The descriptors that a worker brings into its process. */
struct worker_descriptors {
    int control;
    int leash;
    const int *listeners; /* the server's sockets */
    uint32_t listener_count;
};

/*
 * Run a worker until it is killed or the conductor is gone; the calling process has just been
 * forked into its host.  Returns an exit status.
 */
int worker_main(const struct role_plan *plan, uint32_t index, struct board *board,
                const struct worker_descriptors *descriptors);

/*
 * Give a client's socket its options, and close it: what the kernel refuses one it refuses all, and
 * so before the first.  -1 with STATUS_MACHINE names the option.
 */
int dial_try_options(const struct role_plan *plan, struct error *error);

#endif
