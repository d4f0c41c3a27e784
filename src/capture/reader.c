#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "finwait/clock.h"
#include "finwait/privileges.h"
#include "keys.h"
#include "order.h"
#include "shelf.h"
#include "tap.h"
#include "window.h"

/* The capture's process: a loop over the packet socket and the conductor's orders. */

enum {
    /* Packets a second that are read without being felt, and so many more at once. */
    BEARABLE = 6000,
    BURST = 4000,
    /* So many ports at most that one of them is looked at. */
    ONE_IN_MOST = 1 << 12,
    /* How long what is on its way may take to come. */
    LAST_MS = 100,
};

struct reader {
    const struct capture_plan *plan;
    int control;
    struct tap tap;
    struct filter filter;
    struct window window;
    struct shelf shelf;
    struct keys keys;
    seen_endings foreseen; /* as the conductor has it: it may know nothing */
    int64_t looked;        /* when the rate was last looked at … */
    uint64_t read;         /* … and the packets since then */
    double credit;         /* packets that may come at once */
};

static void on_packet(void *context, int64_t at, const uint8_t *packet, size_t captured,
                      size_t length)
{
    struct reader *reader = context;

    reader->read++;
    shelf_take(&reader->shelf, at, packet, captured, length);
}

/* ---- no more than can be borne ---- */

static void stop_listening(struct reader *reader)
{
    keys_take(&reader->keys, &reader->shelf);
    if (reader->keys.in >= 0) {
        close(reader->keys.in);
        reader->keys.in = -1;
    }
    reader->shelf.tally.dropped_kernel = tap_dropped(&reader->tap);
    tap_close(&reader->tap);
}

/* How many ports one is to be looked at of, when so many packets a second come of those that are.
 */
static uint32_t one_in(const struct reader *reader, double rate)
{
    uint32_t one_in = reader->filter.one_in;

    if (reader->credit >= 0) {
        return one_in > 1 && rate < (double)BEARABLE / 4 ? one_in / 2 : one_in;
    }
    while (rate > BEARABLE && one_in < ONE_IN_MOST) {
        one_in *= 2;
        rate /= 2;
    }
    return one_in;
}

/* Look at fewer ports, or more, once all of the first have begun; those that have not ended are let
 * through still. */
static void adjust(struct reader *reader, double rate)
{
    struct filter filter = reader->filter;

    filter.one_in = one_in(reader, rate);
    if (filter.one_in != reader->filter.one_in &&
        reader->shelf.count[FLOW_FIRST] == reader->plan->wanted &&
        shelf_live_ports(&reader->shelf, &filter) && tap_filter(&reader->tap, &filter) == 0) {
        reader->filter = filter;
        shelf_sample(&reader->shelf, filter.one_in);
    }
}

static void look_at_rate(struct reader *reader)
{
    int64_t now = clock_now();
    double passed = (double)(now - reader->looked) / (double)NS_PER_S;

    if (now - reader->looked < TAP_BLOCK_MS * NS_PER_MS) {
        return;
    }
    reader->credit += passed * BEARABLE - (double)reader->read;
    reader->credit = reader->credit < BURST ? reader->credit : BURST;
    adjust(reader, (double)reader->read / passed);
    reader->credit = reader->credit > 0 ? reader->credit : 0;
    reader->looked = now;
    reader->read = 0;
}

static int read_packets(struct reader *reader)
{
    if (tap_read(&reader->tap, on_packet, reader) != 0) {
        return -1;
    }
    keys_take(&reader->keys, &reader->shelf);
    look_at_rate(reader);
    if (shelf_is_full(&reader->shelf)) {
        stop_listening(reader);
    }
    return 0;
}

/* ---- orders ---- */

static void foresee(struct reader *reader, seen_endings foreseen)
{
    reader->foreseen = foreseen;
    reader->shelf.foreseen = foreseen != 0 ? foreseen : SEEN_ORDERLY;
}

/* What was sent before the order has come when a block's time is over. */
static void read_last(struct reader *reader)
{
    int64_t until = clock_now() + LAST_MS * NS_PER_MS;

    while (reader->tap.pcap != NULL && clock_now() < until) {
        struct pollfd ready = {.fd = reader->tap.fd, .events = POLLIN};

        poll(&ready, 1, TAP_BLOCK_MS);
        if (read_packets(reader) != 0) {
            break;
        }
    }
    if (reader->tap.pcap != NULL) {
        stop_listening(reader);
    }
}

/* Its place among those that are kept, by their first packets. */
static size_t place_of(const struct shelf *shelf, const struct flow *drawn)
{
    const struct flow *flow;
    size_t place = 1;

    for (unsigned list = 0; list < FLOW_KEPT; list++) {
        TAILQ_FOREACH (flow, &shelf->flows[list], next) {
            const struct packet *first = STAILQ_FIRST(&flow->packets);
            place += first != NULL && packet_before(first, STAILQ_FIRST(&drawn->packets));
        }
    }
    return place;
}

