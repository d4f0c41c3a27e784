#ifndef FINWAIT_SAMPLER_H
#define FINWAIT_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "finwait/address.h"
#include "finwait/error.h"
#include "finwait/observation.h"
#include "finwait/owner.h"
#include "finwait/series.h"
#include "finwait/side.h"

/*
 * The kernel's testimony: how many sockets are in which state on which side of some hosts, and
 * what their counters say, observed by two threads.  It needs no lab and no load.
 */

/* As many ports may tell the sides of one host apart. */
#define SAMPLER_PORTS 16

/* A host: a network namespace (network_namespaces(7)), and whose its sockets are. */
struct sampler_host {
    int netns; /* a descriptor of it, borrowed; -1: where the calling thread is */
    /* With ports a socket with one of them at its own end is the server's, one with one of them at
     * the other end the client's; others are not counted, nor is what stood there before the
     * sampler did, but for listeners.  Without, all are `side`'s.
     *
     * Where a proxy listens at `front`, too, a socket with that at its own end is the proxy's
     * front, and one with a port of the server's at the other end its back.  The client's are then
     * those with `front` at the other end, and in a namespace that is not the caller's none. */
    size_t port_count;
    uint16_t port[SAMPLER_PORTS];
    uint16_t front;    /* with ports; 0: there is no proxy */
    struct address at; /* with ports: the server's end has this address too; length 0: any */
    enum side side;
};

struct sampler_config {
    int64_t every; /* ns between samples, the least */
    size_t host_count;
    const struct sampler_host *host; /* a side's count is the sum over them */
};

/* What sampling itself cost. */
struct sampler_cost {
    int64_t cpu;         /* ns of CPU used, for the preparations too … */
    int64_t span;        /* … within so many ns: theirs, and from the first observation's start to
                            the latest one's end */
    uint64_t samples;    /* observations made (each of both sides) */
    int64_t gap_max;     /* longest time between two observations, ns */
    int64_t gap_mean;    /* */
    uint64_t full_dumps; /* those that walked TIME_WAIT too */
    uint64_t counts;     /* readings of sockstat alone, between observations */
    int64_t time_wait_gap; /* longest time between two moments that TIME_WAIT is told of, ns */
    int64_t late; /* longest time that a tick began after it was due, ns: the machine's doing */
};

struct sampler; /* opaque */

/*
 * Open the sock_diag sockets and counter files of the hosts, and remember which sockets stand on
 * their ports: make it before anything listens there whose connections are to be counted.  NULL
 * with STATUS_MACHINE when the kernel offers no inet_diag, or when more than a million stand there.
 * Its descriptors keep the hosts alive until sampler_free.  All functions but sampler_observe,
 * sampler_latest, sampler_samples, sampler_counts and sampler_cost are for the thread that made it.
 */
struct sampler *sampler_new(const struct sampler_config *config, struct error *error);

/*
 * Start the threads, once: the first observation has been made and the counters' `before` read when
 * it returns 0.  What the functions below tell is there from then on.  -1 with STATUS_MACHINE.
 */
int sampler_start(struct sampler *sampler, struct error *error);

/*
 * How many sockets of the side stood on the hosts' ports when the sampler was made, in any state
 * but LISTEN; they are in no observation.  False: no host has ports, so nobody looked.
 */
bool sampler_stood_before(const struct sampler *sampler, enum side side, uint64_t *count);

/* Stop the threads and free all.  Never fails; NULL is allowed. */
void sampler_free(struct sampler *sampler);

/* The latest observation of a side, or of an end of a proxy, for the progress line; of one that no
 * host shows: nothing. */
void sampler_latest(struct sampler *sampler, enum side side, struct observation *sample);

/*
 * Observe now, with a full dump (every socket seen, none derived), and wait for it.
 * -1 when it failed.  With `each` the sockets are remembered for sampler_owners.
 */
int sampler_observe(struct sampler *sampler, bool each, struct error *error);

/*
 * Bytes of kernel memory that a socket of the side takes in each state: the mean over the latest
 * observation that was made with `each`, until sampler_owners is called.  0: there was none, or the
 * sizes of the kernel's objects are not readable (/sys/kernel/slab, root's).  Whether any is known.
 */
bool sampler_memory(const struct sampler *sampler, enum side side, uint32_t bytes[TCP_STATE_N]);

/*
 * Find who holds the sockets of the latest observation that was made with `each`: those in
 * ESTABLISHED, FIN_WAIT1, FIN_WAIT2, CLOSE_WAIT, LAST_ACK and CLOSING, as many as it counted. Looks
 * at every descriptor of every process in /proc that is in one of the hosts' namespaces, or whose
 * parent is, and of the others when a socket is found with none of them, as far as the caller may.
 * *owners is owned by the caller.  -1 with STATUS_MACHINE when there was no memory or descriptor
 * for it, or when there are more than a million; *owners is empty then.
 */
int sampler_owners(struct sampler *sampler, struct owners *owners, struct error *error);

/*
 * All samples of a side so far, in order of time; *count of them.  The array is a copy: free() it.
 * NULL when there are none: no host shows the side.  Beyond some 20,000, neighbours are merged in
 * pairs, again and again: a merged sample has the time of its first and, per state, the largest
 * count, so peaks survive. The last one is always as it was seen.
 */
struct observation *sampler_samples(struct sampler *sampler, enum side side, size_t *count);

/*
 * TIME_WAIT between those samples, where dumps were too dear to be made as often as asked for: as
 * /proc/net/sockstat has it, less the mini-sockets that were in FIN_WAIT2.  What could be wrong by
 * more than 1 % is not among them.  In order of time, *count of them; free() it, also when *count
 * is 0.
 */
struct series_point *sampler_counts(struct sampler *sampler, enum side side, size_t *count);

/* Read the counters of all hosts now as `after` (and keep them for sampler_counters). */
int sampler_read_counters(struct sampler *sampler, struct error *error);

/* The counters of the config's host number `host` as last read; items owned by the sampler. */
const struct counters *sampler_counters(const struct sampler *sampler, size_t host);

void sampler_cost(struct sampler *sampler, struct sampler_cost *cost);

#endif
