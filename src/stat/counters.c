#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/observation.h"

enum {
    FIRST_CAPACITY = 256, /* a kernel of today has some 240; grown by doubling */
};

/* The capacity is the count rounded up to FIRST_CAPACITY times a power of two. */
static size_t capacity_of(size_t count)
{
    size_t capacity = FIRST_CAPACITY;

    while (capacity < count) {
        capacity *= 2;
    }
    return capacity;
}

static bool is_full(size_t count)
{
    return count == 0 || (count >= FIRST_CAPACITY && (count & (count - 1)) == 0);
}

struct counter *counters_add(struct counters *counters, const char *name)
{
    size_t length = strlen(name);

    if (length >= sizeof counters->item->name) {
        return NULL;
    }
    if (is_full(counters->count)) {
        size_t capacity = counters->count == 0 ? FIRST_CAPACITY : counters->count * 2;
        counters->item = grow_to(counters->item, capacity, sizeof *counters->item);
    }
    struct counter *added = &counters->item[counters->count++];
    *added = (struct counter){0};
    memcpy(added->name, name, length + 1);
    return added;
}

const struct counter *counters_find(const struct counters *counters, const char *name)
{
    for (size_t i = 0; i < counters->count; i++) {
        if (strcmp(counters->item[i].name, name) == 0) {
            return &counters->item[i];
        }
    }
    return NULL;
}

struct counters counters_copy(const struct counters *counters)
{
    struct counters copy = {.count = counters->count};

    if (copy.count > 0) {
        copy.item = grow_bytes(capacity_of(copy.count) * sizeof *copy.item);
        memcpy(copy.item, counters->item, copy.count * sizeof *copy.item);
    }
    return copy;
}

void counters_fini(struct counters *counters)
{
    free(counters->item);
    *counters = (struct counters){0};
}
