#include "finwait/side.h"

#include <stddef.h>

const char *const side_words[SIDE_N + 1] = {"client", "server", NULL};

const char *side_name(enum side side)
{
    return side_words[side == SIDE_CLIENT ? SIDE_CLIENT : SIDE_SERVER];
}

enum side side_peer(enum side side)
{
    return side == SIDE_CLIENT ? SIDE_SERVER : SIDE_CLIENT;
}
