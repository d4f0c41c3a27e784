#include <stddef.h>

#include "finwait/role.h"

const struct role_kind *const role_kinds[] = {&role_command, &role_workers, NULL};
