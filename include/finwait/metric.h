#ifndef FINWAIT_METRIC_H
#define FINWAIT_METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * The names of the numbers of a result.  A metric's name is a pattern of the table with its
 * <…> parts filled in, e.g. "<side>.<state>.peak" → "server.time_wait.peak".
 */

struct metric_info {
    const char *pattern; /* "latency.connect.p99" is covered by "latency.<latency>.<quantile>" */
    const char *unit;    /* "sockets", "connections", "s", "1/s", "socket·s" … */
    const char *about;
};

extern const struct metric_info metric_table[];
extern const size_t metric_count;

/*
 * The row that `name` fills in, or NULL.  A <name> of a counter or ERRNO matches any word of
 * the right form; whether it was measured only the result knows.
 */
const struct metric_info *metric_find(const char *name);

/* What stands in a metric's name for a <…> of its pattern. */
struct metric_part {
    const char *placeholder; /* "<state>" */
    const char *word;        /* in the name, not to its end */
    size_t length;
};
#define METRIC_PARTS 4

/* The row that `name` fills in, its parts in their order in part[] and *count of them; or NULL. */
const struct metric_info *metric_take_apart(const char *name, struct metric_part *part,
                                            size_t *count);

/*
 * The <…> of the patterns that stand for one of a few words: number `index` ("<state>"), with
 * its words in `text`, separated by blanks.  NULL beyond the last.
 */
const char *metric_placeholder(size_t index, char *text, size_t size);

/* The valid spelling nearest to `name` into `text` ("" when none is near).  Returns `text`. */
char *metric_nearest(char *text, size_t size, const char *name);

/*
 * Of a metric that was not measured, the one that was probably meant into `text`: any counter can
 * be named, so a misspelt one shows only by its absence.  "" unless `name` is of a counter that
 * kernel_counter.h does not have and near one that it has.  Returns `text`.
 */
char *metric_meant(char *text, size_t size, const char *name);

#endif
