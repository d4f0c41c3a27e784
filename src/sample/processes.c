#include "processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FIRST_ROOM = 64,
    NUMBER_TEXT = 16,
    STATUS_SIZE = 4096,
    PF_KTHREAD = 0x00200000, /* include/linux/sched.h */
    STAT_PPID = 4,           /* fields of stat, proc_pid_stat(5) */
    STAT_FLAGS = 9,
    STAT_THREADS = 20,
};

/* One process being looked at. */
struct look {
    struct processes *processes;
    struct sockets *sockets;
    int proc; /* /proc */
    pid_t pid;
    bool known; /* it is among the processes, the last one */
};

/* `items` with room for one more than `count`, or NULL: they are where they were. */
static void *make_room(void *items, uint32_t count, uint32_t *room, size_t size)
{
    uint32_t more = *room > 0 ? *room * 2 : FIRST_ROOM;
    void *grown;

    if (count < *room) {
        return items;
    }
    grown = reallocarray(items, more, size);
    *room = grown != NULL ? more : *room;
    return grown;
}

/* ---- what a process says of itself ---- */

/* The start of a file of the process, as text; "" when it cannot be read. */
static void read_file(const struct look *look, const char *name, char *text, size_t size)
{
    char path[NUMBER_TEXT + 16];
    ssize_t length = -1;

    snprintf(path, sizeof path, "%d/%s", (int)look->pid, name);
    int fd = openat(look->proc, path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        length = read(fd, text, size - 1);
        close(fd);
    }
    text[length > 0 ? length : 0] = '\0';
}

/* The last number of the line that begins with `label`, which begins with the line end before it;
 * or 0. */
static unsigned long last_number(const char *status, const char *label)
{
    const char *line = strstr(status, label);

    if (line == NULL) {
        return 0;
    }
    const char *end = strchrnul(line + 1, '\n');
    while (end > line && end[-1] >= '0' && end[-1] <= '9') {
        end--;
    }
    return strtoul(end, NULL, 10);
}

static void describe(const struct look *look, struct process *process)
{
    char status[STATUS_SIZE];
    char comm[OWNER_COMM + 1];

    read_file(look, "status", status, sizeof status);
    read_file(look, "comm", comm, sizeof comm);
    comm[strcspn(comm, "\n")] = '\0';
    *process = (struct process){
        .pid = look->pid,
        .inside = (pid_t)last_number(status, "\nNSpid:"),
        .parent = (pid_t)last_number(status, "\nPPid:"),
        .threads = (uint32_t)last_number(status, "\nThreads:"),
    };
    memcpy(process->comm, comm, sizeof process->comm);
    process->comm[sizeof process->comm - 1] = '\0';
}

/* What stat says, proc_pid_stat(5). */
struct stat_seen {
    char state; /* of its first thread; '\0': it is gone */
    long parent, flags, threads;
};

static struct stat_seen see_stat(const struct look *look)
{
    struct stat_seen seen = {.state = '\0'};
    char stat[512];

    read_file(look, "stat", stat, sizeof stat);
    char *at = strrchr(stat, ')');
    if (at == NULL || at[1] != ' ') {
        return seen;
    }
    seen.state = at[2];
    at += 3;
    for (int field = STAT_PPID; field <= STAT_THREADS; field++) {
        long value = strtol(at, &at, 10);
        seen.parent = field == STAT_PPID ? value : seen.parent;
        seen.flags = field == STAT_FLAGS ? value : seen.flags;
        seen.threads = value;
    }
    return seen;
}

/* Its first thread has ended and others have not: what it holds is theirs to show. */
static bool lives_in_others(const struct stat_seen *seen)
{
    return seen->state == 'Z' && seen->threads > 1;
}

/*
 * Whether one that may not be looked into has descriptors.  A kernel thread has none, nor has one
 * that has ended, of which the kernel says EACCES as well (proc_fd_access_allowed()).
 */
static bool keeps_descriptors(const struct look *look)
{
    struct stat_seen seen = see_stat(look);
    bool ended = seen.state == '\0' || seen.state == 'Z' || seen.state == 'X';

    return (!ended || lives_in_others(&seen)) && (seen.flags & PF_KTHREAD) == 0;
}

/* ---- who holds what ---- */

