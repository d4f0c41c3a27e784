#include "sysctl_advice.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "finwait/kernel_sysctl.h"
#include "finwait/lab.h"
#include "link.h"

const char *sysctl_path(char path[SYSCTL_PATH], const char *name)
{
    int length = snprintf(path, SYSCTL_PATH, "/proc/sys/%.*s", SYSCTL_NAME, name);

    for (int i = (int)strlen("/proc/sys/"); i < length; i++) {
        if (path[i] == '.') {
            path[i] = '/';
        }
    }
    return path;
}

/*
 * Older kernels keep net.core from namespaces that were made without root (sysctl_core_net_init,
 * net/core/sysctl_net_core.c); somaxconn is there on every other.
 */
static bool is_hidden(const char *name)
{
    return strncmp(name, "net.core.", strlen("net.core.")) == 0 &&
           access("/proc/sys/net", X_OK) == 0 && access("/proc/sys/net/core/somaxconn", F_OK) != 0;
}

/* The entry of `directory` that is spelled most like `word`, in `nearest`; false for none. */
static bool nearest_entry(const char *directory, const char *word, char nearest[SYSCTL_NAME])
{
    struct dirent **entries;
    bool found = false;
    int count = scandir(directory, &entries, NULL, NULL);

    for (int i = 0; i < count; i++) {
        const char *candidates[] = {found ? nearest : entries[i]->d_name, entries[i]->d_name};
        const char *best = nearest_spelling(word, candidates, 2);
        if (best != NULL && best != nearest) {
            snprintf(nearest, SYSCTL_NAME, "%s", best);
            found = true;
        }
        free(entries[i]);
    }
    if (count >= 0) {
        free((void *)entries);
    }
    return found;
}

/* Length of the longest leading part of `name` that exists, up to a dot. */
static size_t known_length(const char *name)
{
    char part[SYSCTL_NAME];
    char path[SYSCTL_PATH];
    size_t known = 0;

    for (const char *dot = strchr(name, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
        snprintf(part, sizeof part, "%.*s", (int)(dot - name), name);
        if (access(sysctl_path(path, part), X_OK) != 0) {
            break;
        }
        known = (size_t)(dot - name);
    }
    return known;
}

void sysctl_look_home(const struct sysctl_settings *settings)
{
    char path[SYSCTL_PATH];

    for (size_t i = 0; i < settings->count; i++) {
        struct sysctl_setting *item = &settings->item[i];
        item->at_home = access(sysctl_path(path, item->name), F_OK) == 0;
    }
}

/* The interface whose own it is, up to its dot: that a host has no such interface tells nothing of
 * the sysctl.  NULL: no interface's. */
static const char *find_link(const char *name)
{
    static const char *const folders[] = {".conf.", ".neigh."};

    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        const char *folder = strstr(name, folders[i]);
        const char *link = folder != NULL ? folder + strlen(folders[i]) : NULL;
        if (link != NULL && strncmp(link, "all.", 4) != 0 && strncmp(link, "default.", 8) != 0) {
            return link;
        }
    }
    return NULL;
}

/* Where it is of an interface that is not there: which there are. */
static bool lacks_link(const char *name, struct error *error)
{
    const char *link = find_link(name);

    if (link == NULL) {
        return false;
    }
    char folder[SYSCTL_NAME];
    char path[SYSCTL_PATH];
    int length = (int)strcspn(link, ".");
    snprintf(folder, sizeof folder, "%.*s", (int)(link - name) + length, name);
    if (access(sysctl_path(path, folder), F_OK) == 0) {
        return false;
    }
    error_set(error, STATUS_USAGE, "%s: a host has no interface \"%.*s\"", name, length, link);
    error_hint(error, "it has lo and its link to the other: write %.*s" LINK_NAME "%s",
               (int)(link - name), name, link + length);
    return true;
}

bool sysctl_is_left_out(const char *name)
{
    char path[SYSCTL_PATH];

    return access(sysctl_path(path, name), F_OK) != 0 && errno == ENOENT && !is_hidden(name) &&
           find_link(name) == NULL;
}

static int suggest(const char *name, struct error *error)
{
    char known[SYSCTL_NAME];
    char word[SYSCTL_NAME];
    char path[SYSCTL_PATH];
    char nearest[SYSCTL_NAME];
    size_t length = known_length(name);

    if (length == 0) {
        return error_hint(error, "is /proc mounted?");
    }
    const char *rest = name + length + 1;
    size_t word_length = strcspn(rest, ".");
    snprintf(known, sizeof known, "%.*s", (int)length, name);
    snprintf(word, sizeof word, "%.*s", (int)word_length, rest);
    if (!nearest_entry(sysctl_path(path, known), word, nearest)) {
        return error_hint(error, "see what there is: sysctl %s", known);
    }
    error->status = STATUS_USAGE; /* a slip of the pen, not what the machine lacks */
    if (strcmp(word, nearest) == 0) {
        rest += word_length; /* it is a value, and has no parts */
        word_length = strlen(rest);
    }
    return error_hint(error, "did you mean %s.%s%s?", known, nearest, rest + word_length);
}

int sysctl_unknown(const char *name, struct error *error)
{
    const struct sysctl_info *info = sysctl_info(name);

    error_set(error, STATUS_MACHINE, "%s: this kernel has no such sysctl", name);
    if (is_hidden(name)) {
        error_set(error, STATUS_MACHINE,
                  "%s: this kernel has no net.core in hosts that are made without root", name);
        return error_hint(error, "run finwait as root, or on a newer kernel");
    }
    if (lacks_link(name, error)) {
        return -1;
    }
    return info == NULL || info->since == NULL
               ? suggest(name, error)
               : error_hint(error, "Linux %s and later have it", info->since);
}

int sysctl_denied(const char *name, const char *verb, int errnum, struct error *error)
{
    error_errno(error, STATUS_MACHINE, errnum, "%s %s", verb, name);
    if (errnum == EROFS) {
        return error_hint(error, "/proc/sys is mounted read-only, as containers do: start it with "
                                 "podman's --security-opt unmask=/proc/sys or with --privileged, "
                                 "or use `lab: host`");
    }
    if (errnum == EACCES || errnum == EPERM) {
        return error_hint(error, "the kernel does not let this namespace %s it", verb);
    }
    return -1;
}

int sysctl_refused(const char *name, const char *value, int errnum, struct error *error)
{
    if (errnum == EPERM || errnum == EACCES || errnum == EROFS || errnum == ENOMEM) {
        return sysctl_denied(name, "write", errnum, error);
    }
    const struct sysctl_info *info = sysctl_info(name);
    char takes[SYSCTL_TAKES];

    error_errno(error, STATUS_USAGE, errnum, "%s: the kernel refuses \"%s\"", name, value);
    if (info != NULL) {
        return error_hint(error, "it takes %s: %s", sysctl_takes(takes, info), info->meaning);
    }
    return error_hint(error, "give a value in the range it takes (ip-sysctl.rst of the kernel's "
                             "documentation)");
}
