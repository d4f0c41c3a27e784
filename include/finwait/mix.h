#ifndef FINWAIT_MIX_H
#define FINWAIT_MIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "finwait/program.h"

/*
 * Several programs for one side's connections, each with its share of them: which one a connection
 * runs follows from its number alone, so that shares are exact whoever runs them, and how often.
 */

#define MIX_MAX   8
#define MIX_NAME  32   /* characters of a name */
#define MIX_TURNS 1000 /* connections until the order of turns begins again, at most */

struct mix_item {
    char name[MIX_NAME + 1];
    uint32_t weight; /* > 0 */
    struct program program;
};

struct mix {
    size_t count; /* 0: there is none, and the side has one program */
    struct mix_item item[MIX_MAX];
    size_t turns; /* made by mix_deal() */
    uint8_t turn[MIX_TURNS];
};

/*
 * Deal the turns out by weight, evenly spread ("smooth weighted round-robin", as nginx's): 8 and 2
 * come as a a b a a, and again.  False: with what the weights have in common taken out, they still
 * come to more than MIX_TURNS.
 */
bool mix_deal(struct mix *mix);

/* Which of the programs connection `number` runs, from 0 on. */
size_t mix_turn(const struct mix *mix, uint64_t number);

#endif
