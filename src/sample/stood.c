#include "stood.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <stdlib.h>

enum { FIRST_SLOTS = 1024 };

static uint64_t cookie_of(const struct inet_diag_msg *found)
{
    return (uint64_t)found->id.idiag_cookie[1] << 32 | found->id.idiag_cookie[0];
}

/* Where it is, or the free slot where it would be.  Cookies are counted up: a factor scatters them
 * (2^64 over the golden ratio). */
static uint64_t *find(uint64_t *slot, uint32_t slots, uint64_t cookie)
{
    uint64_t i = (cookie * UINT64_C(0x9e3779b97f4a7c15)) >> 32;

    while (slot[i & (slots - 1)] != 0 && slot[i & (slots - 1)] != cookie) {
        i++;
    }
    return &slot[i & (slots - 1)];
}

static int grow(struct stood *stood)
{
    uint32_t slots = stood->slots > 0 ? stood->slots * 2 : FIRST_SLOTS;
    uint64_t *slot = calloc(slots, sizeof *slot);

    if (slot == NULL) {
        return -1;
    }
    for (uint32_t i = 0; i < stood->slots; i++) {
        if (stood->slot[i] != 0) {
            *find(slot, slots, stood->slot[i]) = stood->slot[i];
        }
    }
    free(stood->slot);
    stood->slot = slot;
    stood->slots = slots;
    return 0;
}

int stood_add(struct stood *stood, const struct inet_diag_msg *found)
{
    if (stood_has(stood, found)) {
        return 0;
    }
    if (stood->count == STOOD_MAX) {
        errno = EOVERFLOW;
        return -1;
    }
    if (stood->count >= stood->slots / 2 && grow(stood) < 0) {
        return -1;
    }
    uint64_t cookie = cookie_of(found);
    *find(stood->slot, stood->slots, cookie) = cookie;
    stood->count++;
    return 1;
}

bool stood_has(const struct stood *stood, const struct inet_diag_msg *found)
{
    return stood->count > 0 && *find(stood->slot, stood->slots, cookie_of(found)) != 0;
}

void stood_fini(struct stood *stood)
{
    free(stood->slot);
    *stood = (struct stood){.slots = 0};
}
