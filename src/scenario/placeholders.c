#include <stdbool.h>
#include <string.h>

#include "finwait/error.h"
#include "finwait/placeholder.h"

enum {
    WORD_MAX = 32,
    SHORTEST = 3, /* letters that tell a word by its beginning */
};

const char *const placeholder_names[PLACE_N] = {
#define X(id, name) name,
    PLACEHOLDERS(X)
#undef X
};

static enum placeholder find(const char *word)
{
    enum placeholder place = 0;

    while (place < PLACE_N && strcmp(placeholder_names[place], word) != 0) {
        place++;
    }
    return place;
}

/* {addr} and {output}: one begins as the other. */
static enum placeholder find_begun(const char *word)
{
    for (enum placeholder place = 0; place < PLACE_N; place++) {
        size_t a = strlen(word);
        size_t b = strlen(placeholder_names[place]);
        size_t both = a < b ? a : b;

        if (both >= SHORTEST && strncmp(word, placeholder_names[place], both) == 0) {
            return place;
        }
    }
    return PLACE_N;
}

static enum placeholder find_near(const char *word)
{
    const char *near = nearest_spelling(word, placeholder_names, PLACE_N);

    return near != NULL ? find(near) : find_begun(word);
}

enum placeholder placeholder_at(const char *word, const char *at, size_t *length,
                                enum placeholder *meant)
{
    bool others = at > word && (at[-1] == '$' || at[-1] == '%');
    size_t letters = at[0] == '{' && !others ? strspn(at + 1, "abcdefghijklmnopqrstuvwxyz-") : 0;
    char name[WORD_MAX] = "";

    *length = 0;
    *meant = PLACE_N;
    if (letters == 0 || letters >= sizeof name || at[letters + 1] != '}') {
        return PLACE_N;
    }
    memcpy(name, at + 1, letters);
    enum placeholder place = find(name);
    *meant = place == PLACE_N ? find_near(name) : PLACE_N;
    *length = place != PLACE_N || *meant != PLACE_N ? letters + 2 : 0;
    return place;
}
