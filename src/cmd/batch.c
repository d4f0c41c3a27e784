#include "batch.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "interrupts.h"

void batch_free(struct batch *batch)
{
    for (size_t i = 0; batch != NULL && i < batch->count; i++) {
        scenario_free(batch->scenario[i]);
    }
    free(batch);
}

struct batch *batch_load(size_t count, char **names, const struct overrides *overrides,
                         struct error *error)
{
    struct batch *batch = calloc(1, sizeof *batch + count * sizeof(struct scenario *));

    if (batch == NULL) {
        error_set(error, STATUS_MACHINE, "out of memory");
        return NULL;
    }
    for (; batch->count < count; batch->count++) {
        struct scenario *scenario = command_scenario(names[batch->count], overrides, error);

        if (scenario == NULL) {
            batch_free(batch);
            return NULL;
        }
        batch->scenario[batch->count] = scenario;
    }
    return batch;
}

const char *batch_twin(const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(batch->scenario[i]->name, batch->scenario[j]->name) == 0) {
                return batch->scenario[i]->name;
            }
        }
    }
    return NULL;
}

static enum status run_here(const struct scenario *scenario, batch_run_fn *run, void *context)
{
    struct error error = {0};
    enum status status = run(context, scenario, &error);

    if (status != STATUS_OK && error.what[0] != '\0') {
        error_print(&error, stderr);
    }
    fflush(stdout);
    return status;
}

/* A signal to this process alone is passed on; one to the group has reached the child as well. */
static enum status await(pid_t child)
{
    int status = 0;
    pid_t ended;

    interrupts_pass_on(child);
    do {
        ended = waitpid(child, &status, 0);
    } while (ended < 0 && errno == EINTR);
    interrupts_pass_on(0);
    if (ended < 0) {
        perror("finwait: waitpid");
        return STATUS_MACHINE;
    }
    if (WIFSIGNALED(status)) {
        fprintf(stderr, "finwait: the run was ended by signal %d\n", WTERMSIG(status));
    }
    return WIFEXITED(status) ? (enum status)WEXITSTATUS(status) : STATUS_MACHINE;
}

static enum status run_apart(const struct scenario *scenario, batch_run_fn *run, void *context,
                             struct error *error)
{
    pid_t parent = getpid();
    pid_t child;

    fflush(NULL); /* what is buffered is to be written once */
    child = fork();
    if (child < 0) {
        error_fork(error, errno);
        return STATUS_MACHINE;
    }
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        _exit(getppid() == parent ? (int)run_here(scenario, run, context) : STATUS_MACHINE);
    }
    return await(child);
}

enum status batch_run(const struct batch *batch, batch_run_fn *run, void *context,
                      struct error *error)
{
    enum status worst = STATUS_OK;

    if (batch->count == 1) {
        return run(context, batch->scenario[0], error);
    }
    for (size_t i = 0; i < batch->count; i++) {
        enum status status = interrupts_seen() ? STATUS_INTERRUPTED
                                               : run_apart(batch->scenario[i], run, context, error);
        worst = status > worst ? status : worst;
        if (status == STATUS_USAGE || status == STATUS_MACHINE) {
            break;
        }
    }
    return worst;
}
