#include "finwait/tcp_state.h"

#include <stddef.h>
#include <string.h>

static const char *const names[TCP_STATE_N] = {
#define X(id, number, name) [id] = (name),
    TCP_STATES(X)
#undef X
};

const char *tcp_state_name(enum tcp_state state)
{
    return (unsigned)state < TCP_STATE_N ? names[state] : NULL;
}

enum tcp_state tcp_state_find(const char *name)
{
    for (unsigned state = 1; state < TCP_STATE_N; state++) {
        if (strcmp(names[state], name) == 0) {
            return (enum tcp_state)state;
        }
    }
    return (enum tcp_state)0;
}
