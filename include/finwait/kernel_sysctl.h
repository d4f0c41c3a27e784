#ifndef FINWAIT_KERNEL_SYSCTL_H
#define FINWAIT_KERNEL_SYSCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "finwait/error.h"

/* Whose a sysctl is, and who may set it there. */
#define SYSCTL_SCOPES(X)                                                                           \
    X(SYSCTL_OWN, "namespace", "yes", "each network namespace has its own")                        \
    X(SYSCTL_CORE, "namespace", "not on Linux 6.1", "each network namespace has its own")          \
    X(SYSCTL_READ, "read-only", "no", "each network namespace shows its own, and nobody sets it")  \
    X(SYSCTL_MACHINE, "machine", "no", "the whole machine has one, which no lab sets")

#define X(id, name, rootless, about) id,
enum sysctl_scope { SYSCTL_SCOPES(X) SYSCTL_SCOPE_N };
#undef X
const char *sysctl_scope_name(enum sysctl_scope scope);
const char *sysctl_scope_about(enum sysctl_scope scope);
/* Whether a user may set it in a network namespace of a user namespace of his own. */
const char *sysctl_scope_rootless(enum sysctl_scope scope);

/* Values from `low` to `high` (of several numbers, the first) do harm on a machine that serves. */
struct sysctl_danger {
    int64_t low, high;
    const char *what; /* no full stop; NULL: none is known */
    const char *source;
};

/*
 * The net.* sysctls that act on how connections open and end.  A sysctl without a row here can be
 * set, if sysctl_check_scope lets it, and is recorded like any other; only the kernel then knows
 * what it takes.
 *
 * Defaults are those of a fresh network namespace of Linux 6.18.  Bounds are the widest of the
 * kernels from 6.1 to 6.18: a value outside is refused, or rewritten, by each of them.
 */
struct sysctl_info {
    const char *name;    /* "net.ipv4.tcp_fin_timeout" */
    const char *meaning; /* what it does, with the values that mean something special */
    const char *value;   /* the default; in words where it depends on the machine */
    const char *unit;    /* "s", "ports"; "" for a switch or a mere number */
    int64_t min, max;    /* of each number */
    unsigned numbers;    /* how many it takes: 1; 2, a range from low to high; 3; 0: any text */
    enum sysctl_scope scope;
    const char *metrics; /* that it acts on, among others: "<side>.time_wait.peak, ..." */
    const char *source;  /* where it acts, below net/ipv4 of Linux if no folder is said */
    const char *since;   /* the first Linux that has it, if that is 6.1 or later; else NULL */
    const char *myth;    /* what it is often taken for and does not do; mostly NULL */
    struct sysctl_danger danger;
    bool lab_sets; /* a private lab gives its hosts another value, for their link's sake */
};

/* In the order of a connection's life: opening, the listener, ending, sending again, memory; then
 * what no namespace has, and firewalls. */
extern const struct sysctl_info sysctl_table[];
extern const size_t sysctl_count;

/* The row called `name`, or NULL. */
const struct sysctl_info *sysctl_info(const char *name);

/* The row called `word`, whole or without folders ("tcp_tw_reuse", "ipv4.tcp_tw_reuse"), or NULL.
 */
const struct sysctl_info *sysctl_named(const char *word);

/* The name of that row, or else of the one that is nearest in spelling.  NULL: none is near. */
const char *sysctl_meant(const char *word);

/* A sysctl that Linux has no more. */
struct sysctl_retired {
    const char *name;
    const char *gone;  /* the first Linux without it */
    const char *story; /* what it did and what does that now; no full stop */
};
/* The one called `name`, whole or without its folders; NULL: none was. */
const struct sysctl_retired *sysctl_retired(const char *name);

/* The danger of setting it to `value`, or NULL; NULL, too, for `info` NULL. */
const struct sysctl_danger *sysctl_danger(const struct sysctl_info *info, const char *value);

/* What it takes, into `text`: "1 to 127", "2 numbers of 1 to 65535, low to high"; returns it. */
#define SYSCTL_TAKES 80
const char *sysctl_takes(char text[SYSCTL_TAKES], const struct sysctl_info *info);

/*
 * The number that stands at `index`, from 0, of a value as a user may write it, read as the kernel
 * reads it: "0x10" is 16.  0 where none stands.
 */
int64_t sysctl_number(const char *value, unsigned index);

/*
 * Whether the kernel would take `value` as it is: 0 also for a name without a row.  -1 with
 * STATUS_USAGE, what is wrong and what it takes, and no place.
 */
int sysctl_check(const char *name, const char *value, struct error *error);

/*
 * Whether a host may be given its own value of `name` without a change of the machine: 0, or -1
 * with STATUS_USAGE, why not, and no place.  0 does not say that there is such a sysctl.
 */
int sysctl_check_scope(const char *name, struct error *error);

/* Say that `name` is the whole machine's: STATUS_USAGE, and no place.  Returns -1. */
int sysctl_machine_wide(const char *name, struct error *error);

#endif
