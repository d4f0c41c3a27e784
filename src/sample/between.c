#include "between.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

void between_read(struct between *between, int64_t at, int64_t tw)
{
    if (between->count < BETWEEN_MAX) {
        between->reading[between->count++] = (struct reading){at, tw};
    }
}

/* The mini-sockets in FIN_WAIT2 then. */
static int64_t minis_at(const struct between_dump *from, const struct between_dump *to, int64_t at)
{
    double part = (double)(at - from->at) / (double)(to->at - from->at);

    return llround((double)from->minis + (double)(to->minis - from->minis) * part);
}

static bool can_be_told(const struct between_dump *from, const struct between_dump *to,
                        const struct reading *reading)
{
    int64_t most = to->minis > from->minis ? to->minis : from->minis;
    int64_t share = most <= BETWEEN_FEW ? BETWEEN_SHARE_FEW : BETWEEN_SHARE;

    return from->at != 0 && reading->at > from->at && most * share <= reading->tw &&
           (reading->tw == 0 || from->time_wait || to->time_wait);
}

static void tell(struct between *between, int64_t at)
{
    int64_t gap = between->told_at != 0 ? at - between->told_at : 0;

    between->gap = gap > between->gap ? gap : between->gap;
    between->told_at = at;
}

void between_close(struct between *between, const struct observation *dump, int64_t minis,
                   struct store *store)
{
    const struct between_dump to = {
        .at = dump->at, .minis = minis, .time_wait = dump->state[TCP_STATE_TIME_WAIT] > 0};
    size_t i;

    for (i = 0; i < between->count && between->reading[i].at < dump->at; i++) {
        const struct reading *reading = &between->reading[i];
        if (can_be_told(&between->dump, &to, reading)) {
            struct observation counted = {.at = reading->at, .counted = true};
            counted.state[TCP_STATE_TIME_WAIT] =
                (uint32_t)(reading->tw - minis_at(&between->dump, &to, reading->at));
            store_append(store, &counted);
            tell(between, reading->at);
        }
    }
    between->count -= i;
    memmove(between->reading, between->reading + i, between->count * sizeof *between->reading);
    between->dump = to;
    tell(between, dump->at);
}
