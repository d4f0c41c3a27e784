#include "finwait/program.h"

/* By enum connect_until. */
const char *const connect_words[] = {"", "hello", "flight", "partial", NULL};

/* By enum send_part. */
const char *const send_words[] = {"", "head", "rest", NULL};

const struct step_info step_table[STEP_OP_N] = {
#define X(id, stem, name, arg, traits, sends, about, source)                                       \
    [STEP_##id] = {name, STEP_TAKES_##arg, traits, sends, about, source},
    STEPS(X)
#undef X
};
