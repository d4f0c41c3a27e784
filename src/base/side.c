#include "finwait/side.h"

#include <stddef.h>

const char *const side_words[SIDE_N + 1] = {"client", "server", NULL};
const char *const player_words[PLAYERS_N + 1] = {"client", "server", "proxy", NULL};

const char *side_name(enum side side)
{
    static const char *const ends[ENDS_N - PLAYERS_N] = {"proxy.front", "proxy.back"};

    if (side < PLAYERS_N) {
        return player_words[side];
    }
    return side < ENDS_N ? ends[side - PLAYERS_N] : NULL;
}

const char *side_told(enum side side)
{
    return side == SIDE_FRONT  ? "proxy's front"
           : side == SIDE_BACK ? "proxy's back"
                               : side_name(side);
}

enum side side_peer(enum side side)
{
    return side == SIDE_CLIENT ? SIDE_SERVER : SIDE_CLIENT;
}

enum side side_host(enum side side)
{
    return side == SIDE_CLIENT ? SIDE_CLIENT : SIDE_SERVER;
}

enum side side_player(enum side side)
{
    return side < SIDE_N ? side : SIDE_PROXY;
}
