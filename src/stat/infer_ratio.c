#include <math.h>
#include <stdlib.h>

#include "finwait/grow.h"
#include "ranks.h"

/* NULL: a value has no logarithm. */
static double *logarithms(size_t n, const double *value)
{
    double *log_of = grow_new(n, sizeof *log_of);

    for (size_t i = 0; i < n; i++) {
        if (value[i] <= 0) {
            free(log_of);
            return NULL;
        }
        log_of[i] = log(value[i]);
    }
    return log_of;
}

static bool infer_logarithms(size_t n, const double *baseline, size_t m, const double *variant,
                             double confidence, bool paired, struct inference *out)
{
    double *from = logarithms(n, baseline);
    double *to = logarithms(m, variant);
    bool have = from != NULL && to != NULL;

    if (have && paired) {
        infer_paired(n, from, to, confidence, out);
    } else if (have) {
        infer_unpaired(n, from, m, to, confidence, out);
    }
    if (have) {
        out->difference = expm1(out->difference);
        out->low = out->bounded ? expm1(out->low) : -INFINITY;
        out->high = expm1(out->high);
    }
    free(from);
    free(to);
    return have;
}

bool infer_paired_ratio(size_t n, const double *baseline, const double *variant, double confidence,
                        struct inference *out)
{
    return infer_logarithms(n, baseline, n, variant, confidence, true, out);
}

bool infer_unpaired_ratio(size_t n, const double *baseline, size_t m, const double *variant,
                          double confidence, struct inference *out)
{
    return infer_logarithms(n, baseline, m, variant, confidence, false, out);
}
