#include <string.h>

#include "options.h"

/* What to say of a path that names no option. */

/* The options' names at one level of the tree. */
struct level {
    char map[64]; /* "load", or "" for the top */
    size_t count;
    const char *names[OPTION_MAX];
    char text[OPTION_MAX][32];
};

/* The part of `path` below `map`, or NULL. */
static const char *below(const char *path, const char *map)
{
    size_t length = strlen(map);

    if (length == 0) {
        return path;
    }
    return strncmp(path, map, length) == 0 && path[length] == '.' ? path + length + 1 : NULL;
}

static void add_name(struct level *level, const char *name)
{
    char *text = level->text[level->count];

    snprintf(text, sizeof level->text[0], "%.*s", (int)strcspn(name, "."), name);
    for (size_t i = 0; i < level->count; i++) {
        if (strcmp(level->names[i], text) == 0) {
            return;
        }
    }
    level->names[level->count++] = text;
}

/* The deepest map on the way along `path`, and the names in it.  Returns the rest of `path`. */
static const char *find_level(struct level *level, const char *path)
{
    const char *rest = path;

    level->map[0] = '\0';
    level->count = 0;
    for (const char *dot = strchr(path, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
        char map[sizeof level->map];
        snprintf(map, sizeof map, "%.*s", (int)(dot - path), path);
        if ((size_t)(dot - path) >= sizeof map || !option_is_map(map)) {
            break;
        }
        memcpy(level->map, map, sizeof map);
        rest = dot + 1;
    }
    for (size_t i = 0; i < option_count(); i++) {
        const char *name = below(option_at(i)->path, level->map);
        if (name != NULL) {
            add_name(level, name);
        }
    }
    return rest;
}

/* An option of that name, or nearly so, in another map: "connection" → "load.connections". */
static const char *find_elsewhere(const char *name)
{
    const char *names[OPTION_MAX];
    size_t count = option_count();
    const char *near;

    for (size_t i = 0; i < count; i++) {
        const char *dot = strrchr(option_at(i)->path, '.');
        names[i] = dot != NULL ? dot + 1 : NULL;
    }
    near = nearest_spelling(name, names, count);
    for (size_t i = 0; near != NULL && i < count; i++) {
        if (names[i] == near) {
            return option_at(i)->path;
        }
    }
    return NULL;
}

static void list_names(const struct level *level, struct error *error)
{
    char list[sizeof error->hint] = "";
    size_t length = 0;

    for (size_t i = 0; i < level->count && length < sizeof list; i++) {
        length += (size_t)snprintf(list + length, sizeof list - length, "%s%s", i > 0 ? ", " : "",
                                   level->names[i]);
    }
    if (level->map[0] != '\0') {
        error_hint(error, "%s has %s", level->map, list);
    } else {
        error_hint(error, "the options are %s", list);
    }
}

int option_unknown(const char *path, struct error *error)
{
    struct level level;
    const char *word = find_level(&level, path);
    const char *near = nearest_spelling(word, level.names, level.count);
    const char *elsewhere = near == NULL ? find_elsewhere(word) : NULL;

    if (level.map[0] != '\0') {
        error_set(error, STATUS_USAGE, "unknown option \"%.80s\" in %s", word, level.map);
    } else {
        error_set(error, STATUS_USAGE, "unknown option \"%.80s\"", word);
    }
    if (near != NULL) {
        error_hint(error, "did you mean \"%s\"?", near);
    } else if (elsewhere != NULL) {
        error_hint(error, "did you mean %s?", elsewhere);
    } else {
        list_names(&level, error);
    }
    return -1;
}
