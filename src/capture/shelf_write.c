#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "finwait/clock.h"
#include "finwait/seen_file.h"
#include "shelf.h"

struct item {
    const struct packet *packet;
};

static int compare(const void *left, const void *right)
{
    const struct packet *a = ((const struct item *)left)->packet;
    const struct packet *b = ((const struct item *)right)->packet;

    return packet_before(b, a) - packet_before(a, b);
}

static void gather(const struct shelf *shelf, enum flow_list list, struct item *all, size_t *count)
{
    const struct flow *flow;
    const struct packet *packet;

    TAILQ_FOREACH (flow, &shelf->flows[list], next) {
        STAILQ_FOREACH(packet, &flow->packets, next)
        {
            all[(*count)++].packet = packet;
        }
    }
}

static void write_packet(const struct packet *packet, FILE *out)
{
    struct seen_packet_head head = {
        .seconds = (uint32_t)(packet->at / NS_PER_S),
        .fraction = (uint32_t)(packet->at % NS_PER_S),
        .captured = (uint32_t)packet->captured,
        .length = (uint32_t)packet->length,
    };

    fwrite(&head, sizeof head, 1, out);
    fwrite(packet->bytes, packet->captured, 1, out);
}

/* In the order of time, as readers of such files expect it. */
int shelf_write(const struct shelf *shelf, int fd)
{
    const struct seen_file_head head = {SEEN_FILE_MAGIC, 2, 4, 0, 0, SEEN_FILE_SNAP, SEEN_FILE_RAW};
    struct item *all = calloc(shelf->tally.packets + 1, sizeof *all);
    FILE *out = fdopen(fd, "w");
    size_t count = 0;

    if (all == NULL || out == NULL) {
        free(all);
        return -1;
    }
    gather(shelf, FLOW_FIRST, all, &count);
    gather(shelf, FLOW_OTHERWISE, all, &count);
    qsort(all, count, sizeof *all, compare);
    fwrite(&head, sizeof head, 1, out);
    for (size_t i = 0; i < count; i++) {
        write_packet(all[i].packet, out);
    }
    free(all);
    int failed = ferror(out);
    return fclose(out) != 0 || failed != 0 ? -1 : 0;
}