/* The index of the set `hands` with the process that is being looked at; 0: no memory. */
static uint32_t hands_with(struct look *look, uint32_t hands)
{
    struct processes *processes = look->processes;
    uint32_t process = processes->count - 1;
    uint32_t next = processes->hands[hands].next;
    struct hands *grown;

    if (next != 0 && processes->hands[next].process == process) {
        return next;
    }
    grown =
        make_room(processes->hands, processes->hands_count, &processes->hands_room, sizeof *grown);
    if (grown == NULL) {
        return 0;
    }
    processes->hands = grown;
    next = processes->hands_count++;
    processes->hands[next] = (struct hands){
        .before = hands, .process = process, .depth = processes->hands[hands].depth + 1};
    processes->hands[hands].next = next;
    return next;
}

static int know(struct look *look)
{
    struct processes *processes = look->processes;
    struct process *grown;

    if (look->known) {
        return 0;
    }
    grown = make_room(processes->item, processes->count, &processes->room, sizeof *grown);
    if (grown == NULL) {
        return ENOMEM;
    }
    processes->item = grown;
    describe(look, &processes->item[processes->count++]);
    look->known = true;
    return 0;
}

/* Returns an errno, or 0. */
static int note(struct look *look, struct socket *socket, uint32_t fd)
{
    const struct processes *processes = look->processes;
    const struct hands *hands;
    uint32_t with;

    if (know(look) != 0) {
        return ENOMEM;
    }
    hands = &processes->hands[socket->hands];
    if (hands->depth > 0 && hands->process == processes->count - 1) {
        return 0; /* two descriptors of one socket */
    }
    with = hands_with(look, socket->hands);
    if (with == 0) {
        return ENOMEM;
    }
    if (socket->hands == 0) {
        socket->fd = fd;
    }
    socket->hands = with;
    return 0;
}

/* Returns an errno, or 0. */
static int look_at_descriptor(struct look *look, int directory, const char *name)
{
    static const char label[] = "socket:[";
    char link[sizeof label + NUMBER_TEXT];
    ssize_t length = readlinkat(directory, name, link, sizeof link - 1);

    if (length < 0) {
        return errno == ENOENT ? 0 : errno;
    }
    link[length] = '\0';
    if (strncmp(link, label, sizeof label - 1) != 0) {
        return 0;
    }
    uint32_t inode = (uint32_t)strtoul(link + sizeof label - 1, NULL, 10);
    struct socket *socket = inode != 0 ? sockets_find(look->sockets, inode) : NULL;
    return socket != NULL ? note(look, socket, (uint32_t)strtoul(name, NULL, 10)) : 0;
}

/* The next entry, NULL at the end.  Returns an errno, or 0. */
static int next_entry(DIR *directory, const struct dirent **entry)
{
    errno = 0;
    *entry = readdir(directory);
    return *entry == NULL ? errno : 0;
}

