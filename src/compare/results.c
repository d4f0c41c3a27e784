#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "finwait/grow.h"
#include "finwait/named.h"
#include "parts.h"

/* Where results are looked for: a tree deeper than any that finwait makes is somebody else's. */
enum { DEPTH_MAX = 8 };

/* ---- finding them ---- */

static bool is_directory(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static bool has_file(const char *directory, const char *name)
{
    char *path = grow_format("%s/%s", directory, name);
    bool there = access(path, F_OK) == 0;

    free(path);
    return there;
}

static int is_listed(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int find_results(struct words *files, const char *directory, unsigned depth,
                        struct error *error);

/* What is below a directory, in the order of the names. */
static int find_below(struct words *files, const char *directory, unsigned depth,
                      struct error *error)
{
    struct dirent **entry;
    int count = scandir(directory, &entry, is_listed, alphasort);
    int status = 0;

    if (count < 0) {
        return error_errno(error, STATUS_MACHINE, errno, "read directory %s", directory);
    }
    for (int i = 0; i < count; i++) {
        char *path = grow_format("%s/%s", directory, entry[i]->d_name);
        struct stat about;
        if (status == 0 && lstat(path, &about) == 0 && S_ISDIR(about.st_mode)) {
            status = find_results(files, path, depth + 1, error);
        }
        free(path);
        free(entry[i]);
    }
    free(entry);
    return status;
}

static int find_results(struct words *files, const char *directory, unsigned depth,
                        struct error *error)
{
    if (has_file(directory, COMPARISON_FILE)) {
        error_set(error, STATUS_USAGE, "%s is a comparison of several variants", directory);
        return error_hint(error, "name a directory with the results of one of them");
    }
    if (has_file(directory, RESULT_FILE)) {
        char *file = grow_format("%s/" RESULT_FILE, directory);
        words_add(files, file);
        free(file);
    }
    return depth == DEPTH_MAX ? 0 : find_below(files, directory, depth, error);
}

static int list_results(struct words *files, const char *path, struct error *error)
{
    if (!is_directory(path)) {
        words_add(files, path);
        return 0;
    }
    if (find_results(files, path, 0, error) != 0) {
        return -1;
    }
    if (files->count == 0) {
        error_set(error, STATUS_USAGE, "there is no " RESULT_FILE " in %s or below", path);
        return error_hint(error, "finwait run SCENARIO --out DIR writes one");
    }
    return 0;
}

/* ---- reading them ---- */

/* Why a result does not count; NULL: it does. */
static char *left_out(const struct result *result, const char *file)
{
    if (result->partial) {
        return grow_format("%s is partial%s%s", file, result->cut_by != NULL ? ": " : "",
                           result->cut_by != NULL ? result->cut_by : "");
    }
    return result->older ? grow_format("%s is of an older finwait, which measured otherwise", file)
                         : NULL;
}

static void add_result(struct comparison *comparison, size_t variant, size_t number,
                       const struct result *result, const char *file)
{
    const char *name = text_pairs_get(&result->scenario, "name");
    char *why = left_out(result, file);

    if (comparison->trial_count == 0 && name != NULL) {
        free(comparison->name);
        comparison->name = grow_text(name);
    }
    if (why != NULL) {
        comparison_add_failure(comparison, variant, number, STATUS_INTERRUPTED, why);
    } else {
        comparison_add_trial(comparison, variant, number, STATUS_OK, result);
    }
    free(why);
}

static int add_results(struct comparison *comparison, size_t variant, const struct words *files,
                       struct error *error)
{
    for (size_t i = 0; i < files->count; i++) {
        struct result *result = result_read(files->item[i], error);
        if (result == NULL) {
            return -1;
        }
        add_result(comparison, variant, i + 1, result, files->item[i]);
        result_free(result);
    }
    return 0;
}

/* A path without the slashes at its end. */
static char *variant_name(const char *path)
{
    char *name = grow_text(path);
    size_t length = strlen(name);

    while (length > 1 && name[length - 1] == '/') {
        name[--length] = '\0';
    }
    return name;
}

static bool is_named(const struct comparison *comparison, const char *name)
{
    return NAMED(name, comparison->variant, comparison->variant_count) != NULL;
}

static int add_path(struct comparison *comparison, const char *path, struct error *error)
{
    char *name = variant_name(path);
    struct words files = {0};
    int status;

    if (is_named(comparison, name)) {
        status = error_set(error, STATUS_USAGE, "%s is named twice", name);
    } else if ((status = list_results(&files, name, error)) == 0) {
        status =
            add_results(comparison, comparison_add_variant(comparison, name, NULL), &files, error);
    }
    words_fini(&files);
    free(name);
    return status;
}

struct comparison *comparison_of_results(size_t count, const char *const *paths,
                                         struct error *error)
{
    struct comparison *comparison = comparison_new("results", false);

    for (size_t i = 0; i < count; i++) {
        if (add_path(comparison, paths[i], error) != 0) {
            comparison_free(comparison);
            return NULL;
        }
    }
    if (count < 2) {
        error_set(error, STATUS_USAGE, "results of one kind alone cannot be compared");
        error_hint(error, "name two: finwait compare before/ after/");
        comparison_free(comparison);
        return NULL;
    }
    return comparison;
}
