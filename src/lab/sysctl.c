#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "finwait/lab.h"
#include "sysctl_advice.h"

/*
 * /proc/sys/net shows the namespace of the thread that looks (net_ctl_header_lookup,
 * net/sysctl_net.c), so nothing has to be mounted to reach a host's.
 */

enum {
    VALUE_MAX = 4096, /* longest value read back or listed */
};

bool sysctl_name_ok(const char *name)
{
    size_t length = strlen(name);
    char previous = '.';

    if (strncmp(name, "net.", 4) != 0 || length >= SYSCTL_NAME) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        char c = name[i];
        if (c == '.' ? previous == '.' : !isalnum((unsigned char)c) && c != '_' && c != '-') {
            return false;
        }
        previous = c;
    }
    return previous != '.';
}

/* Open the file behind `name`; a descriptor, or -1. */
static int sysctl_open(const char *name, int flags, struct error *error)
{
    char path[SYSCTL_PATH];

    if (!sysctl_name_ok(name)) {
        error_set(error, STATUS_USAGE, "%s: not the name of a sysctl", name);
        return error_hint(error, "write it as net.ipv4.tcp_fin_timeout");
    }
    int fd = open(sysctl_path(path, name), flags | O_CLOEXEC);
    if (fd >= 0) {
        return fd;
    }
    if (errno == ENOENT || errno == ENOTDIR) {
        return sysctl_unknown(name, error);
    }
    return sysctl_denied(name, flags == O_RDONLY ? "read" : "write", errno, error);
}

/* Fill `value`; its length, or -1 with errno (EOVERFLOW: does not fit).  The kernel shows a value
 * at one read, and nothing at the next (proc_sys_call_handler(), fs/proc/proc_sysctl.c). */
static ssize_t read_all(int fd, char *value, size_t size)
{
    ssize_t length;

    do {
        length = read(fd, value, size);
    } while (length < 0 && errno == EINTR);
    if (length < 0) {
        return -1;
    }
    if ((size_t)length == size) {
        errno = EOVERFLOW;
        return -1;
    }
    value[length] = '\0';
    return length;
}

static void tidy(char *value)
{
    size_t length = strlen(value);

    while (length > 0 && isspace((unsigned char)value[length - 1])) {
        value[--length] = '\0';
    }
    for (size_t i = 0; i < length; i++) {
        if (value[i] == '\t' || value[i] == '\n') {
            value[i] = ' ';
        }
    }
}

int sysctl_read(const char *name, char *value, size_t size, struct error *error)
{
    int fd = sysctl_open(name, O_RDONLY, error);

    if (fd < 0) {
        return -1;
    }
    ssize_t length = read_all(fd, value, size);
    int errnum = errno;
    close(fd);
    if (length < 0) {
        return error_errno(error, STATUS_MACHINE, errnum, "read %s", name);
    }
    tidy(value);
    return 0;
}

/* ---- writing ---- */

/* The next word of *cursor, NUL-terminated in `word`; false at the end. */
static bool next_word(const char **cursor, char *word, size_t size)
{
    const char *start = *cursor + strspn(*cursor, " \t\n");
    size_t length = strcspn(start, " \t\n");

    *cursor = start + length;
    if (length >= size) {
        length = size - 1;
    }
    memcpy(word, start, length);
    word[length] = '\0';
    return length > 0;
}

static bool as_integer(const char *word, long long *number)
{
    char *end;

    errno = 0;
    *number = strtoll(word, &end, 0);
    return errno == 0 && end != word && *end == '\0';
}

/* Whether two words mean the same to the kernel, which reads "0x10" and shows "16". */
static bool same_word(const char *a, const char *b)
{
    long long x;
    long long y;

    return strcmp(a, b) == 0 || (as_integer(a, &x) && as_integer(b, &y) && x == y);
}

/* Blanks apart, for the kernel puts its own. */
static bool same_value(const char *a, const char *b)
{
    char x[VALUE_MAX];
    char y[VALUE_MAX];

    for (;;) {
        bool more = next_word(&a, x, sizeof x);
        if (next_word(&b, y, sizeof y) != more) {
            return false;
        }
        if (!more) {
            return true;
        }
        if (!same_word(x, y)) {
            return false;
        }
    }
}

static int verify(const char *name, const char *value, struct error *error)
{
    char now[VALUE_MAX];

    if (sysctl_read(name, now, sizeof now, error) != 0) {
        return -1;
    }
    if (same_value(value, now)) {
        return 0;
    }
    error_set(error, STATUS_USAGE, "%s: wrote \"%s\" but it reads \"%s\"", name, value, now);
    return error_hint(error, "the kernel limited or rewrote the value: give one that it keeps as "
                             "it is");
}

