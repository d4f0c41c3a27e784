#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

/* The scenarios that ship: where they are looked for, the first that exists. */
static const char *library_directory(void)
{
    static const char *const places[] = {"configs", FINWAIT_INSTALLED_CONFIGS,
                                         FINWAIT_SOURCE_CONFIGS};

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (access(places[i], R_OK | X_OK) == 0) {
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

char *library_find(const char *name, struct error *error)
{
    size_t length = strlen(name);
    bool is_path = strchr(name, '/') != NULL ||
                   (length > 5 && strcmp(name + length - 5, ".yaml") == 0) ||
                   access(name, F_OK) == 0;
    char *file = NULL;

    if (is_path) {
        file = strdup(name);
    } else if (asprintf(&file, "%s/%s.yaml", library_directory(), name) < 0) {
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
