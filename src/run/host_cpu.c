#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "finwait/clock.h"
#include "trial.h"

enum { COLUMNS = 8 };

/* The sum of all CPUs is the first line of /proc/stat, in clock ticks (proc(5)). */
static bool read_columns(int64_t column[COLUMNS])
{
    FILE *file = fopen("/proc/stat", "re");
    char line[512];
    char *rest = line + strlen("cpu ");
    bool is = file != NULL && fgets(line, sizeof line, file) != NULL &&
              strncmp(line, "cpu ", strlen("cpu ")) == 0;

    if (file != NULL) {
        fclose(file);
    }
    for (size_t i = 0; i < COLUMNS && is; i++) {
        char *from = rest;
        column[i] = strtoll(from, &rest, 10) * (NS_PER_S / sysconf(_SC_CLK_TCK));
        is = rest != from;
    }
    return is;
}

static bool look(struct host_cpu *cpu)
{
    int64_t column[COLUMNS];

    if (!read_columns(column)) {
        return false;
    }
#define X(name, number) cpu->name = column[number];
    HOST_CPU(X)
#undef X
    return true;
}

void host_cpu_begin(struct trial *trial)
{
    trial->result->has_host_cpu = look(&trial->host_cpu);
}

/* A figure that has run backwards, as steal may, tells nothing. */
void host_cpu_end(struct trial *trial)
{
    struct host_cpu *kept = &trial->result->host_cpu;
    struct host_cpu now;
    bool is = trial->result->has_host_cpu && look(&now);

    trial->result->has_host_cpu = is;
    if (!is) {
        return;
    }
#define X(name, number)                                                                            \
    kept->name = now.name > trial->host_cpu.name ? now.name - trial->host_cpu.name : 0;
    HOST_CPU(X)
#undef X
}
