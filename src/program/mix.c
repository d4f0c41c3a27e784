#include "finwait/mix.h"

static uint32_t divisor(uint32_t a, uint32_t b)
{
    while (b != 0) {
        uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static uint32_t common_divisor(const struct mix *mix)
{
    uint32_t common = 0;

    for (size_t i = 0; i < mix->count; i++) {
        common = divisor(mix->item[i].weight, common);
    }
    return common;
}

/* Everybody's claim grows by its weight; who has the greatest has the turn, and gives all back. */
static size_t next_turn(const struct mix *mix, int64_t claim[MIX_MAX], int64_t all)
{
    size_t next = 0;

    for (size_t i = 0; i < mix->count; i++) {
        claim[i] += mix->item[i].weight;
        next = claim[i] > claim[next] ? i : next;
    }
    claim[next] -= all;
    return next;
}

bool mix_deal(struct mix *mix)
{
    uint32_t common = common_divisor(mix);
    int64_t claim[MIX_MAX] = {0};
    uint64_t all = 0;

    for (size_t i = 0; i < mix->count; i++) {
        all += mix->item[i].weight;
    }
    if (common == 0 || all / common > MIX_TURNS) {
        return false;
    }
    mix->turns = all / common;
    for (size_t i = 0; i < mix->turns; i++) {
        mix->turn[i] = (uint8_t)next_turn(mix, claim, (int64_t)all);
    }
    return true;
}

size_t mix_turn(const struct mix *mix, uint64_t number)
{
    return mix->turn[number % mix->turns];
}
