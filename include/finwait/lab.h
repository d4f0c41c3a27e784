#ifndef FINWAIT_LAB_H
#define FINWAIT_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "finwait/address.h"
#include "finwait/error.h"
#include "finwait/side.h"
#include "finwait/sysctl.h"

/*
 * The lab: the hosts a trial runs on.  A private lab is two network namespaces
 * (network_namespaces(7)), each with its own socket table, sysctls and counters,
 * joined by a veth pair (veth(4)).  They exist only through descriptors and processes, have
 * no name in the file system, and so vanish with the last of them whatever crashes.
 *
 * Whose addresses are which: lab_plan.h.
 */

struct lab; /* opaque */

struct lab_config {
    bool private;               /* false: the current namespace and loopback, untouched */
    bool ipv6;                  /* which family client_pool and server_pool are of */
    uint64_t sockets;           /* how many sockets of all states a host may have to hold: sizes
                                   tcp_child_ehash_entries and tcp_max_tw_buckets */
    uint32_t addresses[SIDE_N]; /* pool sizes, at most 65535; client 0: the kernel chooses */
    struct sysctl_settings sysctl[SIDE_N]; /* borrowed; applied in order and read back */
};

/* Buckets of a host's socket table for config.sockets: about one a socket, a power of two. */
uint32_t lab_table_entries(uint64_t sockets);

/*
 * Become able to make namespaces: with CAP_SYS_ADMIN nothing is needed; else the process enters a
 * user namespace of its own (user_namespaces(7)) in which it is root, and an empty network
 * namespace with it.  There is no way back from either (setns(2)), so do not call it for
 * `lab: host`.  Call early, with one thread; a second call does nothing.  -1 with STATUS_MACHINE
 * and what to change on this machine; the process should then end.
 */
int lab_prepare(struct error *error);

/* The user's id as it was before lab_prepare: in a user namespace everybody is 0. */
unsigned lab_user(void);

/*
 * Make the hosts and the link, apply and verify the sysctls.  Call after lab_prepare when
 * private.  Returns the lab, or NULL: STATUS_MACHINE when this machine cannot, STATUS_USAGE for a
 * value the kernel refuses, too large a pool, or a sysctl for a lab that is not private.  The
 * calling thread is back in its own namespace either way.
 */
struct lab *lab_new(const struct lab_config *config, struct error *error);
void lab_free(struct lab *lab);

/*
 * Whether this machine makes hosts that take `config`'s sysctls, tried in a child process.
 * LAB_CANNOT: `error` says which is not taken and where it was written, as lab_new would.
 * LAB_UNTRIED: no lab can be made here at all, for which `error` has the reason.
 */
enum lab_verdict {
    LAB_CAN,
    LAB_CANNOT,
    LAB_UNTRIED,
};
enum lab_verdict lab_try_sysctls(const struct lab_config *config, struct error *error);

/*
 * Move the calling thread into the host of `side` (setns(2)) and back to where the lab
 * was made from.  In a lab that is not private both do nothing.  What is opened between
 * them (sockets, /proc/thread-self/net files, /proc/sys) belongs to the host for good.
 */
int lab_enter(const struct lab *lab, enum side side, struct error *error);
int lab_leave(const struct lab *lab, struct error *error);

/*
 * As fork(2), for all that is to end with the lab: the child is killed when the calling thread
 * ends, and in a private lab it is in a PID namespace (pid_namespaces(7)), where the kernel lets us
 * make one, that ends with the lab or the process that made it, and every process in it.  Its own
 * getpid(2) and getppid(2) are then not those of /proc.  -1 with errno.
 */
pid_t lab_fork(const struct lab *lab);

/* Why a private lab has no PID namespace: an errno; 0 when it has one, or is not private. */
int lab_unpenned(const struct lab *lab);

/*
 * As lab_fork, but the child is the first process of a PID namespace of its own, where the kernel
 * lets us make one: its getpid(2) is 1 then, and all that it leaves behind ends with it.
 */
pid_t lab_fork_alone(const struct lab *lab);

/*
 * One of the two above, with a pair of Unix sockets of `type`, of which parent and child each get
 * one as *end.  In the child all signals are blocked, so that no handler of the parent's runs there
 * before it has its own.  -1: STATUS_MACHINE, and *end is as it was.
 */
pid_t lab_fork_linked(const struct lab *lab, pid_t (*fork_as)(const struct lab *), int type,
                      int *end, struct error *error);

