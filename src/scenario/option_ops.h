#ifndef FINWAIT_SCENARIO_OPTION_OPS_H
#define FINWAIT_SCENARIO_OPTION_OPS_H

#include <stdbool.h>

#include "finwait/scenario.h"
#include "tree.h"

/* What an option is made of: its value, several of them, or a map of its own. */

struct draft;
struct option;

/* A level gives way to those after it. */
enum level {
    LEVEL_DEFAULT,
    LEVEL_PRESET, /* the order's */
    LEVEL_FILE,
    LEVEL_OVERRIDE,
};

/* That an option is given. */
struct setting {
    const struct option *option;
    const char *key;         /* of those with keys: NAME; NULL: none */
    const struct tree *node; /* what it is set to; NULL: it is taken back */
    enum level level;
};

/* Who wants the effective scenario's pairs. */
struct each {
    void (*fn)(void *context, const char *path, const char *value);
    void *context;
};

struct option_ops {
    const char *type;   /* in the reference; NULL: the form of the value that it takes */
    const char *form;   /* what to write, for who wrote a tree of another kind; NULL: a value */
    unsigned trees;     /* the kinds it is written as, a bit each: TREE_BIT */
    bool may_be_empty;  /* nothing is as good as a list of none */
    bool has_keys;      /* it is path.NAME, any number of them */
    bool is_yaml;       /* on the command line, too */
    const char *schema; /* what it may be, in JSON Schema; NULL: what its value may be */
    const char *key;    /* has_keys: what NAMEs are, a regular expression */

    /* Take what the setting says, whose node is of such a kind.  0, or -1 with the place. */
    int (*set)(struct draft *draft, const struct setting *setting);
    /* Have it as if nobody had given it; of those with keys, NAME or all below it. */
    void (*unset)(struct draft *draft, const struct setting *setting);
    /* The pairs that make it again. */
    void (*each)(const struct each *each, const struct option *option,
                 const struct scenario *scenario);
};

/* A text of any kind but an empty one; one, or a list of them. */
#define SCHEMA_SCALAR "{\"type\": [\"string\", \"number\", \"boolean\"], \"minLength\": 1}"
#define SCHEMA_TEXTS                                                                               \
    "{\"anyOf\": [" SCHEMA_SCALAR ", {\"type\": \"array\", \"items\": " SCHEMA_SCALAR "}]}"

#define TREE_BIT(kind) (1U << (unsigned)(kind))

extern const struct option_ops value_ops;   /* one value, in its field */
extern const struct option_ops sockopt_ops; /* one value of a side's socket options */
extern const struct option_ops program_ops;
extern const struct option_ops command_ops;
extern const struct option_ops ready_ops;
extern const struct option_ops mix_ops;
extern const struct option_ops sysctl_ops;
extern const struct option_ops headers_ops;
extern const struct option_ops body_ops;
extern const struct option_ops expect_ops;
extern const struct option_ops faults_ops;
extern const struct option_ops events_ops;
extern const struct option_ops vary_ops;
extern const struct option_ops variants_ops;
extern const struct option_ops texts_ops; /* any number, kept as struct words */

#endif
