#ifndef FINWAIT_RESULT_FINDINGS_H
#define FINWAIT_RESULT_FINDINGS_H

#include <stdbool.h>

#include "finwait/result.h"
#include "finwait/units.h"

/* Add a finding: a sentence. */
void findings_add(struct result *result, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A number in a sentence: FIGURE(5000) is "5,000".  Lives until the end of the block. */
#define FIGURE(value) units_human_count((char[UNITS_TEXT]){0}, UNITS_TEXT, (double)(value))

/* The word that goes with a number. */
#define PLURAL(value, one, many) ((uint64_t)(value) == 1 ? (one) : (many))

/* What a number should be: anything from low to high, give or take `share` of it and two. */
struct foreseen {
    double low, high;
    double share;
};
bool findings_differ(double seen, struct foreseen foreseen);

/* Where what was seen in the end is not what was predicted (findings_model.c). */
void findings_model(struct result *result);

#endif
