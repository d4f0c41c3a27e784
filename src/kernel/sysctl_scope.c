#include <string.h>

#include "finwait/kernel_sysctl.h"

/*
 * Where the values of a network namespace are its own.  What of these tables is not, the kernel
 * keeps out of namespaces or makes read-only there: ensure_safe_net_sysctl(), net/sysctl_net.c;
 * ipv4_sysctl_init_net(), net/ipv4/sysctl_net_ipv4.c; neigh_sysctl_register(),
 * net/core/neighbour.c; nf_conntrack_standalone_init_sysctl().  Others it lets a namespace write
 * for the whole machine, such as net.netfilter.nf_hooks_lwtunnel, and that cannot be found out
 * without writing.
 */
static const char *const scope_patterns[] = {
    "net.core.*",         "net.ipv4.*",       "net.ipv4.conf.*.*", "net.ipv4.neigh.*.*",
    "net.ipv4.route.*",   "net.ipv6.*",       "net.ipv6.conf.*.*", "net.ipv6.icmp.*",
    "net.ipv6.neigh.*.*", "net.ipv6.route.*", "net.mptcp.*",       "net.netfilter.nf_conntrack_*",
    "net.unix.*",
};

/* A star stands for the rest of one part of the name, which is not empty. */
static bool scope_matches(const char *pattern, const char *name)
{
    for (; *pattern != '\0'; pattern++) {
        size_t length = *pattern == '*' ? strcspn(name, ".") : *pattern == *name;
        if (length == 0) {
            return false;
        }
        name += length;
    }
    return *name == '\0';
}

static bool scope_has(const char *name)
{
    for (size_t i = 0; i < sizeof scope_patterns / sizeof scope_patterns[0]; i++) {
        if (scope_matches(scope_patterns[i], name)) {
            return true;
        }
    }
    return false;
}

int sysctl_machine_wide(const char *name, struct error *error)
{
    error_set(error, STATUS_USAGE, "%s: a lab cannot have its own", name);
    return error_hint(error, "it governs the whole machine, and a lab changes nothing there");
}

static int scope_unknown(const char *name, struct error *error)
{
    const struct sysctl_retired *retired = sysctl_retired(name);
    const char *nearest = sysctl_meant(name);

    if (retired != NULL) {
        error_set(error, STATUS_USAGE, "%s: Linux has it no more, since %s", name, retired->gone);
        return error_hint(error, "%s", retired->story);
    }
    error_set(error, STATUS_USAGE, "%s: not known to be a network namespace's own", name);
    if (nearest != NULL) {
        return error_hint(error, "did you mean %s?", nearest);
    }
    return error_hint(error, "set in a lab it might change the whole machine; a host has its own "
                             "net.ipv4, net.ipv6, net.core, net.unix, net.mptcp and "
                             "net.netfilter.nf_conntrack_*");
}

int sysctl_check_scope(const char *name, struct error *error)
{
    const struct sysctl_info *info = sysctl_info(name);

    if (info != NULL && info->scope == SYSCTL_MACHINE) {
        return sysctl_machine_wide(name, error);
    }
    if (info != NULL && info->scope == SYSCTL_READ) {
        error_set(error, STATUS_USAGE, "%s: nobody can set it", name);
        return error_hint(error, "%s", info->meaning);
    }
    return scope_has(name) && sysctl_retired(name) == NULL ? 0 : scope_unknown(name, error);
}
