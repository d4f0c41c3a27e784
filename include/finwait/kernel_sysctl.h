#ifndef FINWAIT_KERNEL_SYSCTL_H
#define FINWAIT_KERNEL_SYSCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "finwait/error.h"

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
    bool machine_wide;   /* no network namespace has its own */
    const char *metrics; /* that it acts on, among others: "<side>.time_wait.peak, ..." */
    const char *source;  /* where it acts, below net/ipv4 of Linux if no folder is said */
    const char *since;   /* the first Linux that has it, if that is 6.1 or later; else NULL */
};

/* In the order of a connection's life: opening, the listener, ending, sending again, memory. */
extern const struct sysctl_info sysctl_table[];
extern const size_t sysctl_count;

/* The row called `name`, or NULL. */
const struct sysctl_info *sysctl_info(const char *name);

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
