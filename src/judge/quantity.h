#ifndef FINWAIT_JUDGE_QUANTITY_H
#define FINWAIT_JUDGE_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "finwait/result.h"

/* What a number measures, seconds^seconds × bytes^bytes: counts are {0, 0}, rates {-1, 0}. */
struct dimension {
    int seconds, bytes;
};

/* A unit as it is written behind a number, which is worth times / over of it.  Divided, not
 * multiplied by a fraction: 40us is then the very double that 40000 ns / 1e9 is. */
struct unit {
    const char *name;
    double times, over;
    enum quantity of;
};

/* NULL: the first `length` characters of `name` are no unit. */
const struct unit *quantity_unit(const char *name, size_t length);

struct dimension quantity_dimension(enum quantity quantity);

/* What the metric `name` measures.  It exists. */
enum quantity quantity_of_metric(const char *name);

/* False: nothing that is measured has this dimension. */
bool quantity_find(struct dimension dimension, enum quantity *quantity);

/* How people call it ("a time"), a unit of it to propose ("ms"), and all there are. */
struct quantity_words {
    const char *article, *example, *units;
};
const struct quantity_words *quantity_words(enum quantity quantity);

#endif
