#include "finwait/lab.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "finwait/kernel_sysctl.h"
#include "finwait/netns.h"
#include "hosts.h"
#include "link.h"
#include "pen.h"
#include "pool.h"
#include "sysctl_advice.h"

struct lab {
    bool private;
    int home;         /* the namespace the lab was made from */
    int host[SIDE_N]; /* descriptors of namespaces; -1: none */
    struct pen pen;   /* of a private lab, where the kernel lets us … */
    int unpenned;     /* … else why it does not: an errno */
    struct address_pool pool[SIDE_N];
    struct host_faults *faults; /* [SIDE_N]; they change in a lab that is const to all others */
};

#define CHILD_TABLE "net.ipv4.tcp_child_ehash_entries"

/* ---- sizes ---- */

uint32_t lab_table_entries(uint64_t sockets)
{
    const uint32_t most = (uint32_t)sysctl_info(CHILD_TABLE)->max;
    uint32_t entries = 4096;

    while (entries < most && entries < sockets) {
        entries *= 2;
    }
    return entries;
}

static uint32_t time_wait_buckets(uint64_t sockets)
{
    const uint32_t least = 262144;

    if (sockets > INT_MAX / 2) {
        return INT_MAX;
    }
    return sockets * 2 < least ? least : (uint32_t)(sockets * 2);
}

static int write_number(const char *name, long long number, struct error *error)
{
    char value[24];

    snprintf(value, sizeof value, "%lld", number);
    return sysctl_write(name, value, error);
}

/* ---- making ---- */

static int make_host(int nursery, int *host, struct error *error)
{
    if (netns_enter(nursery, error) != 0 || netns_unshare(error) != 0) {
        return -1;
    }
    *host = netns_current(error);
    return *host < 0 ? -1 : 0;
}

/*
 * A namespace gets a TCP table of its own when the one it is made *from* asks for it
 * (tcp_set_hashinfo, net/ipv4/tcp_ipv4.c; Linux 6.1): so make the hosts from a nursery that does.
 */
static int make_hosts(struct lab *lab, uint64_t sockets, struct error *error)
{
    int nursery = -1;
    int result = -1;
    char value[24];
    struct error older;

    if (netns_unshare(error) != 0) {
        return -1;
    }
    if (sysctl_read(CHILD_TABLE, value, sizeof value, &older) == 0 &&
        write_number(CHILD_TABLE, lab_table_entries(sockets), error) != 0) {
        return -1;
    }
    nursery = netns_current(error);
    if (nursery >= 0) {
        result = make_host(nursery, &lab->host[SIDE_CLIENT], error) != 0
                     ? -1
                     : make_host(nursery, &lab->host[SIDE_SERVER], error);
        close(nursery);
    }
    return result;
}

/* Put in front of `cause` whose host it is about. */
static int blame_host(enum side side, const struct error *cause, struct error *error)
{
    error_set(error, cause->status, "%s host: %s", side_name(side), cause->what);
    error_at(error, (struct where){cause->file, cause->line, cause->column});
    return cause->hint[0] == '\0' ? -1 : error_hint(error, "%s", cause->hint);
}

/* Before the first is written: not every sysctl that a host can write is the host's own. */
static int check_scopes(const struct sysctl_settings *settings, struct error *error)
{
    for (size_t i = 0; i < settings->count; i++) {
        if (sysctl_check_scope(settings->item[i].name, error) != 0) {
            return error_at(error, settings->item[i].where);
        }
    }
    return 0;
}

/* What the machine has, and a namespace on it has not, the kernel keeps for the whole of it:
 * ensure_safe_net_sysctl(), net/sysctl_net.c. */
static int set_sysctl(const struct sysctl_setting *sysctl, struct error *error)
{
    return sysctl->at_home && sysctl_is_left_out(sysctl->name)
               ? sysctl_machine_wide(sysctl->name, error)
               : sysctl_write(sysctl->name, sysctl->value, error);
}

static int tune_host(const struct lab_config *config, enum side side, struct error *error)
{
    if (check_scopes(&config->sysctl[side], error) != 0) {
        return -1;
    }
    /* Its default, half the table's size, would cut a pile short (tcp_set_hashinfo). */
    if (write_number("net.ipv4.tcp_max_tw_buckets", time_wait_buckets(config->sockets), error) !=
        0) {
        return -1;
    }
    for (size_t i = 0; i < config->sysctl[side].count; i++) {
        const struct sysctl_setting *sysctl = &config->sysctl[side].item[i];
        if (set_sysctl(sysctl, error) != 0) {
            return error_at(error, sysctl->where);
        }
    }
    return 0;
}

