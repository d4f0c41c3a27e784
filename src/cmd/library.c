#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"

/* Where the scenarios that ship are looked for: what is found first counts. */
static const char *const places[] = {"configs", FINWAIT_INSTALLED_CONFIGS, FINWAIT_SOURCE_CONFIGS};
#define PLACES (sizeof places / sizeof places[0])

static bool is_file(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && !S_ISDIR(status.st_mode);
}

/* PLACE/NAME.yaml, a new string; NULL when no place has it. */
static char *find_shipped(const char *name)
{
    for (size_t i = 0; i < PLACES; i++) {
        char *path = NULL;

        if (asprintf(&path, "%s/%s.yaml", places[i], name) < 0) {
            return NULL;
        }
        if (is_file(path)) {
            return path;
        }
        free(path);
    }
    return NULL;
}

/* Somebody else's `configs` has none of ours. */
static const char *library_directory(void)
{
    for (size_t i = 0; i < PLACES; i++) {
        char path[4096];

        snprintf(path, sizeof path, "%s/server-first.yaml", places[i]);
        if (is_file(path)) {
            return places[i];
        }
    }
    return places[0];
}

static int is_scenario(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return entry->d_name[0] != '.' && dot != NULL && strcmp(dot, ".yaml") == 0;
}

char **library_names(void)
{
    struct dirent **entries = NULL;
    int count = scandir(library_directory(), &entries, is_scenario, alphasort);
    char **names = calloc((count > 0 ? (size_t)count : 0) + 1, sizeof *names);
    size_t kept = 0;

    for (int i = 0; i < count; i++) {
        if (names != NULL) {
            names[kept] = strndup(entries[i]->d_name, strlen(entries[i]->d_name) - 5);
            kept += names[kept] != NULL;
        }
        free(entries[i]);
    }
    free(entries);
    return names;
}

void library_free(char **names)
{
    for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
        free(names[i]);
    }
    free(names);
}

static void not_found(const char *name, struct error *error)
{
    char **names = library_names();
    size_t count = 0;
    const char *near = NULL;

    while (names != NULL && names[count] != NULL) {
        count++;
    }
    if (count > 0) {
        near = nearest_spelling(name, (const char *const *)names, count);
    }
    error_set(error, STATUS_USAGE, "there is no scenario '%s'", name);
    if (near != NULL) {
        error_hint(error, "did you mean '%s'?", near);
    } else {
        error_hint(error, "finwait list scenarios names those that ship; a file is named with its "
                          "path or its .yaml");
    }
    library_free(names);
}

/* As it stands on the command line: what has a slash or an ending names a file. */
static bool is_path(const char *name)
{
    size_t length = strlen(name);

    return strchr(name, '/') != NULL || (length > 5 && strcmp(name + length - 5, ".yaml") == 0) ||
           is_file(name);
}

char *library_find(const char *name, struct error *error)
{
    char *file = is_path(name) ? strdup(name) : find_shipped(name);

    if (file == NULL) {
        not_found(name, error);
    }
    return file;
}
