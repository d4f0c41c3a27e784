#ifndef FINWAIT_STAT_RANKS_H
#define FINWAIT_STAT_RANKS_H

#include <stdbool.h>
#include <stddef.h>

#include "finwait/inference.h"

/* A copy of the finite of `n` values, in order; free() it. */
double *sorted_finite(size_t n, const double *value, size_t *finite);
void sort_values(size_t n, double *value);

/* The ranks of sorted values, twice each, so that the mean ranks of ties are whole. */
void ranks_doubled(size_t n, const double *sorted, size_t *rank);

/* The same of `n` values of which no two are equal; free() it. */
size_t *ranks_untied(size_t n);

/* A sum of doubled ranks where nothing differs. */
struct null {
    size_t least, most; /* the sums there are */
    double
        *chance; /* of each from 0 to `most`; NULL: not counted, the normal distribution serves */
    double mean, deviation;
};

/* Of ranks each of which is in the sum or not, by the toss of a coin. */
struct null null_of_signs(size_t n, const size_t *rank, bool counted);

/* Of `picked` among `n` ranks, any as likely as any. */
struct null null_of_picks(size_t picked, size_t n, const size_t *rank);

/* The p of a sum, the least there is, and whether they are counted. */
void infer_p(const struct null *null, size_t seen, struct inference *out);

/* How many values from either end of the ordered averages or differences make the ends of an
 * interval of `confidence`, by their null without ties; 0: there are too few. */
size_t null_cut(const struct null *null, double confidence);
void null_free(struct null *null);

/* All sums of one of `a` and one of `b`, both sorted. */
struct sums {
    size_t n;
    const double *a;
    size_t m;
    const double *b;
    bool once; /* a is b, and each pair of places (one with itself too) counts once */
};

/* What is known of nothing. */
extern const struct inference infer_nothing;

/* The median of the sums, which are not none, and the interval that `cut` leaves of them. */
void infer_from_sums(const struct sums *sums, size_t cut, struct inference *out);

#endif
