#ifndef FINWAIT_INFERENCE_H
#define FINWAIT_INFERENCE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether a variant differs from a baseline, from few measurements of each, without a word on how
 * they are distributed.  Pure functions; no call fails (memory: grow.h).  Values that are not
 * finite stand for what was not measured and are left out, in pairs with their partner.
 *
 * Sources: F. Wilcoxon, Biometrics Bulletin 1 (1945) 80; H. B. Mann and D. R. Whitney, Annals of
 * Mathematical Statistics 18 (1947) 50; J. W. Pratt, Journal of the American Statistical
 * Association 54 (1959) 655; J. L. Hodges and E. L. Lehmann, Annals of Mathematical Statistics 34
 * (1963) 598; S. Holm, Scandinavian Journal of Statistics 6 (1979) 65; D. J. Schuirmann, Journal of
 * Pharmacokinetics and Biopharmaceutics 15 (1987) 657 (equivalence); M. Hollander, D. A. Wolfe and
 * E. Chicken, Nonparametric Statistical Methods (3rd ed. 2014), chapters 3 and 4.  Without ties the
 * figures are those of wilcox.test(conf.int = TRUE) of R.
 */

struct inference {
    size_t n;          /* pairs in use; unpaired: the values of the smaller sample */
    double difference; /* variant - baseline after Hodges and Lehmann, in the values' unit; NAN: n =
                          0 */
    double low, high;  /* the difference's confidence interval, both ends within it */
    double p;       /* of no difference, two-sided: twice the lesser tail, at most 1; NAN: n = 0 */
    double least_p; /* what p is where all differences have one sign: ties and zeros raise it */
    bool exact;     /* p comes of the exact distribution, not of the normal approximation */
    bool bounded;   /* false: n is too small for that confidence, and the interval is all numbers */
};

/*
 * Pairs, value by value: Wilcoxon's signed ranks.  Differences of nothing are ranked and then left
 * out (Pratt); equal ones share their mean rank; given those, every distribution of signs is as
 * likely, and all are counted up to 50 pairs.  Beyond, the normal approximation with correction for
 * continuity.  The difference is the median of the Walsh averages, and the interval is cut from
 * them, with `confidence` (0.95) or a little more; ties only widen what it covers.
 * What it takes for granted: that differences are as likely to lie above their middle as below, by
 * as much, which the random order of variants in each round gives where nothing differs.
 */
void infer_paired(size_t n, const double *baseline, const double *variant, double confidence,
                  struct inference *out);

/*
 * Two samples of their own, `n` and `m` values: Mann and Whitney's rank sum; mean ranks for ties,
 * given which every choice of ranks is as likely, and all are counted while that is quick (50 and
 * 50; 10 and 400).  Beyond, as above.  The difference is the median of all of variant - baseline,
 * and the interval is cut from them.
 * What it takes for granted: the values are independent.  Of results measured on two days it tells
 * that the days differ, for whatever reason.
 */
void infer_unpaired(size_t n, const double *baseline, size_t m, const double *variant,
                    double confidence, struct inference *out);

/*
 * The same of variant / baseline, for rates and durations, whose noise grows with them: the ranks
 * are those of logarithms, `difference`, `low` and `high` are ratios less 1 (0.05: 5 % more).
 * False, and *out untouched, where a value is not above 0.
 */
bool infer_paired_ratio(size_t n, const double *baseline, const double *variant, double confidence,
                        struct inference *out);
bool infer_unpaired_ratio(size_t n, const double *baseline, size_t m, const double *variant,
                          double confidence, struct inference *out);

/*
 * Holm's correction for looking at `n` of them, in place: p[i] <= alpha then is called wrongly, for
 * any i, at most so often, however they hang together.  Never below the p it was, nor above 1; NAN
 * is left out, and does not count.  So may be, as NAN, what cannot be called at alpha whatever its
 * signs (least_p > alpha): the rest then need less (R. E. Tarone, Biometrics 46 (1990) 515).
 */
void infer_holm(size_t n, double *p);

/*
 * The fewest pairs whose p can be as low as `alpha`: 6 for 0.05.  Under Holm the least of k figures
 * must get to alpha / k: 10 pairs do for up to 25 figures at 0.05, 11 for 51, 12 for 102.
 * SIZE_MAX: alpha is not above 0.
 *
 * What so few can find: with 20 figures, +5 % in one of them where the differences of pairs scatter
 * by 2 % (a standard deviation), is found by 10 pairs in 94 of 100 comparisons; where each value
 * does, their differences by 2.8 %, in 68 of 100, by 12 pairs in 93.
 */
size_t infer_least_pairs(double alpha);

/*
 * The smallest difference that could have been seen, in the unit of `difference`: one as large as
 * the longer arm of the interval, for such an interval about it just clears 0.  INFINITY: none, n
 * is too small.  A true difference of this size is seen every other time; one of 1.5 times it,
 * four times in five.  `it` is to be asked at the confidence that the verdict needs: under Holm
 * over k figures 1 - alpha / k.
 */
double infer_detectable(const struct inference *it);

/*
 * Whether the whole interval lies within +-`margin` (in the unit of `difference`), and off its
 * ends: where the true difference is the margin or more, an interval of confidence c says so at
 * most (1 - c) / 2 of the time.  A 90 % interval would do for 5 % (Schuirmann's two one-sided
 * tests); finwait asks the 95 % interval that it prints, and is wrong in 2.5 % at the most.
 */
bool infer_equivalent(const struct inference *it, double margin);

/* How values lie, in their unit: quartiles interpolated (quantile() of R, type 7); NAN: n = 0. */
struct spread {
    size_t n; /* finite ones */
    double median, low_quartile, high_quartile, least, most;
};
void spread_of(size_t n, const double *value, struct spread *out);

#endif
