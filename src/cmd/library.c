#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "finwait/grow.h"
#include "finwait/order.h"

static bool is_file(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && !S_ISDIR(status.st_mode);
}

static bool is_directory(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Whether nothing has that name.  A link that leads nowhere is there; what cannot be looked at may
 * be: then *errnum says why. */
static bool is_missing(const char *path, int *errnum)
{
    struct stat status;

    *errnum = stat(path, &status) == 0 ? 0 : errno;
    return *errnum == ENOTDIR || (*errnum == ENOENT && lstat(path, &status) != 0);
}

static int fail_library(const char *path, int errnum, struct error *error)
{
    error_errno(error, STATUS_MACHINE, errnum, "read %.200s, of the scenarios that ship", path);
    return error_hint(error, "make it readable, or name a scenario file with its path");
}

/*
 * The scenarios that ship: where they are looked for, the first place that has them.  Somebody
 * else's `configs` has none of ours.  NULL: none has, or it cannot be known whether one has.
 */
static const char *library_directory(struct error *error)
{
    static char beside[4096];
    const char *const places[] = {
        "configs", library_beside(beside, sizeof beside) ? beside : FINWAIT_INSTALLED_CONFIGS,
        FINWAIT_INSTALLED_CONFIGS, FINWAIT_SOURCE_CONFIGS};
    const char *unknown = NULL; /* it may be there: what leads to it cannot be searched */
    int errnum = 0;

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        char path[4096];

        snprintf(path, sizeof path, "%s/server-first.yaml", places[i]);
        if (is_file(path)) {
            return places[i];
        }
        int met;
        if (!is_missing(path, &met) && met != 0) {
            unknown = places[i];
            errnum = met;
            if (is_directory(unknown)) {
                break; /* it is ours, perhaps */
            }
        }
    }
    if (unknown != NULL) {
        fail_library(unknown, errnum, error);
    } else {
        error_set(error, STATUS_MACHINE,
                  "the scenarios that ship are found neither in %s nor in %s", places[0],
                  places[1]);
        error_hint(
            error,
            "install finwait with them, or name a scenario file with its path; 'order: NAME' "
            "in it is the order by itself");
    }
    return NULL;
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

/* What hinders fts_read(3) at `entry`, as an errno; 0: nothing. */
static int hindrance(const FTSENT *entry)
{
    switch (entry->fts_info) {
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        return entry->fts_errno;
    case FTS_DC:
        return ELOOP;
    case FTS_SLNONE:
        return has_suffix(entry->fts_name) ? ENOENT : 0;
    default:
        return 0;
    }
}

/* Add the names to `names`.  0, or -1. */
static int gather(FTS *tree, const char *directory, struct words *names, struct error *error)
{
    for (FTSENT *entry; (entry = fts_read(tree)) != NULL;) {
        bool hidden = entry->fts_level > FTS_ROOTLEVEL && entry->fts_name[0] == '.';
        if (hidden) {
            fts_set(tree, entry, FTS_SKIP);
        } else if (hindrance(entry) != 0) {
            return fail_library(entry->fts_path, hindrance(entry), error);
        } else if (entry->fts_info == FTS_F && has_suffix(entry->fts_name)) {
            const char *name = entry->fts_path + strlen(directory) + 1;
            char *stem = grow_format("%.*s", (int)(strlen(name) - strlen(suffix)), name);
            words_add(names, stem);
            free(stem);
        }
    }
    return 0;
}

int library_names(struct words *names, struct error *error)
{
    const char *directory = library_directory(error);
    char *roots[] = {(char *)directory, NULL};

    if (directory == NULL) {
        return -1;
    }
    FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, compare_entries);
    if (tree == NULL) {
        return fail_library(directory, errno, error);
    }
    int status = gather(tree, directory, names, error);
    fts_close(tree);
    return status;
}

/* The scenario of that name in some folder. */
static const char *in_a_folder(const char *name, const struct words *names)
{
    for (size_t i = 0; i < names->count; i++) {
        const char *slash = strrchr(names->item[i], '/');

        if (slash != NULL && strcmp(slash + 1, name) == 0) {
            return names->item[i];
        }
    }
    return NULL;
}

/* The scenario or the order that is spelt most like it. */
static const char *nearest_of_all(const char *name, const struct words *names)
{
    const char **all = grow_new(order_count + names->count, sizeof *all);

    for (size_t i = 0; i < order_count; i++) {
        all[i] = order_table[i].name;
    }
    for (size_t i = 0; i < names->count; i++) {
        all[order_count + i] = names->item[i];
    }
    const char *near = nearest_spelling(name, all, order_count + names->count);
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
static const char *nearest_name(const char *name, const struct words *names)
{
    const char *near = in_a_folder(name, names);

    if (near == NULL) {
        near = nearest_of_all(name, names);
    }
    return near != NULL ? near : order_begun(name);
}

static void not_found(const char *name, struct error *error)
{
    struct words names = {0};
    struct error unused; /* without the names there is less to advise */
    library_names(&names, &unused);
    const char *near = nearest_name(name, &names);

    error_set(error, STATUS_USAGE, "there is no scenario or order '%s'", name);
    if (is_directory(name)) {
        error_set(error, STATUS_USAGE, "'%s' is a directory", name);
        error_hint(error, "name its scenarios, e.g. as %s/*.yaml", name);
    } else if (near != NULL) {
        error_hint(error, "did you mean '%s'?", near);
    } else {
        error_hint(error, "finwait list scenarios and finwait list orders name what there is; a "
                          "file is named with its path or its .yaml");
    }
    words_fini(&names);
}

/* Other tools of load are told a URL so. */
static bool is_url(const char *name)
{
    return strncmp(name, "http://", 7) == 0 || strncmp(name, "https://", 8) == 0;
}

/* Whether `name` begins with a folder of `directory`: "close/linger-zero", misspelt perhaps. */
static bool names_folder(const char *directory, const char *name)
{
    int length = (int)strcspn(name, "/");
    char *folder = grow_format("%s/%.*s", directory, length, name);
    bool there = length > 0 && name[0] != '.' && is_directory(folder);

    free(folder);
    return there;
}

/* The file of the scenario `name` in `directory`. */
static char *find_shipped(const char *directory, const char *name, struct error *error)
{
    char *file = grow_format("%s/%s%s", directory, name, suffix);
    int errnum;

    if (is_missing(file, &errnum)) {
        not_found(name, error);
    } else if (errnum != 0 || access(file, R_OK) != 0) {
        fail_library(file, errnum != 0 ? errnum : errno, error);
    } else {
        return file;
    }
    free(file);
    return NULL;
}

char *library_find(const char *name, struct error *error)
{
    const char *directory;

    if (strcmp(name, SCENARIO_STDIN) == 0 || has_suffix(name) || is_file(name)) {
        return grow_text(name);
    }
    if (is_url(name)) {
        error_set(error, STATUS_USAGE, "'%s' is no scenario", name);
        error_hint(error, "a server that runs already is loaded by --at %.200s", name);
        return NULL;
    }
    directory = library_directory(error);
    if (directory == NULL) {
        return NULL;
    }
    if (strchr(name, '/') != NULL && !names_folder(directory, name)) {
        return grow_text(name);
    }
    return find_shipped(directory, name, error);
}
