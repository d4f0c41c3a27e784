#include "keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    /* More text than this is gone through, and only what is wanted stays. */
    TEXT_MOST = 8 << 20,
    /* The last of it may belong to packets that are yet to be read. */
    TEXT_LAST = 1 << 20,
    HEX = 2 * FLOW_RANDOM,
};

struct randoms {
    size_t count;
    char (*item)[HEX + 1];
};

/* ---- whose are wanted ---- */

static int compare(const void *left, const void *right)
{
    return memcmp(left, right, HEX);
}

static void add_list(struct randoms *randoms, const struct shelf *shelf, enum flow_list list)
{
    const struct flow *flow;

    TAILQ_FOREACH (flow, &shelf->flows[list], next) {
        for (size_t i = 0; flow->has_random && i < FLOW_RANDOM; i++) {
            snprintf(randoms->item[randoms->count] + 2 * i, 3, "%02x", flow->random[i]);
        }
        randoms->count += flow->has_random;
    }
}

/* Of all the flows on the shelf, in order.  -1: no memory. */
static int gather(struct randoms *randoms, const struct shelf *shelf)
{
    size_t most = 1;

    for (unsigned list = 0; list < FLOW_LISTS; list++) {
        most += shelf->count[list];
    }
    *randoms = (struct randoms){.item = calloc(most, sizeof *randoms->item)};
    if (randoms->item == NULL) {
        return -1;
    }
    for (unsigned list = 0; list < FLOW_LISTS; list++) {
        add_list(randoms, shelf, (enum flow_list)list);
    }
    qsort(randoms->item, randoms->count, sizeof *randoms->item, compare);
    return 0;
}

/* Whether the line, "LABEL RANDOM SECRET", is of one of them. */
static bool is_wanted(const struct randoms *randoms, const char *line, size_t length)
{
    const char *blank = memchr(line, ' ', length);

    return blank != NULL && length - (size_t)(blank - line) > HEX + 1 &&
           bsearch(blank + 1, randoms->item, randoms->count, sizeof *randoms->item, compare) !=
               NULL;
}

/* ---- the text ---- */

/* Leave out the lines that are not wanted, but for the last `spare` bytes. */
static void sift(struct keys *keys, const struct shelf *shelf, size_t spare)
{
    size_t end = keys->length > spare ? keys->length - spare : 0;
    struct randoms randoms;
    size_t kept = 0;
    size_t at = 0;

    if (gather(&randoms, shelf) != 0) {
        return;
    }
    while (at < end) {
        const char *newline = memchr(keys->text + at, '\n', keys->length - at);
        size_t length =
            newline != NULL ? (size_t)(newline - keys->text) + 1 - at : keys->length - at;

        if (is_wanted(&randoms, keys->text + at, length)) {
            memmove(keys->text + kept, keys->text + at, length);
            kept += length;
        }
        at += length;
    }
    memmove(keys->text + kept, keys->text + at, keys->length - at);
    keys->length = kept + keys->length - at;
    free(randoms.item);
}

static bool make_room(struct keys *keys)
{
    enum { STEP = 1 << 16 };

    if (keys->size - keys->length < STEP) {
        size_t size = keys->size + TEXT_LAST;
        char *text = size > 2 * (size_t)TEXT_MOST ? NULL : realloc(keys->text, size);

        if (text == NULL) {
            return false;
        }
        keys->text = text;
        keys->size = size;
    }
    return true;
}

void keys_take(struct keys *keys, const struct shelf *shelf)
{
    ssize_t length = 1;

    while (keys->in >= 0 && length > 0 && make_room(keys)) {
        length = read(keys->in, keys->text + keys->length, keys->size - keys->length);
        keys->length += length > 0 ? (size_t)length : 0;
    }
    if (keys->length > TEXT_MOST) {
        sift(keys, shelf, TEXT_LAST);
    }
}

int keys_write(struct keys *keys, const struct shelf *shelf, int fd)
{
    FILE *out = fdopen(fd, "w");

    if (out == NULL) {
        return -1;
    }
    keys_take(keys, shelf);
    sift(keys, shelf, 0);
    fwrite(keys->text, 1, keys->length, out);
    int failed = ferror(out);
    return fclose(out) != 0 || failed != 0 ? -1 : 0;
}
