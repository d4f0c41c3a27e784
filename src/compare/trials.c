#include "finwait/grow.h"
#include "parts.h"

void word_append(struct words *words, const char *word)
{
    if (words_add(words, word) != 0) {
        grow_failed();
    }
}

bool trial_counts(const struct comparison_trial *trial)
{
    return trial->why == NULL;
}

size_t trials_of(const struct comparison *comparison, size_t variant)
{
    size_t count = 0;

    for (size_t i = 0; i < comparison->trial_count; i++) {
        const struct comparison_trial *trial = &comparison->trial[i];
        count += trial->variant == variant && trial_counts(trial);
    }
    return count;
}
