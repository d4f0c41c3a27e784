#include <string.h>

#include "finwait/kernel_sysctl.h"
#include "finwait/named.h"
#include "finwait/side.h"
#include "options.h"

/* What to say of a path that names no option. */

/* The options' names at one level of the tree. */
struct branch {
    char map[64]; /* "load", or "" for the top */
    size_t count;
    const char *names[OPTION_MAX];
    char text[OPTION_MAX][32];
};

static void add_name(struct branch *branch, const char *name)
{
    char *text = branch->text[branch->count];

    snprintf(text, sizeof branch->text[0], "%.*s", (int)strcspn(name, "."), name);
    if (NAMED(text, branch->names, branch->count) == NULL) {
        branch->names[branch->count++] = text;
    }
}

/* The deepest map on the way along `path`, and the names in it.  Returns the rest of `path`. */
static const char *find_branch(struct branch *branch, const char *path)
{
    const char *rest = path;

    branch->map[0] = '\0';
    branch->count = 0;
    for (const char *dot = strchr(path, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
        char map[sizeof branch->map];
        snprintf(map, sizeof map, "%.*s", (int)(dot - path), path);
        if ((size_t)(dot - path) >= sizeof map || !option_is_map(map)) {
            break;
        }
        memcpy(branch->map, map, sizeof map);
        rest = dot + 1;
    }
    for (size_t i = 0; i < option_count(); i++) {
        const char *name = option_below(branch->map, option_at(i)->path);
        if (name != NULL) {
            add_name(branch, name);
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

static void list_names(const struct branch *branch, struct error *error)
{
    char list[sizeof error->hint] = "";
    size_t length = 0;

    for (size_t i = 0; i < branch->count && length < sizeof list; i++) {
        length += (size_t)snprintf(list + length, sizeof list - length, "%s%s", i > 0 ? ", " : "",
                                   branch->names[i]);
    }
    if (branch->map[0] != '\0') {
        error_hint(error, "%s has %s", branch->map, list);
    } else {
        error_hint(error, "the options are %s", list);
    }
}

/* ---- a sysctl without its side, or without its map ---- */

/* The sysctl that is the last of `path`, behind a side or not and behind "sysctl" or not: "" where
 * it stops at a map of those; NULL: it names none. */
static const char *find_sysctl(const char *path, const char **side)
{
    const char *rest = path;

    *side = NULL;
    for (int i = 0; i < SIDE_N; i++) {
        const char *of = i == SIDE_CLIENT ? "client" : "server";
        const char *after = option_below(of, path);
        if (after != NULL) {
            *side = of;
            rest = after;
        }
    }
    if (strcmp(rest, "sysctl") == 0 || strcmp(rest, "net") == 0) {
        return "";
    }
    const char *named = option_below("sysctl", rest);
    rest = named != NULL ? named : rest;
    if (strncmp(rest, "net.", strlen("net.")) == 0) {
        return sysctl_named(rest) == NULL && sysctl_meant(rest) != NULL ? sysctl_meant(rest) : rest;
    }
    if (sysctl_retired(rest) != NULL) {
        return sysctl_retired(rest)->name;
    }
    return sysctl_named(rest) != NULL ? sysctl_named(rest)->name : NULL;
}

static bool is_sysctl(const char *path, struct error *error)
{
    const char *side;
    const char *name = find_sysctl(path, &side);

    if (name == NULL) {
        return false;
    }
    if (sysctl_retired(name) != NULL) {
        sysctl_check_scope(name, error);
        return true;
    }
    const char *dot = name[0] != '\0' ? "." : "";
    error_set(error, STATUS_USAGE, "unknown option \"%.80s\": a sysctl is one host's", path);
    if (side != NULL) {
        error_hint(error, "did you mean %s.sysctl%s%s?", side, dot, name);
    } else {
        error_hint(error, "did you mean client.sysctl%s%s, server.sysctl%s%s?", dot, name, dot,
                   name);
    }
    return true;
}

int option_unknown(const char *path, struct error *error)
{
    if (is_sysctl(path, error)) {
        return -1;
    }
    struct branch branch;
    const char *word = find_branch(&branch, path);
    const char *near = nearest_spelling(word, branch.names, branch.count);
    const char *elsewhere = near == NULL ? find_elsewhere(word) : NULL;

    if (branch.map[0] != '\0') {
        error_set(error, STATUS_USAGE, "unknown option \"%.80s\" in %s", word, branch.map);
    } else {
        error_set(error, STATUS_USAGE, "unknown option \"%.80s\"", word);
    }
    if (near != NULL) {
        error_hint(error, "did you mean \"%s\"?", near);
    } else if (elsewhere != NULL) {
        error_hint(error, "did you mean %s?", elsewhere);
    } else {
        list_names(&branch, error);
    }
    return -1;
}
