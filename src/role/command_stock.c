#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "finwait/clock.h"

/* What processes have, by /proc (proc(5)).  One that has ended meanwhile has nothing. */

enum { LINE = 1024 };

/* The start of what it says of itself in a file of /proc/PID. */
static void read_of(pid_t pid, const char *name, char text[LINE])
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    FILE *file = fopen(path, "re");
    text[file != NULL ? fread(text, 1, LINE - 1, file) : 0] = '\0';
    if (file != NULL) {
        fclose(file);
    }
}

/* Of numbers and words with a space between each. */
static uint64_t field_of(const char *text, unsigned index)
{
    while (index-- > 0 && *text != '\0') {
        text += strcspn(text, " ");
        text += strspn(text, " ");
    }
    return strtoull(text, NULL, 10);
}

/* False: they may not be looked at. */
static bool add_descriptors(pid_t pid, uint64_t *count)
{
    char path[64];
    struct dirent *entry;

    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *directory = opendir(path);
    if (directory == NULL) {
        return errno == ENOENT;
    }
    while ((entry = readdir(directory)) != NULL) {
        *count += entry->d_name[0] != '.';
    }
    closedir(directory);
    return true;
}

static uint64_t memory_of(pid_t pid)
{
    char text[LINE];

    read_of(pid, "statm", text);
    return field_of(text, 1) * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Its own time, and that of the children that it has reaped.  Its name may have any bytes. */
static int64_t cpu_of(pid_t pid)
{
    enum { UTIME = 12, TIMES = 4 }; /* behind the name */
    char text[LINE];
    uint64_t ticks = 0;

    read_of(pid, "stat", text);
    const char *behind = strrchr(text, ')');
    for (unsigned i = 0; behind != NULL && i < TIMES; i++) {
        ticks += field_of(behind, UTIME + i);
    }
    return (int64_t)ticks * (NS_PER_S / sysconf(_SC_CLK_TCK));
}

void kin_stock(const struct kin *kin, pid_t keeper, struct command_stock *stock)
{
    *stock = (struct command_stock){.looked = true, .has_descriptors = true, .cpu = cpu_of(keeper)};
    for (unsigned i = 0; i < kin->count; i++) {
        stock->has_descriptors &= add_descriptors(kin->pid[i], &stock->descriptors);
        stock->memory += memory_of(kin->pid[i]);
        stock->cpu += cpu_of(kin->pid[i]);
    }
}
