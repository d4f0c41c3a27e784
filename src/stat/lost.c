#include "finwait/lost.h"

#include <stddef.h>

static const char *const names[LOST_N] = {
#define X(id, name, about) [id] = (name),
    LOSSES(X)
#undef X
};

const char *lost_name(enum lost_how how)
{
    return (unsigned)how < LOST_N ? names[how] : NULL;
}
