#include "finwait/grow.h"
#include "parts.h"

const char *check_word(enum comparison_end end)
{
    static const char *const words[COMPARISON_END_N] = {
        [COMPARISON_HELD] = "PASS",
        [COMPARISON_FAILED] = "FAIL",
        [COMPARISON_MISSING] = "UNMEASURED",
        [COMPARISON_BLIND] = "COULD NOT FAIL",
    };

    return words[end];
}

void check_add(struct comparison *comparison, size_t variant, const char *text,
               enum comparison_end end, char *why)
{
    comparison->check =
        grow_by_one(comparison->check, comparison->check_count, sizeof *comparison->check);
    comparison->check[comparison->check_count++] = (struct comparison_check){
        .variant = variant, .text = grow_text(text), .end = end, .why = why};
}

static void check_expectation(struct comparison *comparison, size_t variant, const char *text)
{
    size_t unmet = trials_unmet(comparison, variant, text);
    size_t trials = trials_of(comparison, variant);

    if (unmet > 0) {
        check_add(comparison, variant, text, COMPARISON_FAILED,
                  grow_format("did not hold in %zu of %zu trials", unmet, trials));
    } else if (trials == 0) {
        check_add(comparison, variant, text, COMPARISON_MISSING, grow_text("no trial is left"));
    } else {
        check_add(comparison, variant, text, COMPARISON_HELD, NULL);
    }
}

void check_expectations(struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->variant_count; i++) {
        struct words known = {0}; /* a file of an earlier finwait has those alone that failed */
        const struct words *expected = &comparison->variant[i].expected;

        for (size_t j = 0; j < expected->count; j++) {
            word_append_new(&known, expected->item[j]);
        }
        for (size_t j = 0; j < comparison->trial_count; j++) {
            const struct comparison_trial *trial = &comparison->trial[j];
            for (size_t k = 0; trial->variant == i && k < trial->unmet.count; k++) {
                word_append_new(&known, trial->unmet.item[k]);
            }
        }
        for (size_t j = 0; j < known.count; j++) {
            check_expectation(comparison, i, known.item[j]);
        }
        words_fini(&known);
    }
}
