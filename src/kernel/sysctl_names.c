#include <string.h>

#include "finwait/kernel_sysctl.h"
#include "finwait/named.h"

/* Rows by name, and by what is taken for a name. */

static const struct sysctl_retired retired_table[] = {
    {"net.ipv4.tcp_tw_recycle", "4.12",
     "it let a host forget TIME_WAIT after an RTO and drop SYNs whose timestamps went back, which "
     "kept out clients behind a NAT; tcp_tw_reuse on the connecting side is what is left"},
    {"net.ipv4.tcp_thin_dupack", "4.11", "RACK (tcp_recovery) has taken its place"},
    {"net.ipv4.tcp_abc", "3.9", "bytes are always counted since, where segments were before"},
    {"net.ipv4.tcp_frto_response", "3.10", "tcp_frto has one way to answer since"},
    {"net.ipv4.tcp_cookie_size", "3.10", "TCP Cookie Transactions were taken out"},
    {"net.ipv4.ip_conntrack_max", "4.9", "net.netfilter.nf_conntrack_max is its name"},
    {"net.ipv4.netfilter.ip_conntrack_max", "4.9", "net.netfilter.nf_conntrack_max is its name"},
    {"net.ipv4.netfilter.ip_conntrack_tcp_timeout_time_wait", "4.9",
     "net.netfilter.nf_conntrack_tcp_timeout_time_wait is its name"},
    {"net.ipv4.netfilter.ip_conntrack_tcp_timeout_close_wait", "4.9",
     "net.netfilter.nf_conntrack_tcp_timeout_close_wait is its name"},
    {"net.ipv4.netfilter.ip_conntrack_tcp_timeout_established", "4.9",
     "net.netfilter.nf_conntrack_tcp_timeout_established is its name"},
};

const struct sysctl_info *sysctl_info(const char *name)
{
    return NAMED(name, sysctl_table, sysctl_count);
}

/* `word` is the name, or the end of it behind a dot. */
static bool names_it(const char *name, const char *word)
{
    size_t whole = strlen(name);
    size_t length = strlen(word);

    return length > 0 && length <= whole && strcmp(name + whole - length, word) == 0 &&
           (length == whole || name[whole - length - 1] == '.');
}

const struct sysctl_info *sysctl_named(const char *word)
{
    for (size_t i = 0; i < sysctl_count; i++) {
        if (names_it(sysctl_table[i].name, word)) {
            return &sysctl_table[i];
        }
    }
    return NULL;
}

const struct sysctl_retired *sysctl_retired(const char *name)
{
    for (size_t i = 0; i < sizeof retired_table / sizeof retired_table[0]; i++) {
        if (names_it(retired_table[i].name, name)) {
            return &retired_table[i];
        }
    }
    return NULL;
}

/* As much of `name`, from its end, as `word` has parts. */
static const char *same_parts(const char *name, const char *word)
{
    const char *at = name + strlen(name);
    size_t dots = 0;

    for (; *word != '\0'; word++) {
        dots += *word == '.';
    }
    for (; at > name && (at[-1] != '.' || dots > 0); at--) {
        dots -= at[-1] == '.';
    }
    return at;
}

const char *sysctl_meant(const char *word)
{
    const struct sysctl_info *info = sysctl_named(word);
    const char *near = NULL;
    size_t best = 0;

    if (info != NULL) {
        return info->name;
    }

    for (size_t i = 0; i < sysctl_count; i++) {
        const char *name = sysctl_table[i].name;
        const char *candidates[] = {near, same_parts(name, word), name};
        const char *found = nearest_spelling(word, candidates, 3);
        if (found != near) {
            near = found;
            best = i;
        }
    }
    return near != NULL ? sysctl_table[best].name : NULL;
}

/* ---- scopes ---- */

static const struct {
    const char *name, *rootless, *about;
} scope_table[] = {
#define X(id, name, rootless, about) [id] = {name, rootless, about},
    SYSCTL_SCOPES(X)
#undef X
};

const char *sysctl_scope_name(enum sysctl_scope scope)
{
    return scope_table[scope].name;
}

const char *sysctl_scope_rootless(enum sysctl_scope scope)
{
    return scope_table[scope].rootless;
}

const char *sysctl_scope_about(enum sysctl_scope scope)
{
    return scope_table[scope].about;
}
