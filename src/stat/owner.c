#include "finwait/owner.h"

#include <stdlib.h>

#include "finwait/grow.h"

static const char *const places[OWNER_PLACE_N] = {
#define X(id, name, about) [id] = (name),
    OWNER_PLACES(X)
#undef X
};

const char *owner_place_name(enum owner_place place)
{
    return (unsigned)place < OWNER_PLACE_N ? places[place] : NULL;
}

struct owner *owners_add(struct owners *owners)
{
    owners->item = grow_by_one(owners->item, owners->count, sizeof *owners->item);
    owners->item[owners->count] = (struct owner){.count = 0};
    return &owners->item[owners->count++];
}

static void owner_fini(struct owner *owner)
{
    free(owner->holder);
    free(owner->descriptors);
    free(owner->why);
}

void owners_drop(struct owners *owners, enum side side)
{
    size_t kept = 0;

    for (size_t i = 0; i < owners->count; i++) {
        if (owners->item[i].side == side) {
            owner_fini(&owners->item[i]);
        } else {
            owners->item[kept++] = owners->item[i];
        }
    }
    owners->count = kept;
}

void owners_fini(struct owners *owners)
{
    for (size_t i = 0; i < owners->count; i++) {
        owner_fini(&owners->item[i]);
    }
    free(owners->item);
    *owners = (struct owners){0};
}
