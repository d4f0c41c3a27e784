#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
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

static void set_resize(struct machine_set *set, size_t slots)
{
    set->machine = grow_to(set->machine, slots / 2, sizeof *set->machine);
    free(set->slot);
    set->slot = grow_new(slots, sizeof *set->slot);
    set->slots = slots;
    for (size_t i = 0; i < set->count; i++) {
        *find_slot(set, &set->machine[i]) = (uint32_t)(i + 1);
    }
}

struct machine_set *machine_set_new(void)
{
    struct machine_set *set = grow_new(1, sizeof *set);

    set_resize(set, SET_FIRST);
    return set;
}

void machine_set_free(struct machine_set *set)
{
    free(set->machine);
    free(set->slot);
    free(set);
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
    if (set->count == SET_LIMIT) {
        return -1;
    }
    if (set->count == set->slots / 2) {
        set_resize(set, set->slots * 2);
    }
    memcpy(&set->machine[set->count], machine, sizeof *machine);
    set->count++;
    *find_slot(set, machine) = (uint32_t)set->count;
    return 1;
}
