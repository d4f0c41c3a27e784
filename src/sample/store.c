#include "store.h"

#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"

void store_init(struct store *store)
{
    *store = (struct store){
        .kept = grow_new(STORE_CAPACITY, sizeof *store->kept),
        .group = 1,
    };
}

void store_fini(struct store *store)
{
    free(store->kept);
    *store = (struct store){0};
}

static void raise_to(uint32_t *count, uint32_t other)
{
    if (other > *count) {
        *count = other;
    }
}

static void merge(struct observation *sample, const struct observation *later)
{
    sample->counted = sample->counted && later->counted;
    for (size_t state = 0; state < TCP_STATE_N; state++) {
        raise_to(&sample->state[state], later->state[state]);
    }
#define X(name, about) raise_to(&sample->name, later->name);
    SOCKETS_TOLD(X)
#undef X
}

static void thin(struct store *store)
{
    for (size_t i = 0; i + 1 < store->count; i += 2) {
        store->kept[i / 2] = store->kept[i];
        merge(&store->kept[i / 2], &store->kept[i + 1]);
    }
    store->count /= 2;
    store->group *= 2;
}

static void fold(struct store *store, const struct observation *sample)
{
    if (store->open_count++ == 0) {
        store->open = *sample;
    } else {
        merge(&store->open, sample);
    }
}

/* Put the group away if it is whole. */
static void close_group(struct store *store)
{
    if (store->open_count < store->group) {
        return;
    }
    store->open_count = 0;
    store->kept[store->count++] = store->open;
    if (store->count == STORE_CAPACITY) {
        thin(store);
    }
}

void store_append(struct store *store, const struct observation *sample)
{
    if (store->any) {
        fold(store, &store->latest);
        close_group(store);
    }
    store->latest = *sample;
    store->any = true;
}

struct observation *store_copy(const struct store *store, size_t *count)
{
    *count = 0;
    if (!store->any) {
        return NULL;
    }
    struct observation *copy = grow_bytes((store->count + 2) * sizeof *copy);
    if (store->count > 0) {
        memcpy(copy, store->kept, store->count * sizeof *copy);
    }
    *count = store->count;
    if (store->open_count > 0) {
        copy[(*count)++] = store->open;
    }
    copy[(*count)++] = store->latest;
    return copy;
}
