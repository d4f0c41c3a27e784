#include <stdlib.h>
#include <string.h>

#include "machine.h"

enum {
    SET_FIRST = 256,     /* slots at the start: named orders need fewer machines than half of it */
    SET_LIMIT = 1 << 17, /* machines: some tens of megabytes, a fraction of a second */
};

/* Open addressing: a slot is 0, or one more than the index of its machine. */
struct machine_set {
    struct machine *machine;
    uint32_t *slot;
    size_t count;
    size_t slots; /* a power of two, at least twice `count` */
};

/* FNV-1a over 64-bit words; http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t hash_machine(const struct machine *machine)
{
    uint64_t words[sizeof *machine / sizeof(uint64_t)];
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    memcpy(words, machine, sizeof words);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        hash = (hash ^ words[i]) * UINT64_C(0x100000001b3);
        hash ^= hash >> 32;
    }
    return hash;
}

/* The slot that holds `machine`, or the free one where it belongs. */
static uint32_t *find_slot(const struct machine_set *set, const struct machine *machine)
{
    size_t i = hash_machine(machine) & (set->slots - 1);

    while (set->slot[i] != 0 &&
           memcmp(&set->machine[set->slot[i] - 1], machine, sizeof *machine) != 0) {
        i = (i + 1) & (set->slots - 1);
    }
    return &set->slot[i];
}

static int set_resize(struct machine_set *set, size_t slots)
{
    struct machine *machine = realloc(set->machine, slots / 2 * sizeof *machine);
    if (machine == NULL) {
        return -1;
    }
    set->machine = machine;
    uint32_t *slot = calloc(slots, sizeof *slot);
    if (slot == NULL) {
        return -1;
    }
    free(set->slot);
    set->slot = slot;
    set->slots = slots;
    for (size_t i = 0; i < set->count; i++) {
        *find_slot(set, &set->machine[i]) = (uint32_t)(i + 1);
    }
    return 0;
}

struct machine_set *machine_set_new(void)
{
    struct machine_set *set = calloc(1, sizeof *set);

    if (set != NULL && set_resize(set, SET_FIRST) != 0) {
        machine_set_free(set);
        return NULL;
    }
    return set;
}

void machine_set_free(struct machine_set *set)
{
    if (set != NULL) {
        free(set->machine);
        free(set->slot);
        free(set);
    }
}

size_t machine_set_count(const struct machine_set *set)
{
    return set->count;
}

int machine_set_add(struct machine_set *set, const struct machine *machine)
{
    if (*find_slot(set, machine) != 0) {
        return 0;
    }
    if (set->count == SET_LIMIT ||
        (set->count == set->slots / 2 && set_resize(set, set->slots * 2) != 0)) {
        return -1;
    }
    memcpy(&set->machine[set->count], machine, sizeof *machine);
    set->count++;
    *find_slot(set, machine) = (uint32_t)set->count;
    return 1;
}
