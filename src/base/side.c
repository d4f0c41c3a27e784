#include "finwait/side.h"

const char *side_name(enum side side)
{
    return side == SIDE_CLIENT ? "client" : "server";
}

enum side side_peer(enum side side)
{
    return side == SIDE_CLIENT ? SIDE_SERVER : SIDE_CLIENT;
}
