#include "store.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_CAPACITY = 256,
};

void store_init(struct store *store)
{
    *store = (struct store){.group = 1};
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
    for (size_t state = 0; state < TCP_STATE_N; state++) {
        raise_to(&sample->state[state], later->state[state]);
    }
#define X(name, about) raise_to(&sample->name, later->name);
    SOCKETS_TOLD(X)
#undef X
}

static int grow(struct store *store)
{
    size_t capacity = store->capacity == 0 ? FIRST_CAPACITY : store->capacity * 2;

    capacity = capacity < STORE_CAPACITY ? capacity : STORE_CAPACITY;
    struct observation *kept = reallocarray(store->kept, capacity, sizeof *kept);
    if (kept == NULL) {
        return -1;
    }
    store->kept = kept;
    store->capacity = capacity;
    return 0;
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
static int close_group(struct store *store)
{
    if (store->open_count < store->group) {
        return 0;
    }
    store->open_count = 0;
    if (store->count == store->capacity && grow(store) < 0) {
        return -1;
    }
    store->kept[store->count++] = store->open;
    if (store->count == STORE_CAPACITY) {
        thin(store);
    }
    return 0;
}

int store_append(struct store *store, const struct observation *sample)
{
    int result = 0;

    if (store->any) {
        fold(store, &store->latest);
        result = close_group(store);
    }
    store->latest = *sample;
    store->any = true;
    return result;
}

struct observation *store_copy(const struct store *store, size_t *count)
{
    *count = 0;
    if (!store->any) {
        return NULL;
    }
    struct observation *copy = malloc((store->count + 2) * sizeof *copy);
    if (copy == NULL) {
        return NULL;
    }
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
