#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "ranks.h"

/* Sorted values. */
struct sample {
    size_t n;
    double *value;
};

static struct null null_untied(size_t picked, size_t n)
{
    size_t *rank = ranks_untied(n);
    struct null null = null_of_picks(picked, n, rank);

    free(rank);
    return null;
}

/* The ranks of both samples' values, and their sum over those of `fewer`. */
static size_t rank_together(const struct sample *fewer, const struct sample *more, size_t *rank)
{
    size_t n = fewer->n + more->n;
    double *all = grow_new(n, sizeof *all);
    size_t sum = 0;
    size_t place = 0;

    memcpy(all, fewer->value, fewer->n * sizeof *all);
    memcpy(all + fewer->n, more->value, more->n * sizeof *all);
    sort_values(n, all);
    ranks_doubled(n, all, rank);
    for (size_t i = 0; i < fewer->n; i++) {
        while (all[place] < fewer->value[i]) {
            place++;
        }
        sum += rank[place];
    }
    free(all);
    return sum;
}

static void rank_sum_p(const struct sample *fewer, const struct sample *more, struct inference *out)
{
    size_t n = fewer->n + more->n;
    size_t *rank = grow_new(n, sizeof *rank);
    size_t sum = rank_together(fewer, more, rank);
    struct null null = null_of_picks(fewer->n, n, rank);

    out->n = fewer->n;
    infer_p(&null, sum, out);
    null_free(&null);
    free(rank);
}

void infer_unpaired(size_t n, const double *baseline, size_t m, const double *variant,
                    double confidence, struct inference *out)
{
    struct sample first = {0, NULL};
    struct sample second = {0, NULL};

    first.value = sorted_finite(n, baseline, &first.n);
    second.value = sorted_finite(m, variant, &second.n);
    *out = infer_nothing;
    if (first.n > 0 && second.n > 0) {
        bool less = first.n <= second.n;
        rank_sum_p(less ? &first : &second, less ? &second : &first, out);
        struct null null = null_untied(out->n, first.n + second.n);
        /* All of second - first: in order as sums once the first are turned round. */
        for (size_t i = 0; i < (first.n + 1) / 2; i++) {
            double low = first.value[i];
            first.value[i] = -first.value[first.n - 1 - i];
            first.value[first.n - 1 - i] = -low;
        }
        struct sums differences = {second.n, second.value, first.n, first.value, false};
        infer_from_sums(&differences, null_cut(&null, confidence), out);
        null_free(&null);
    }
    free(first.value);
    free(second.value);
}
