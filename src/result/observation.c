#include "finwait/observation.h"

#include <stddef.h>

/* What is told beside the states. */
static const struct told {
    const char *name;
    size_t offset;
} told[] = {
#define X(name, about) {#name, offsetof(struct observation, name)},
    SOCKETS_TOLD(X)
#undef X
};

const char *observation_column(unsigned column)
{
    return column < TCP_STATE_N ? tcp_state_name((enum tcp_state)column)
                                : told[column - TCP_STATE_N].name;
}

uint32_t *observation_cell(struct observation *observation, unsigned column)
{
    return column < TCP_STATE_N ? &observation->state[column]
                                : (void *)((char *)observation + told[column - TCP_STATE_N].offset);
}

bool observation_ever(struct observation *observations, size_t count, unsigned column)
{
    for (size_t i = 0; i < count; i++) {
        if (*observation_cell(&observations[i], column) != 0) {
            return true;
        }
    }
    return false;
}
