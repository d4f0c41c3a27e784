#ifndef FINWAIT_WORDS_H
#define FINWAIT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* The words of a command: what execvp(3) takes, NULL behind the last of them. */
struct words {
    size_t count;
    char **item; /* owned; NULL: none */
};

/* Append a copy of `word`. */
void words_add(struct words *words, const char *word);

void words_fini(struct words *words);

/*
 * Append the words of `text`, split as sh(1) does: blanks between them, quotes and backslashes, and
 * nothing is expanded.  Returns NULL, or what is wrong with it (static).
 */
const char *words_split(struct words *words, const char *text);

/* One text that words_split makes these words of, to be freed. */
char *words_join(const struct words *words);

#endif
