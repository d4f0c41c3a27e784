#include <string.h>

#include "finwait/named.h"
#include "parts.h"

void word_append_new(struct words *words, const char *word)
{
    if (NAMED(word, words->item, words->count) == NULL) {
        words_add(words, word);
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

size_t trials_unmet(const struct comparison *comparison, size_t variant, const char *text)
{
    size_t count = 0;

    for (size_t i = 0; i < comparison->trial_count; i++) {
        const struct comparison_trial *trial = &comparison->trial[i];
        for (size_t j = 0; trial->variant == variant && j < trial->unmet.count; j++) {
            count += strcmp(trial->unmet.item[j], text) == 0;
        }
    }
    return count;
}
