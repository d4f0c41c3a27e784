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

int apart_begin(struct apart *apart, apart_fn *fn, void *context, struct error *error)
{
    pid_t parent = getpid();

    *error = (struct error){0};
    apart->told =
        mmap(NULL, sizeof *apart->told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (apart->told == MAP_FAILED) {
        return error_errno(error, STATUS_MACHINE, errno, "mmap");
    }
    fflush(NULL); /* what is buffered is to be written once */
    apart->child = fork();
    if (apart->child < 0) {
        error_fork(error, errno);
        munmap(apart->told, sizeof *apart->told);
        return -1;
    }
    if (apart->child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) {
            _exit((int)STATUS_MACHINE);
        }
        run_here(fn, context, apart->told);
    }
    return 0;
}

enum status apart_end(struct apart *apart, int status, struct error *error)
{
    *error = *apart->told;
    munmap(apart->told, sizeof *apart->told);
    if (WIFSIGNALED(status) && error->what[0] == '\0') {
        error_set(error, STATUS_MACHINE, "the run was ended by signal %d", WTERMSIG(status));
    }
    return WIFEXITED(status) ? (enum status)WEXITSTATUS(status) : STATUS_MACHINE;
}

/* A signal to this process alone is passed on; one to the group has reached the child as well. */
enum status apart_run(apart_fn *fn, void *context, struct error *error)
{
    struct apart apart = {.child = -1};
    int status = 0;
    pid_t ended;

    if (apart_begin(&apart, fn, context, error) != 0) {
        return STATUS_MACHINE;
    }
    interrupts_pass_on(apart.child);
    do {
        ended = waitpid(apart.child, &status, 0);
    } while (ended < 0 && errno == EINTR);
    interrupts_pass_on(0);
    return apart_end(&apart, status, error);
}