/* `path` is one of /proc.  NULL: errno, which is ENOENT of one that has ended meanwhile. */
static DIR *open_directory(const struct look *look, const char *path)
{
    int fd = openat(look->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;

    if (directory == NULL && fd >= 0) {
        int errnum = errno;
        close(fd);
        errno = errnum;
    }
    return directory;
}

/* Returns an errno, or 0. */
static int look_into(struct look *look, const char *path)
{
    DIR *directory = open_directory(look, path);
    const struct dirent *entry;

    if (directory == NULL) {
        return errno;
    }
    int result = next_entry(directory, &entry);
    while (result == 0 && entry != NULL) {
        if (entry->d_name[0] != '.') {
            result = look_at_descriptor(look, dirfd(directory), entry->d_name);
        }
        result = result == 0 ? next_entry(directory, &entry) : result;
    }
    closedir(directory);
    return result;
}

/* Returns an errno, or 0. */
static int look_into_threads(struct look *look, DIR *threads)
{
    const struct dirent *entry;
    int result = next_entry(threads, &entry);

    while (result == 0 && entry != NULL) {
        char path[3 * NUMBER_TEXT];
        int thread = (int)strtol(entry->d_name, NULL, 10);
        snprintf(path, sizeof path, "%d/task/%d/fd", (int)look->pid, thread);
        result = thread > 0 && thread != look->pid ? look_into(look, path) : 0;
        result = result == 0 || result == ENOENT ? next_entry(threads, &entry) : result;
    }
    return result;
}

/* Returns an errno, or 0. */
static int look_into_others(struct look *look)
{
    char path[NUMBER_TEXT + 6];

    snprintf(path, sizeof path, "%d/task", (int)look->pid);
    DIR *threads = open_directory(look, path);
    if (threads == NULL) {
        return errno;
    }
    int result = look_into_threads(look, threads);
    closedir(threads);
    return result;
}

/* Returns an errno, or 0.  A process that has ended meanwhile holds nothing. */
static int look_at(struct look *look)
{
    char path[NUMBER_TEXT + 4];

    snprintf(path, sizeof path, "%d/fd", (int)look->pid);
    int result = look_into(look, path);
    if (!look->known) {
        struct stat_seen seen = see_stat(look);
        result = lives_in_others(&seen) ? look_into_others(look) : result;
    }
    switch (result) {
    case EACCES:
    case EPERM:
        look->processes->closed += keeps_descriptors(look);
        return 0;
    case ENOENT:
    case ESRCH:
        return 0;
    default:
        return result;
    }
}

/* Whether it is in one of the sockets' namespaces, as far as anybody may know. */
static bool is_among(const struct look *look, pid_t pid)
{
    const struct sockets *sockets = look->sockets;
    char path[NUMBER_TEXT + 8];
    struct stat seen;

    snprintf(path, sizeof path, "%d/ns/net", (int)pid);
    bool found = sockets->netns_count == 0 || fstatat(look->proc, path, &seen, 0) < 0;
    for (uint32_t i = 0; i < sockets->netns_count && !found; i++) {
        found = sockets->netns[i] == seen.st_ino;
    }
    return found;
}

/* One that has left the namespace has what it had before: its parent is still there. */
static bool is_near(const struct look *look)
{
    if (is_among(look, look->pid)) {
        return true;
    }
    struct stat_seen seen = see_stat(look);
    return seen.parent > 0 && is_among(look, (pid_t)seen.parent);
}

/* Without init /proc does not show other users' processes: mounted with hidepid, proc(5). */
static bool hides_some(DIR *proc)
{
    return faccessat(dirfd(proc), "1", F_OK, 0) != 0;
}

static bool is_known(const struct processes *processes, pid_t pid)
{
    bool known = false;

    for (uint32_t i = 0; i < processes->count && !known; i++) {
        known = processes->item[i].pid == pid;
    }
    return known;
}

/* At those that are near, or at all that nothing was found with. */
static int look_at_all(struct processes *processes, struct sockets *sockets, DIR *proc, bool near)
{
    const struct dirent *entry;
    int result = next_entry(proc, &entry);

    while (result == 0 && entry != NULL) {
        struct look look = {
            .processes = processes,
            .sockets = sockets,
            .proc = dirfd(proc),
            .pid = (pid_t)strtol(entry->d_name, NULL, 10),
        };
        bool due = look.pid > 0 && (near ? is_near(&look) : !is_known(processes, look.pid));
        result = due ? look_at(&look) : 0;
        result = result == 0 ? next_entry(proc, &entry) : result;
    }
    return result;
}

static bool all_are_found(const struct sockets *sockets)
{
    bool found = true;

    for (uint32_t i = 0; i < sockets->count && found; i++) {
        found = sockets->item[i].inode == 0 || sockets->item[i].hands != 0;
    }
    return found;
}

int processes_look(struct processes *processes, struct sockets *sockets, struct error *error)
{
    *processes = (struct processes){.count = 0};
    processes->hands = make_room(NULL, 0, &processes->hands_room, sizeof *processes->hands);
    DIR *proc = processes->hands != NULL ? opendir("/proc") : NULL;
    if (proc == NULL) {
        return error_errno(error, STATUS_MACHINE, errno, "looking for processes in /proc");
    }
    processes->hands[processes->hands_count++] = (struct hands){.depth = 0};
    int result = look_at_all(processes, sockets, proc, true);
    if (result == 0 && sockets->netns_count > 0 && !all_are_found(sockets)) {
        rewinddir(proc);
        result = look_at_all(processes, sockets, proc, false);
    }
    processes->closed += hides_some(proc);
    closedir(proc);
    return result == 0 ? 0
                       : error_errno(error, STATUS_MACHINE, result,
                                     "looking at the descriptors of processes");
}

void processes_fini(struct processes *processes)
{
    free(processes->item);
    free(processes->hands);
    *processes = (struct processes){.count = 0};
}