/* For root the kernel would load the module of one that it has not (tcp_ca_find_autoload(),
 * net/ipv4/tcp_cong.c), and the machine would keep it. */
static int check_loaded(const char *name, const char *value, struct error *error)
{
    char loaded[VALUE_MAX];
    char word[VALUE_MAX];
    const char *cursor = loaded;

    if (strcmp(name, "net.ipv4.tcp_congestion_control") != 0) {
        return 0;
    }
    if (sysctl_read("net.ipv4.tcp_available_congestion_control", loaded, sizeof loaded, error) !=
        0) {
        return -1;
    }
    while (next_word(&cursor, word, sizeof word)) {
        if (same_value(word, value)) {
            return 0;
        }
    }
    error_set(error, STATUS_USAGE, "%s: this machine has no \"%s\" loaded", name, value);
    return error_hint(error, "it has %s; a lab loads no module: as root, modprobe tcp_NAME",
                      loaded);
}

int sysctl_write(const char *name, const char *value, struct error *error)
{
    char line[VALUE_MAX];
    int length = snprintf(line, sizeof line, "%s\n", value);

    if (length < 0 || (size_t)length >= sizeof line) {
        return error_set(error, STATUS_USAGE, "%s: the value is longer than %d characters", name,
                         VALUE_MAX - 2);
    }
    if (check_loaded(name, value, error) != 0) {
        return -1;
    }
    int fd = sysctl_open(name, O_WRONLY, error);
    if (fd < 0) {
        return -1;
    }
    /* At one go: each write(2) is a value of its own (proc_dointvec, kernel/sysctl.c). */
    ssize_t written = write(fd, line, (size_t)length);
    int errnum = errno;
    close(fd);
    return written < 0 ? sysctl_refused(name, value, errnum, error) : verify(name, value, error);
}

/* ---- listing ---- */

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* A plain file that anyone may read: what only root may is a secret, such as tcp_fastopen_key.
 * errno is 0 when it is there and not public. */
static bool is_public(int fd)
{
    struct stat status;

    if (fstat(fd, &status) != 0) {
        return false;
    }
    errno = 0;
    return S_ISREG(status.st_mode) && (status.st_mode & S_IROTH) != 0;
}

int sysctl_read_public(const char *name, char *value, size_t size)
{
    char path[SYSCTL_PATH];
    int fd = open(sysctl_path(path, name), O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        return -1;
    }
    ssize_t length = is_public(fd) ? read_all(fd, value, size) : -1;
    int errnum = errno;
    close(fd);
    errno = errnum;
    if (length < 0) {
        return -1;
    }
    tidy(value);
    return 0;
}

/* What this process lacks, or fstat(2) met; with another errno the kernel tells that it does not
 * show that one. */
static bool is_lack(int errnum)
{
    return errnum == ENOMEM || errnum == EMFILE || errnum == ENFILE || errnum == EIO;
}

static int each_entry(const char *directory, const char *entry, sysctl_fn fn, void *context,
                      struct error *error)
{
    char name[SYSCTL_NAME];
    char value[VALUE_MAX];

    snprintf(name, sizeof name, "%s.%.*s", directory, NAME_MAX, entry);
    if (strcmp(name, "net.ipv6.conf") == 0) { /* of the folders' many, the one that tells */
        snprintf(name, sizeof name, "net.ipv6.conf.all.disable_ipv6");
    }
    if (sysctl_read_public(name, value, sizeof value) == 0) {
        fn(context, name, value);
    } else if (is_lack(errno)) {
        return error_errno(error, STATUS_MACHINE, errno, "read %s", name);
    }
    return 0;
}

static int each_of(const char *directory, sysctl_fn fn, void *context, struct error *error)
{
    char path[SYSCTL_PATH];
    struct dirent **entries;
    int count = scandir(sysctl_path(path, directory), &entries, is_visible, by_name);
    int status = 0;

    if (count < 0) {
        return is_lack(errno) ? error_errno(error, STATUS_MACHINE, errno, "list %s", path) : 0;
    }
    for (int i = 0; i < count; i++) {
        if (status == 0) {
            status = each_entry(directory, entries[i]->d_name, fn, context, error);
        }
        free(entries[i]);
    }
    free((void *)entries);
    return status;
}

int sysctl_each(sysctl_fn fn, void *context, struct error *error)
{
    static const char *const directories[] = {"net.core", "net.ipv4", "net.ipv6", "net.netfilter"};

    for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++) {
        if (each_of(directories[i], fn, context, error) != 0) {
            return -1;
        }
    }
    return 0;
}