/* All of its packets tell the states; those in the middle of many are left out after. */
static int draw(const struct reader *reader, struct captured *captured)
{
    const struct flow *flow = shelf_drawn(&reader->shelf);
    struct seen_packet *told = flow != NULL && flow->count > 0 ? flow_tell(flow) : NULL;

    if (told == NULL) {
        return flow != NULL && flow->count > 0 ? -1 : 0;
    }
    seen_walk(told, flow->count, reader->foreseen);
    captured->foreseen = reader->foreseen == 0 || !shelf_is_otherwise(&reader->shelf, flow);
    seen_shorten(told, flow->count, captured->packet, &captured->count, &captured->skipped);
    captured->drawn = place_of(&reader->shelf, flow);
    seen_endpoint(captured->client, &flow->end[SIDE_CLIENT], flow->ipv6);
    free(told);
    return 0;
}

static int finish(struct reader *reader, struct capture_answer *answer)
{
    int packets = reader->plan->packets;
    struct timespec now;

    read_last(reader);
    window_count(&reader->window, &reader->shelf);
    clock_gettime(CLOCK_REALTIME, &now); /* as packets are stamped */
    if (shelf_finish(&reader->shelf, now.tv_sec * NS_PER_S + now.tv_nsec) != 0 ||
        draw(reader, &answer->captured) != 0) {
        return error_set(&answer->error, STATUS_MACHINE, "capture: out of memory");
    }
    if (packets >= 0 && shelf_write(&reader->shelf, packets) != 0) {
        return error_errno(&answer->error, STATUS_MACHINE, errno, "capture: write the packets");
    }
    if (reader->plan->keys_file >= 0 &&
        keys_write(&reader->keys, &reader->shelf, reader->plan->keys_file) != 0) {
        return error_errno(&answer->error, STATUS_MACHINE, errno, "capture: write the keys");
    }
    answer->captured.tally = reader->shelf.tally;
    return 0;
}

static int tell(const struct reader *reader, const struct capture_answer *answer)
{
    return send(reader->control, answer, sizeof *answer, MSG_NOSIGNAL) == sizeof *answer ? 0 : -1;
}

/* 0: there are more to come; 1: that was the last, or the conductor is gone. */
static int take_order(struct reader *reader)
{
    struct capture_answer answer = {0};
    struct capture_order order;

    if (recv(reader->control, &order, sizeof order, 0) != sizeof order) {
        return 1;
    }
    foresee(reader, order.foreseen);
    if (!order.end) {
        return 0;
    }
    answer.failed = finish(reader, &answer) != 0;
    tell(reader, &answer);
    return 1;
}

/* ---- its life ---- */

static int listen_in(struct reader *reader, struct error *error)
{
    if (shelf_init(&reader->shelf, reader->plan->wanted, reader->plan->port) != 0) {
        return error_set(error, STATUS_MACHINE, "capture: out of memory");
    }
    return tap_open(&reader->tap, &reader->filter, error) != 0
               ? -1
               : privileges_keep(PRIVILEGES_READER, error);
}

static bool is_busy(const struct reader *reader)
{
    return reader->filter.one_in > 1 && reader->tap.pcap != NULL;
}

static void run(struct reader *reader)
{
    reader->looked = clock_now();
    reader->window = (struct window){.since = reader->looked, .opened = reader->looked};
    for (;;) {
        if (reader->tap.pcap != NULL) {
            window_turn(&reader->window, &reader->tap, &reader->shelf, is_busy(reader));
        }
        struct pollfd ready[] = {
            {.fd = reader->control, .events = POLLIN},
            {.fd = reader->tap.fd, .events = POLLIN},
        };

        if (poll(ready, 2, window_patience(&reader->window, is_busy(reader))) < 0 &&
            errno != EINTR) {
            return;
        }
        if (ready[1].revents != 0 && read_packets(reader) != 0) {
            stop_listening(reader);
        }
        if (ready[0].revents != 0 && take_order(reader) != 0) {
            return;
        }
    }
}

int reader_main(const struct capture_plan *plan, int control)
{
    struct capture_answer answer = {0};
    struct reader reader = {
        .plan = plan,
        .control = control,
        .keys = {.in = plan->keys},
        .credit = BURST,
        .filter = {.port = plan->port, .one_in = 1},
    };

    answer.failed = listen_in(&reader, &answer.error) != 0;
    if (tell(&reader, &answer) != 0 || answer.failed) {
        return EXIT_FAILURE;
    }
    run(&reader);
    return EXIT_SUCCESS;
}
