#include <math.h>
#include <stdlib.h>

#include "finwait/grow.h"
#include "parts.h"

/* Differences first, whichever way, then what could not be told; as they were within each. */
static void sort_rows(struct comparison *comparison)
{
    static const unsigned rank[COMPARISON_VERDICT_N] = {
        [COMPARISON_HIGHER] = 0,        [COMPARISON_LOWER] = 0, [COMPARISON_NOT_SEEN] = 1,
        [COMPARISON_NO_DIFFERENCE] = 2, [COMPARISON_EQUAL] = 3, [COMPARISON_UNMEASURED] = 4,
    };
    struct comparison_row *sorted = grow_new(comparison->row_count, sizeof *sorted);
    size_t count = 0;

    for (unsigned wanted = 0; wanted <= 4; wanted++) {
        for (size_t i = 0; i < comparison->row_count; i++) {
            if (rank[comparison->row[i].verdict] == wanted) {
                sorted[count++] = comparison->row[i];
            }
        }
    }
    free(comparison->row);
    comparison->row = sorted;
}

void comparison_judge(struct comparison *comparison, const struct comparison_terms *terms)
{
    struct selection selection;

    comparison_forget(comparison);
    comparison->margin = terms->margin;
    differs_find(comparison);
    select_metrics(&selection, comparison, terms);
    for (size_t i = 0; i < comparison->variant_count; i++) {
        if (i != comparison->baseline) {
            verdict_rows(comparison, i, &selection);
        }
    }
    select_fini(&selection);
    sort_rows(comparison);
    fail_if_judge(comparison, terms);
    check_expectations(comparison);
    teach(comparison);
}

double comparison_widest(const struct comparison *comparison)
{
    double widest = comparison->row_count == 0 ? INFINITY : 0;

    for (size_t i = 0; i < comparison->row_count; i++) {
        const struct comparison_row *row = &comparison->row[i];
        double middle = fabs(row->baseline);
        if (!row->has_p || !(middle > 0)) {
            continue; /* exact, unmeasured, or nothing to take a share of */
        }
        double width = row->has_interval ? (row->high - row->low) / 2 / middle : INFINITY;
        widest = width > widest ? width : widest;
    }
    return widest;
}
