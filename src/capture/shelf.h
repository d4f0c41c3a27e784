#ifndef FINWAIT_CAPTURE_SHELF_H
#define FINWAIT_CAPTURE_SHELF_H

#include "filter.h"
#include "flow.h"

/* The connections that are kept, and those that may yet be; in bounded memory. */

TAILQ_HEAD(flows, flow);
LIST_HEAD(chain, flow);

struct shelf {
    uint32_t wanted; /* of the first, and of those that ended otherwise */
    struct filter
        sample;      /* of which ports of the client others begin; its own ports mean nothing */
    bool full_house; /* no others begin for now */
    seen_endings foreseen;
    struct flows flows[FLOW_LISTS];
    uint32_t count[FLOW_LISTS];
    struct chain *bucket;
    int64_t end;      /* when it was all over; 0: not yet */
    size_t memory;    /* in use, bytes */
    uint64_t packets; /* numbered so far */
    struct capture_tally tally;
};

/* -1: no memory. */
int shelf_init(struct shelf *shelf, uint32_t wanted, uint16_t port);
void shelf_fini(struct shelf *shelf);

/* Take a packet from the wire: a SYN begins a connection, others belong to one or to none. */
void shelf_take(struct shelf *shelf, int64_t at, const uint8_t *packet, size_t captured,
                size_t length);

/* From now on connections are those of one in `one_in` ports: forget the others that are not kept.
 */
void shelf_sample(struct shelf *shelf, uint32_t one_in);

/* The ports of those of the first that have not ended, at most FILTER_PORTS of them; false: there
 * are more. */
bool shelf_live_ports(const struct shelf *shelf, struct filter *filter);

/* Whether nothing that is still to come can be kept. */
bool shelf_is_full(const struct shelf *shelf);

/* Judge all that is left at the time `now`, and count what is kept.  -1: no memory. */
int shelf_finish(struct shelf *shelf, int64_t now);

/* Write what is kept as a pcap file.  -1 with errno. */
int shelf_write(const struct shelf *shelf, int fd);

/* Whether it ended otherwise than foreseen.  Of one that had a packet just before shelf_finish()
 * nobody knows how it ends. */
bool shelf_is_otherwise(const struct shelf *shelf, const struct flow *flow);

/* The connection to draw: the first that ended otherwise than foreseen, else the first; NULL: none
 * was kept. */
const struct flow *shelf_drawn(const struct shelf *shelf);

#endif
