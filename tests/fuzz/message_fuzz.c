/*
 * However its input is cut into pieces, the HTTP reader comes to the same verdict at the same
 * byte, and reads no byte that it was not fed.  The first two bytes of the data choose the sender
 * and whether a HEAD was answered, and the length of the pieces.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct verdict {
    enum message_progress progress;
    size_t used;
    struct message_reader reader;
};

static enum message_progress feed_copy(struct message_reader *reader, const uint8_t *bytes,
                                       size_t length, size_t *used)
{
    char *copy = malloc(length);

    if (copy == NULL) {
        abort();
    }
    memcpy(copy, bytes, length);
    enum message_progress progress = message_reader_feed(reader, copy, length, used);
    free(copy);
    if (*used > length || (progress == MESSAGE_MORE && *used != length)) {
        abort();
    }
    return progress;
}

static struct verdict read_pieces(unsigned choice, const uint8_t *bytes, size_t length,
                                  size_t piece)
{
    static char head[] = "HEAD";
    const struct message_spec http = {.protocol = PROTOCOL_HTTP,
                                      .method = choice & 2 ? head : NULL};
    struct verdict verdict = {.progress = MESSAGE_MORE};

    message_reader_init(&verdict.reader, &http, choice & 1 ? SIDE_SERVER : SIDE_CLIENT);
    verdict.reader.head_only = (choice & 4) != 0;
    while (verdict.progress == MESSAGE_MORE && verdict.used < length) {
        size_t left = length - verdict.used;
        size_t used = 0;
        verdict.progress =
            feed_copy(&verdict.reader, bytes + verdict.used, piece < left ? piece : left, &used);
        verdict.used += used;
    }
    return verdict;
}

static int same(const struct verdict *a, const struct verdict *b)
{
    if (a->progress != b->progress || a->progress == MESSAGE_BAD) {
        return a->progress == b->progress;
    }
    return a->used == b->used && a->reader.status == b->reader.status &&
           a->reader.peer_closes == b->reader.peer_closes &&
           a->reader.asks_head == b->reader.asks_head &&
           a->reader.asks_to_stay == b->reader.asks_to_stay && a->reader.stays == b->reader.stays &&
           a->reader.close_delimited == b->reader.close_delimited &&
           message_reader_fin(&a->reader) == message_reader_fin(&b->reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    unsigned choice = data[0];
    size_t piece = (size_t)data[1] + 1;
    struct verdict whole = read_pieces(choice, data + 2, size - 2, size);
    struct verdict pieces = read_pieces(choice, data + 2, size - 2, piece);
    struct verdict bytes = read_pieces(choice, data + 2, size - 2, 1);

    if (!same(&whole, &pieces) || !same(&whole, &bytes)) {
        abort();
    }
    return 0;
}
