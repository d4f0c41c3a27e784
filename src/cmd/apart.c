#include "apart.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "interrupts.h"

/* Ends the child; `told` is the parent's as well. */
static _Noreturn void run_here(apart_fn *fn, void *context, struct error *told)
{
    enum status status = fn(context, told);

    fflush(stdout);
    _exit((int)status);
}

/* A signal to this process alone is passed on; one to the group has reached the child as well. */
static enum status await(pid_t child, struct error *error)
{
    int status = 0;
    pid_t ended;

    interrupts_pass_on(child);
    do {
        ended = waitpid(child, &status, 0);
    } while (ended < 0 && errno == EINTR);
    interrupts_pass_on(0);
    if (ended < 0) {
        error_errno(error, STATUS_MACHINE, errno, "waitpid");
        return STATUS_MACHINE;
    }
    if (WIFSIGNALED(status)) {
        error_set(error, STATUS_MACHINE, "the run was ended by signal %d", WTERMSIG(status));
    }
    return WIFEXITED(status) ? (enum status)WEXITSTATUS(status) : STATUS_MACHINE;
}

static enum status run_child(apart_fn *fn, void *context, struct error *told, struct error *error)
{
    pid_t parent = getpid();
    pid_t child;
    enum status status;

    fflush(NULL); /* what is buffered is to be written once */
    child = fork();
    if (child < 0) {
        error_fork(error, errno);
        return STATUS_MACHINE;
    }
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) {
            _exit((int)STATUS_MACHINE);
        }
        run_here(fn, context, told);
    }
    status = await(child, error);
    if (error->what[0] == '\0') {
        *error = *told;
    }
    return status;
}

enum status apart_run(apart_fn *fn, void *context, struct error *error)
{
    struct error *told =
        mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    enum status status;

    *error = (struct error){0};
    if (told == MAP_FAILED) {
        error_errno(error, STATUS_MACHINE, errno, "mmap");
        return STATUS_MACHINE;
    }
    status = run_child(fn, context, told, error);
    munmap(told, sizeof *told);
    return status;
}
