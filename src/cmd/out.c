#include "out.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "finwait/grow.h"
#include "finwait/result.h"
#include "finwait/side.h"

/* ---- its name ---- */

#define NAME "{name}"
#define TIME "{time}"
#define OPEN "{{" /* a brace that is one */

static bool begins(const char *text, const char *word)
{
    return strncmp(text, word, strlen(word)) == 0;
}

int out_check(const char *out, bool force, struct error *error)
{
    const char *at = out != NULL ? strchr(out, '{') : NULL;

    if (out == NULL && force) {
        error_set(error, STATUS_USAGE,
                  "--force is for what --out would write over, and there is "
                  "no --out");
        return error_hint(error, "take it out, or give --out DIR");
    }
    while (at != NULL) {
        if (!begins(at, NAME) && !begins(at, TIME) && !begins(at, OPEN)) {
            error_set(error, STATUS_USAGE, "--out %s: there is no %.*s", out,
                      (int)strcspn(at, "}") + (strchr(at, '}') != NULL), at);
            return error_hint(error,
                              "write " NAME " for the scenario's name, " TIME " for when it began, "
                              "and {{ for a brace");
        }
        at = strchr(at + 2, '{');
    }
    return 0;
}

bool out_has_name(const char *out)
{
    return strstr(out, NAME) != NULL;
}

/* Now, as file names have it, and the same for all that a command writes. */
static const char *time_text(void)
{
    static char text[sizeof "20241122T101500Z"];
    time_t now = time(NULL);
    struct tm when;

    if (text[0] == '\0') {
        strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &when));
    }
    return text;
}

char *out_directory(const char *out, const char *name)
{
    struct grow_stream stream;

    grow_stream_open(&stream);
    while (*out != '\0') {
        if (begins(out, NAME)) {
            for (const char *at = name; *at != '\0'; at++) {
                fputc(*at == '/' ? '-' : *at, stream.out);
            }
            out += strlen(NAME);
        } else if (begins(out, TIME)) {
            fputs(time_text(), stream.out);
            out += strlen(TIME);
        } else {
            fputc(*out, stream.out);
            out += begins(out, OPEN) ? strlen(OPEN) : 1;
        }
    }
    return grow_stream_close(&stream);
}

/* ---- what is there ---- */

/* All that a run writes there; the first one is what a directory is known by. */
static const char *const files[] = {
    RESULT_FILE, RESULT_PACKETS, RESULT_KEYS, "client.log", "server.log", "proxy.log",
};

static char *path_of(const char *directory, const char *name)
{
    return grow_format("%s/%s", directory, name);
}

static bool holds(const char *directory, const char *name)
{
    char *path = path_of(directory, name);
    bool there = access(path, F_OK) == 0;

    free(path);
    return there;
}

bool out_has_result(const char *directory)
{
    return holds(directory, files[0]);
}

/* "server-first of 2024-11-22T10:15:00Z", as far as the file tells. */
static char *about_result(const char *directory)
{
    char *path = path_of(directory, RESULT_FILE);
    struct error unused = {0};
    json_t *json = result_read_json(path, RESULT_FILE, &unused);
    const char *name = json_string_value(json_object_get(json, "name"));
    const char *started = json_string_value(json_object_get(json, "started"));
    char *about = grow_format("%.80s%s%.40s", name != NULL ? name : "a run",
                              started != NULL ? " of " : "", started != NULL ? started : "");

    json_decref(json);
    free(path);
    return about;
}

int out_refuse(const char *directory, struct error *error)
{
    char names[120] = "";

    if (!out_has_result(directory)) {
        return 0;
    }
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        size_t used = strlen(names);
        if (holds(directory, files[i])) {
            snprintf(names + used, sizeof names - used, "%s%s", used > 0 ? ", " : "", files[i]);
        }
    }
    char *about = about_result(directory);
    error_set(error, STATUS_USAGE, "%s holds an earlier result, %s: %s", directory, about, names);
    free(about);
    return error_hint(error,
                      "--force puts the new one in its place; --out '%.60s-{time}' is "
                      "another directory each time",
                      directory);
}

int out_remove(const char *directory, const char *name, struct error *error)
{
    char *path = path_of(directory, name);
    int status = 0;

    if (unlink(path) != 0 && errno != ENOENT && errno != ENOTDIR) {
        status = error_errno(error, STATUS_MACHINE, errno, "remove %s", path);
    }
    free(path);
    return status;
}

int out_clear(const char *directory, struct error *error)
{
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (out_remove(directory, files[i], error) != 0) {
            return -1;
        }
    }
    return 0;
}