/* In a child of these: make /proc that of its PID namespace, for itself and its children, if
 * it is not and can be. */
void lab_show_processes(void);

/* In one of them: nothing in /dev can be made, removed or renamed by it and its children from now
 * on, but in /dev/shm and what else is mounted there; no more than this user may have. */
void lab_keep_devices(void);

/* The namespace of `side`'s host: a descriptor of the lab's, or -1 in a lab that is not private. */
int lab_netns(const struct lab *lab, enum side side);

/* Whether the two sides have hosts of their own (counters are then a side's own). */
bool lab_is_private(const struct lab *lab);

/* The addresses of `side`, port 0. */
const struct address_pool *lab_pool(const struct lab *lab, enum side side);

/* Whether somebody listens where connections to an address come in. */
enum listens {
    LISTENS_NOT,
    LISTENS_ON_ANOTHER_PORT, /* somebody does, in a private lab: elsewhere it would be anybody */
    LISTENS_ELSEWHERE,       /* on the port, at another address */
    LISTENS,
    LISTENS_N,
};

/*
 * Ask the kernel of the host of `side` whether somebody listens at `at`; LISTENS_ELSEWHERE
 * and LISTENS_ON_ANOTHER_PORT tell one of those addresses in *other.  -1 with STATUS_MACHINE.
 */
int lab_listens(const struct lab *lab, enum side side, const struct address *at,
                enum listens *found, struct address *other, struct error *error);

/* ---- faults on the link ---- */

struct fault;

/*
 * See, before anything begins, that this machine can do all of `faults`: STATUS_MACHINE names what
 * is missing (nftables, sch_netem, sch_tbf) and how to get it; STATUS_USAGE in a lab that is not
 * private.
 */
int lab_check_faults(const struct lab *lab, const struct fault *faults, size_t count,
                     struct error *error);

/*
 * Make those of `faults` for which `active` says so the ones that strike the link, and end all
 * others. In each host the change is atomic (one nftables transaction).  The calling thread is back
 * home after.
 */
int lab_set_faults(const struct lab *lab, const struct fault *faults, const bool *active,
                   size_t count, struct error *error);

/* ---- sysctls ---- */

/*
 * Read or write "net.x.y" in the calling thread's namespace, values without the trailing
 * newline and with tabs made blanks.  -1 with STATUS_MACHINE: no such key, or not readable/writable
 * here; STATUS_USAGE: a misspelt key (with the nearest), a name that sysctl_name_ok refuses, a
 * value the kernel refuses (EINVAL …), or one that reads back as another.
 */
int sysctl_read(const char *name, char *value, size_t size, struct error *error);
int sysctl_write(const char *name, const char *value, struct error *error);

/* Read what any user may: -1 with errno, which is 0 where only root may (tcp_fastopen_key). */
int sysctl_read_public(const char *name, char *value, size_t size);

/* Note which of `settings` there are in the calling thread's namespace: before lab_prepare, which
 * may leave it for good. */
void sysctl_look_home(const struct sysctl_settings *settings);

/* Whether `name` has the form of a net.* key: no "..", no empty part. */
bool sysctl_name_ok(const char *name);

/*
 * Call `fn` for every net.core.*, net.ipv4.*, net.ipv6.* and net.netfilter.* (top level) value of
 * the calling thread's namespace that any user may read, and net.ipv6.conf.all.disable_ipv6, sorted
 * by name. What only root may read is a secret (tcp_fastopen_key) and stays one.  -1 with
 * STATUS_MACHINE: without memory or descriptors not all of them could be read; those before were.
 */
typedef void (*sysctl_fn)(void *context, const char *name, const char *value);
int sysctl_each(sysctl_fn fn, void *context, struct error *error);

/* ---- what this machine can do (finwait doctor) ---- */

enum check_verdict {
    CHECK_OK,      /* available */
    CHECK_LIMITED, /* finwait works, with less */
    CHECK_MISSING, /* needed for a private lab */
};
struct check {
    const char *name;
    enum check_verdict verdict;
    char found[160];
    char advice[256]; /* "" when there is nothing to do */
};

/*
 * Run every check and call `fn` with each.  Changes nothing: what must be tried is tried
 * in a child process.  Returns the worst verdict.
 */
enum check_verdict lab_doctor(void (*fn)(void *context, const struct check *check), void *context);

#endif