static int tune_hosts(const struct lab *lab, const struct lab_config *config, struct error *error)
{
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        struct error cause;
        if (netns_enter(lab->host[side], error) != 0) {
            return -1;
        }
        if (tune_host(config, side, &cause) != 0) {
            return blame_host(side, &cause, error);
        }
    }
    return 0;
}

static int check_ipv6(const struct lab_config *config, struct error *error)
{
    if (config->ipv6 && !link_has_ipv6()) {
        error_set(error, STATUS_MACHINE, "this kernel has no IPv6");
        return error_hint(error, "boot without ipv6.disable=1, or use IPv4");
    }
    return 0;
}

static int build(struct lab *lab, const struct lab_config *config, struct error *error)
{
    struct error leaving;
    int result = -1;

    lab->home = netns_current(error);
    if (lab->home < 0) {
        return -1;
    }
    /* Without it processes end with their parent, their kin do not. */
    lab->unpenned = pen_new(&lab->pen) == 0 ? 0 : errno;
    if (make_hosts(lab, config->sockets, error) == 0 && link_join(lab->host, error) == 0) {
        result = tune_hosts(lab, config, error);
    }
    /* Whatever came of it, the caller gets its own namespace back. */
    if (netns_enter(lab->home, &leaving) != 0 && result == 0) {
        *error = leaving;
        result = -1;
    }
    return result;
}

static int check_untouched(const struct lab_config *config, struct error *error)
{
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        if (config->sysctl[side].count > 0) {
            error_set(error, STATUS_USAGE, "%s: `lab: host` changes no sysctl",
                      config->sysctl[side].item[0].name);
            return error_hint(error, "use `lab: private`, or leave %s.sysctl out", side_name(side));
        }
    }
    return 0;
}

static int fill(struct lab *lab, const struct lab_config *config, struct error *error)
{
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        if (pool_plan(&lab->pool[side], config, side, error) != 0) {
            return -1;
        }
    }
    if (check_ipv6(config, error) != 0) {
        return -1;
    }
    return config->private ? build(lab, config, error) : check_untouched(config, error);
}

struct lab *lab_new(const struct lab_config *config, struct error *error)
{
    struct lab *lab = malloc(sizeof *lab);

    if (lab == NULL) {
        error_set(error, STATUS_MACHINE, "out of memory for a lab");
        return NULL;
    }
    *lab = (struct lab){.private = config->private, .home = -1, .host = {-1, -1}};
    lab->faults = calloc(SIDE_N, sizeof *lab->faults);
    if (lab->faults == NULL) {
        error_set(error, STATUS_MACHINE, "out of memory for a lab");
        lab_free(lab);
        return NULL;
    }
    if (fill(lab, config, error) != 0) {
        lab_free(lab);
        return NULL;
    }
    return lab;
}

static void close_if_open(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

void lab_free(struct lab *lab)
{
    if (lab == NULL) {
        return;
    }
    pen_free(&lab->pen);
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        close_if_open(lab->host[side]);
        if (lab->faults != NULL) {
            free(lab->faults[side].filter);
        }
    }
    close_if_open(lab->home);
    free(lab->faults);
    free(lab);
}

/* ---- using ---- */

int lab_enter(const struct lab *lab, enum side side, struct error *error)
{
    return lab->private ? netns_enter(lab->host[side], error) : 0;
}

int lab_leave(const struct lab *lab, struct error *error)
{
    return lab->private ? netns_enter(lab->home, error) : 0;
}

/* What a fork made, in parent and child: the child ends with its owner. */
static pid_t end_with(pid_t owner, bool penned, pid_t child)
{
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (!penned && getppid() != owner) { /* in a pen its parent has no id */
            _exit(EXIT_FAILURE);
        }
    }
    return child;
}

int lab_unpenned(const struct lab *lab)
{
    return lab->unpenned;
}

pid_t lab_fork(const struct lab *lab)
{
    bool penned = lab->pen.init > 0;
    pid_t owner = getpid();

    return end_with(owner, penned, penned ? pen_fork(&lab->pen) : fork());
}

pid_t lab_fork_alone(const struct lab *lab)
{
    pid_t owner = getpid();
    pid_t child = pen_fork_first();

    return child >= 0 ? end_with(owner, true, child) : lab_fork(lab);
}

int lab_netns(const struct lab *lab, enum side side)
{
    return lab->host[side];
}

bool lab_is_private(const struct lab *lab)
{
    return lab->private;
}

struct host_faults *lab_host_faults(const struct lab *lab, enum side side)
{
    return &lab->faults[side];
}

const struct address_pool *lab_pool(const struct lab *lab, enum side side)
{
    return &lab->pool[side];
}
