#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/observation.h"

enum {
    FIRST_CAPACITY = 256, /* a kernel of today has some 240; grown by doubling */
};

/* The capacity is the count rounded up to FIRST_CAPACITY times a power of two. */
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
        struct counter *item = reallocarray(counters->item, capacity, sizeof *item);
        if (item == NULL) {
            return NULL;
        }
        counters->item = item;
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
    struct counters copy = {0};

    for (size_t i = 0; i < counters->count; i++) {
        struct counter *added = counters_add(&copy, counters->item[i].name);
        if (added == NULL) {
            counters_fini(&copy);
            break;
        }
        *added = counters->item[i];
    }
    return copy;
}

void counters_fini(struct counters *counters)
{
    free(counters->item);
    *counters = (struct counters){0};
}
