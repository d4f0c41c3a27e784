#include "usage.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "finwait/clock.h"

static int64_t ns_of(struct timeval time)
{
    return (int64_t)time.tv_sec * NS_PER_S + time.tv_usec * NS_PER_US;
}

static void look_at_cpu(struct worker *worker)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) == 0) {
        worker->account->cpu_user = worker->before.cpu_user + ns_of(usage.ru_utime);
        worker->account->cpu_system = worker->before.cpu_system + ns_of(usage.ru_stime);
    }
}

/* Bytes of memory that no file backs, RssAnon of proc_pid_status(5); 0: it cannot be told. */
static uint64_t anonymous_memory(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    char line[128];
    char *rest;
    uint64_t resident;
    uint64_t shared;

    if (file == NULL) { /* a scenario may leave no descriptor for this */
        return 0;
    }
    rest = fgets(line, sizeof line, file);
    fclose(file);
    if (rest == NULL) {
        return 0;
    }
    strtoull(rest, &rest, 10); /* the size of the address space */
    resident = strtoull(rest, &rest, 10);
    shared = strtoull(rest, &rest, 10);
    return resident > shared ? (resident - shared) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

/* What is kept is how it was when the most connections were open. */
static void look_at_memory(struct worker *worker)
{
    struct account *account = worker->account;
    uint64_t open = worker->open + account->outcome[OUTCOME_HELD];

    if (open > 0 && open >= account->memory_open) {
        uint64_t memory = anonymous_memory();

        if (memory > 0) {
            account->memory_start = worker->memory; /* a predecessor's may stand there */
            account->memory_open = open;
            account->memory_peak = memory;
        }
    }
}

void usage_begin(struct worker *worker)
{
    worker->memory = anonymous_memory();
}

void usage_look(struct worker *worker)
{
    look_at_cpu(worker);
    look_at_memory(worker);
}
