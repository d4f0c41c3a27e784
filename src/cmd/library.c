#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "finwait/order.h"

static bool is_file(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && !S_ISDIR(status.st_mode);
}

/*
 * The scenarios that ship: where they are looked for, the first place that has them.  Somebody
 * else's `configs` has none of ours.
 */
static const char *library_directory(void)
{
    static const char *const places[] = {"configs", FINWAIT_INSTALLED_CONFIGS,
                                         FINWAIT_SOURCE_CONFIGS};

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        char path[4096];

        snprintf(path, sizeof path, "%s/server-first.yaml", places[i]);
        if (is_file(path)) {
            return places[i];
        }
    }
    return places[0];
}

static const char suffix[] = ".yaml";

/* Whether `name` ends in .yaml, with something before it. */
static bool has_suffix(const char *name)
{
    size_t length = strlen(name);

    return length >= sizeof suffix && strcmp(name + length - (sizeof suffix - 1), suffix) == 0;
}

/* Files before folders, each by name. */
static int compare_entries(const FTSENT **a, const FTSENT **b)
{
    bool folder_a = (*a)->fts_info == FTS_D;
    bool folder_b = (*b)->fts_info == FTS_D;

    return folder_a != folder_b ? folder_a - folder_b : strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Append the name of the scenario in `path`, which is below `directory`; false: no memory. */
static bool add_name(char ***names, size_t *count, const char *directory, const char *path)
{
    const char *name = path + strlen(directory) + 1;
    char **more = reallocarray(*names, *count + 2, sizeof **names);

    if (more == NULL) {
        return false;
    }
    *names = more;
    more[*count] = strndup(name, strlen(name) - (sizeof suffix - 1));
    *count += more[*count] != NULL;
    more[*count] = NULL;
    return true;
}

char **library_names(void)
{
    const char *directory = library_directory();
    char *roots[] = {(char *)directory, NULL};
    FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, compare_entries);
    char **names = NULL;
    size_t count = 0;
    bool room = true;

    for (FTSENT *entry; room && tree != NULL && (entry = fts_read(tree)) != NULL;) {
        bool hidden = entry->fts_level > FTS_ROOTLEVEL && entry->fts_name[0] == '.';
        if (hidden) {
            fts_set(tree, entry, FTS_SKIP);
        } else if (entry->fts_info == FTS_F && has_suffix(entry->fts_name)) {
            room = add_name(&names, &count, directory, entry->fts_path);
        }
    }
    if (tree != NULL) {
        fts_close(tree);
    }
    return names;
}

void library_free(char **names)
{
    for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
        free(names[i]);
    }
    free(names);
}

/* The scenario of that name in some folder. */
static const char *in_a_folder(const char *name, char **names)
{
    for (; names != NULL && *names != NULL; names++) {
        const char *slash = strrchr(*names, '/');

        if (slash != NULL && strcmp(slash + 1, name) == 0) {
            return *names;
        }
    }
    return NULL;
}

/* The scenario or the order that is spelt most like it. */
static const char *nearest_of_all(const char *name, char **names)
{
    size_t count = 0;
    size_t scenarios = 0;

    while (names != NULL && names[scenarios] != NULL) {
        scenarios++;
    }
    const char **all = calloc(order_count + scenarios, sizeof *all);
    if (all == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < order_count; i++) {
        all[count++] = order_table[i].name;
    }
    for (size_t i = 0; i < scenarios; i++) {
        all[count++] = names[i];
    }
    const char *near = nearest_spelling(name, all, count);
    free(all);
    return near;
}

/* "tls-notify": the first order that goes on from there. */
static const char *order_begun(const char *name)
{
    size_t length = strlen(name);

    for (size_t i = 0; length > 0 && i < order_count; i++) {
        if (strncmp(order_table[i].name, name, length) == 0 && order_table[i].name[length] == '-') {
            return order_table[i].name;
        }
    }
    return NULL;
}

/* What `name` may have been meant for. */
static const char *nearest_name(const char *name, char **names)
{
    const char *near = in_a_folder(name, names);

    if (near == NULL) {
        near = nearest_of_all(name, names);
    }
    return near != NULL ? near : order_begun(name);
}

static void not_found(const char *name, struct error *error)
{
    char **names = library_names();
    const char *near = nearest_name(name, names);

    error_set(error, STATUS_USAGE, "there is no scenario or order '%s'", name);
    if (near != NULL) {
        error_hint(error, "did you mean '%s'?", near);
    } else {
        error_hint(error, "finwait list scenarios and finwait list orders name what there is; a "
                          "file is named with its path or its .yaml");
    }
    library_free(names);
}

/* Whether `name` begins with a folder of the library: "close/linger-zero", misspelt perhaps. */
static bool names_folder(const char *name)
{
    int length = (int)strcspn(name, "/");
    char *folder = NULL;
    bool there;

    if (length == 0 || name[0] == '.' ||
        asprintf(&folder, "%s/%.*s", library_directory(), length, name) < 0) {
        return false;
    }
    there = access(folder, X_OK) == 0;
    free(folder);
    return there;
}

char *library_find(const char *name, struct error *error)
{
    bool is_path =
        has_suffix(name) || is_file(name) || (strchr(name, '/') != NULL && !names_folder(name));
    char *file = NULL;

    if (is_path) {
        file = strdup(name);
    } else if (asprintf(&file, "%s/%s%s", library_directory(), name, suffix) < 0) {
        file = NULL;
    }
    if (file == NULL) {
        error_errno(error, STATUS_MACHINE, ENOMEM, "malloc");
        return NULL;
    }
    if (!is_path && access(file, F_OK) != 0) {
        free(file);
        not_found(name, error);
        return NULL;
    }
    return file;
}
