#include <stdlib.h>
#include <string.h>

#include "finwait/clock.h"
#include "finwait/seen_file.h"

/* A segment in the file; its ends in an order that is the same for both directions. */
struct entry {
    struct segment segment;
    struct endpoint low, high;
    int64_t at;
    size_t index;
};

struct entries {
    size_t count;
    struct entry *item;
};

static int compare_ends(const struct endpoint *a, const struct endpoint *b)
{
    int order = memcmp(a->address, b->address, sizeof a->address);

    return order != 0 ? order : (a->port > b->port) - (a->port < b->port);
}

/* ---- the packets ---- */

static int damaged(struct error *error, size_t packets)
{
    return error_set(error, STATUS_USAGE, "the packets end within number %zu", packets + 1);
}

static int check_head(const uint8_t *bytes, size_t length, struct error *error)
{
    struct seen_file_head head;

    if (length < sizeof head) {
        return error_set(error, STATUS_USAGE, "no file of packets");
    }
    memcpy(&head, bytes, sizeof head);
    if (head.magic != SEEN_FILE_MAGIC || head.link != SEEN_FILE_RAW) {
        error_set(error, STATUS_USAGE, "no file of packets that finwait wrote");
        return error_hint(error, "tshark and Wireshark read others");
    }
    return 0;
}

static void add(struct entries *entries, const struct segment *segment, int64_t at)
{
    bool swapped = compare_ends(&segment->from, &segment->to) > 0;

    entries->item[entries->count] = (struct entry){
        .segment = *segment,
        .low = swapped ? segment->to : segment->from,
        .high = swapped ? segment->from : segment->to,
        .at = at,
        .index = entries->count,
    };
    entries->count++;
}

static int read_packets(struct entries *entries, const uint8_t *bytes, size_t length,
                        struct error *error)
{
    size_t at = sizeof(struct seen_file_head);

    for (size_t packets = 0; at < length; packets++) {
        struct seen_packet_head head;
        struct segment segment;

        if (length - at < sizeof head) {
            return damaged(error, packets);
        }
        memcpy(&head, bytes + at, sizeof head);
        at += sizeof head;
        if (head.captured > length - at) {
            return damaged(error, packets);
        }
        if (segment_read(&segment, bytes + at, head.captured, head.length) == 0) {
            add(entries, &segment, head.seconds * NS_PER_S + head.fraction);
        }
        at += head.captured;
    }
    return 0;
}

/* ---- the connections ---- */

static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left;
    const struct entry *b = right;
    int order = compare_ends(&a->low, &b->low);

    order = order != 0 ? order : compare_ends(&a->high, &b->high);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/* A SYN with another number begins another connection on the same ports. */
static bool belongs(const struct entry *entry, const struct entry *first)
{
    const struct segment *now = &entry->segment;
    bool opens = (now->flags & (SEGMENT_SYN | SEGMENT_ACK)) == SEGMENT_SYN;

    return compare_ends(&entry->low, &first->low) == 0 &&
           compare_ends(&entry->high, &first->high) == 0 &&
           !(opens && endpoint_equal(&now->from, &first->segment.from) &&
             now->seq != first->segment.seq);
}

/* How many of the entries from `from` on are of one connection. */
static size_t length_of(const struct entries *entries, size_t from)
{
    size_t end = from + 1;

    while (end < entries->count && belongs(&entries->item[end], &entries->item[from])) {
        end++;
    }
    return end - from;
}

static int tell(struct seen_connection *connection, const struct entry *entry, size_t count)
{
    struct seen_teller teller = {0};

    connection->packet = calloc(count, sizeof *connection->packet);
    if (connection->packet == NULL) {
        return -1;
    }
    connection->end[SIDE_CLIENT] = entry->segment.from;
    connection->end[SIDE_SERVER] = entry->segment.to;
    connection->ipv6 = entry->segment.ipv6;
    for (; connection->count < count; connection->count++) {
        const struct entry *now = &entry[connection->count];
        enum side side =
            endpoint_equal(&now->segment.from, &entry->segment.from) ? SIDE_CLIENT : SIDE_SERVER;

        connection->packet[connection->count] = seen_tell(&teller, &now->segment, side, now->at);
    }
    return 0;
}

/* Where a connection's first packet is in the file. */
struct place {
    size_t index, from, length;
};

static int compare_places(const void *left, const void *right)
{
    const struct place *a = left;
    const struct place *b = right;

    return (a->index > b->index) - (a->index < b->index);
}

static int gather(struct seen_file *file, const struct entries *entries, struct place *place)
{
    size_t places = 0;
    size_t from = 0;

    while (from < entries->count) {
        size_t length = length_of(entries, from);

        place[places++] = (struct place){entries->item[from].index, from, length};
        from += length;
    }
    qsort(place, places, sizeof *place, compare_places);
    for (size_t i = 0; i < places; i++) {
        const struct place *now = &place[i];

        if (tell(&file->connection[file->count++], &entries->item[now->from], now->length) != 0) {
            return -1;
        }
    }
    return 0;
}

/* ---- the whole ---- */

static int no_memory(struct error *error)
{
    return error_set(error, STATUS_MACHINE, "out of memory for the packets");
}

static int parse(struct seen_file *file, const uint8_t *bytes, size_t length,
                 struct entries *entries, struct error *error)
{
    struct place *place;
    int result;

    if (read_packets(entries, bytes, length, error) != 0) {
        return -1;
    }
    qsort(entries->item, entries->count, sizeof *entries->item, compare_entries);
    place = calloc(entries->count + 1, sizeof *place);
    file->connection = calloc(entries->count + 1, sizeof *file->connection);
    result = place != NULL && file->connection != NULL && gather(file, entries, place) == 0
                 ? 0
                 : no_memory(error);
    free(place);
    return result;
}

int seen_file_parse(struct seen_file *file, const uint8_t *bytes, size_t length,
                    struct error *error)
{
    struct entries entries = {0};
    int result;

    *file = (struct seen_file){0};
    if (check_head(bytes, length, error) != 0) {
        return -1;
    }
    entries.item = calloc(length / sizeof(struct seen_packet_head) + 1, sizeof *entries.item);
    if (entries.item == NULL) {
        return no_memory(error);
    }
    result = parse(file, bytes, length, &entries, error);
    free(entries.item);
    if (result != 0) {
        seen_file_fini(file);
    }
    return result;
}

void seen_file_fini(struct seen_file *file)
{
    for (size_t i = 0; i < file->count; i++) {
        free(file->connection[i].packet);
    }
    free(file->connection);
    *file = (struct seen_file){0};
}
