#include "finwait/words.h"

#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"

void words_add(struct words *words, const char *word)
{
    words->item = grow_to(words->item, words->count + 2, sizeof *words->item);
    words->item[words->count++] = grow_text(word);
    words->item[words->count] = NULL;
}

void words_fini(struct words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        free(words->item[i]);
    }
    free(words->item);
    *words = (struct words){0};
}

/* ---- apart ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

/* A backslash is one of its own within single quotes, and within double ones before most. */
static bool escapes(const char *at, char quote)
{
    return *at == '\\' && quote != '\'' && (quote == '\0' || strchr("\\\"$`\n", at[1]) != NULL);
}

/* One word from *at on, which moves behind it, into `word`, which has room for all. */
static const char *take_word(const char **at, char *word)
{
    char quote = '\0';

    for (; **at != '\0' && (quote != '\0' || !is_blank(**at)); ++*at) {
        if (escapes(*at, quote)) {
            if (*++*at == '\0') {
                return "a backslash at its end";
            }
            if (**at != '\n') { /* a line that goes on */
                *word++ = **at;
            }
        } else if (quote == '\0' && (**at == '\'' || **at == '"')) {
            quote = **at;
        } else if (**at == quote) {
            quote = '\0';
        } else {
            *word++ = **at;
        }
    }
    *word = '\0';
    return quote == '\0' ? NULL : "a quote that is not closed";
}

const char *words_split(struct words *words, const char *text)
{
    char *word = grow_bytes(strlen(text) + 1);
    const char *fault = NULL;

    for (;;) {
        while (is_blank(*text) || (text[0] == '\\' && text[1] == '\n')) {
            text++;
        }
        if (fault != NULL || *text == '\0') {
            break;
        }
        fault = take_word(&text, word);
        if (fault == NULL) {
            words_add(words, word);
        }
    }
    free(word);
    return fault;
}

/* ---- together ---- */

static bool is_bare(const char *word)
{
    return word[0] != '\0' &&
           word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "0123456789_-+=./:,@%^{}")] == '\0';
}

/* Between single quotes, where only those need more. */
static char *put_quoted(char *to, const char *word)
{
    *to++ = '\'';
    for (; *word != '\0'; word++) {
        to = *word == '\'' ? stpcpy(to, "'\\''") : (*to = *word, to + 1);
    }
    *to++ = '\'';
    *to = '\0';
    return to;
}

char *words_join(const struct words *words)
{
    size_t room = 1;

    for (size_t i = 0; i < words->count; i++) {
        room += 4 * strlen(words->item[i]) + 3;
    }
    char *text = grow_bytes(room);
    char *to = text;
    *to = '\0';
    for (size_t i = 0; i < words->count; i++) {
        to = stpcpy(to, i > 0 ? " " : "");
        to = is_bare(words->item[i]) ? stpcpy(to, words->item[i]) : put_quoted(to, words->item[i]);
    }
    return text;
}
