#ifndef FINWAIT_SCENARIO_TREE_H
#define FINWAIT_SCENARIO_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "finwait/error.h"

/* A YAML document as a tree of texts that know where they were written. */

enum tree_kind {
    TREE_SCALAR,
    TREE_LIST,
    TREE_MAP,
};

struct tree {
    enum tree_kind kind;
    struct where at; /* of the first character; of a quoted text, the one after the quote */
    bool plain;      /* scalar: neither quoted nor a block */
    bool verbatim;   /* scalar: `text` stands in the file from `at` on as it is, in one line */
    char *text;      /* scalar */
    char *key;       /* in a map */
    struct where key_at;
    size_t count; /* list, map */
    struct tree *item;
};

/*
 * Read the one document in `yaml`, which must be a map.  0, or -1 with STATUS_USAGE and the place.
 * Anchors and aliases are refused: a few of them can stand for more than memory holds.
 */
int tree_parse(struct tree *tree, const char *yaml, size_t length, const char *file,
               struct error *error);

/* Free what the node owns; an empty node is allowed. */
void tree_fini(struct tree *tree);

/* Whether nothing was written where the value goes ("client:"). */
bool tree_is_null(const struct tree *node);

/* Whether "null" or "~" was written there. */
bool tree_is_unset(const struct tree *node);

/* "a text", "a list" or "a map". */
const char *tree_kind_name(enum tree_kind kind);

#endif
