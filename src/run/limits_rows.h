#ifndef RUN_LIMITS_ROWS_H
#define RUN_LIMITS_ROWS_H

#include "limits_scene.h"

/* One limit of a side, or with SIDE_N of all: fills in what `limit` says.  False: there is none. */
typedef bool limits_look_fn(const struct limits_scene *scene, enum side side, struct limit *limit);

#define X(id, stem, ...) limits_look_fn limit_##stem;
LIMITS(X)
#undef X

#endif
