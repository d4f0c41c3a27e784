#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "finwait/error.h"

enum {
    WORD_MAX = 64, /* longer words have no nearest spelling */
    EDITS_MAX = 3,
};

static size_t lesser(size_t a, size_t b)
{
    return a < b ? a : b;
}

/*
 * Levenshtein distance in which a swap of neighbours ("colse"), the commonest slip of all, is one
 * edit too ("optimal string alignment").  Of the table only the last three rows are kept.
 */
static size_t edit_distance(const char *a, const char *b)
{
    size_t rows[3][WORD_MAX + 1];
    size_t length = strlen(b);
    size_t i = 0;

    for (size_t j = 0; j <= length; j++) {
        rows[0][j] = j;
    }
    while (a[i++] != '\0') {
        const size_t *before = rows[(i + 1) % 3]; /* two rows back */
        const size_t *above = rows[(i - 1) % 3];
        size_t *row = rows[i % 3];
        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            row[j] = lesser(above[j], row[j - 1]) + 1;
            row[j] = lesser(row[j], above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = lesser(row[j], before[j - 2] + 1);
            }
        }
    }
    return rows[(i - 1) % 3][length];
}

const char *nearest_spelling(const char *word, const char *const *candidates, size_t count)
{
    size_t length = strlen(word);
    size_t best = lesser(length / 3, EDITS_MAX) + 1;
    const char *nearest = NULL;

    if (length > WORD_MAX) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        size_t other = candidates[i] != NULL ? strlen(candidates[i]) : SIZE_MAX;
        /* It takes at least as many edits as it is longer or shorter. */
        if (other > WORD_MAX || other + best <= length || length + best <= other) {
            continue;
        }
        size_t distance =
            strcasecmp(word, candidates[i]) == 0 ? 0 : edit_distance(word, candidates[i]);
        if (distance < best) {
            best = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}
