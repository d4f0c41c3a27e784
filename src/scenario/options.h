#ifndef FINWAIT_SCENARIO_OPTIONS_H
#define FINWAIT_SCENARIO_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "finwait/scenario.h"
#include "option_ops.h"

struct option {
    const char *path;
    struct value_spec takes;
    const char *value;            /* the default as a user would write it; NULL for none */
    const struct option_ops *ops; /* in the list of rows NULL: value_ops */
    size_t offset, size;          /* of the field in struct scenario */
    enum side side;               /* sockopt, program, sysctl */
    enum sockopt_id sockopt;
    const char *about;
};

/* At most this many rows. */
#define OPTION_MAX (131 + 2 * (size_t)SOCKOPT_N)

/* Row `index` < option_count(). */
const struct option *option_at(size_t index);

/* The row's index, for tables beside this one. */
size_t option_index(const struct option *option);

/*
 * The row that `path` names, or NULL.  For a sysctl *key (where `key` is not NULL) is the part
 * behind the row's own path, "net.ipv4.tcp_tw_reuse", or NULL for the map itself; else NULL.
 */
const struct option *option_find(const char *path, const char **key);

/* Whether it says something of TLS: those of both sides, and those of one. */
bool option_is_tls(const struct option *option);

/* Whether it says how variants are compared, and nothing of what is run. */
bool option_is_comparison(const char *path);

/*
 * Whether nothing comes of it in this scenario, whatever its value: a word about TLS where there is
 * none of it (check_tls.c).
 */
bool option_is_moot(const struct scenario *scenario, const struct option *option);

/* The same of one that a command has no use for, or that is for a command alone. */
bool option_is_no_commands(const struct scenario *scenario, const struct option *option);

/* Whether `path` is a map with options in it: "load". */
bool option_is_map(const char *path);

/* Whether `name` is `path` or below that map. */
static inline bool option_is_in(const char *path, const char *name)
{
    size_t length = strlen(path);

    return strncmp(name, path, length) == 0 && (name[length] == '\0' || name[length] == '.');
}

/* What of `path` is below `map`, of which "" is the outermost; NULL: it is not. */
const char *option_below(const char *map, const char *path);

/* Whether `pattern` is the option's path, or one with a point at its end that is above it. */
bool option_is_meant(const char *pattern, const struct option *option);

/* What is written: "count", "raw|http", "list of faults".  Returns `text`. */
char *option_type(const struct option *option, char *text, size_t size);

/* Read the one value of an option as value_read does. */
int option_read(struct scenario *scenario, const struct option *option, const char *text,
                struct error *error);

/*
 * Say that `path` is no option: the nearest one at its level, or all there are.  `path` is
 * split at its last dot below a map that exists.  Returns -1.
 */
int option_unknown(const char *path, struct error *error);

#endif
