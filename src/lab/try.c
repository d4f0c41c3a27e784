#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "finwait/lab.h"

enum {
    TRY_LIMIT_S = 20, /* a lab takes no second */
    TRY_SOCKETS = 4096,
};

struct tried {
    enum lab_verdict verdict;
    struct error error;
};

/* What the machine lets no lab do at all is told apart from what it does not let this one. */
static void try_lab(const struct lab_config *config, struct tried *tried)
{
    struct lab_config plain = {
        .private = true, .sockets = TRY_SOCKETS, .addresses = {[SIDE_CLIENT] = 1, 1}};

    tried->verdict = LAB_UNTRIED;
    struct lab *lab = lab_prepare(&tried->error) == 0 ? lab_new(&plain, &tried->error) : NULL;
    if (lab == NULL) {
        return;
    }
    lab_free(lab);
    memcpy(plain.sysctl, config->sysctl, sizeof plain.sysctl);
    lab = lab_new(&plain, &tried->error);
    tried->verdict = lab != NULL ? LAB_CAN : LAB_CANNOT;
    lab_free(lab);
}

/* Ends the child: _exit, for what the parent registered with atexit is not the child's to run. */
static _Noreturn void try_and_tell(const struct lab_config *config, int to_parent)
{
    struct tried tried = {0};

    alarm(TRY_LIMIT_S);
    try_lab(config, &tried);
    /* Less than PIPE_BUF, so whole or not at all. */
    _exit(write(to_parent, &tried, sizeof tried) == (ssize_t)sizeof tried ? 0 : 1);
}

static enum lab_verdict hear(pid_t child, int from_child, struct error *error)
{
    struct tried tried;
    ssize_t length = read(from_child, &tried, sizeof tried);

    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
    if (length != (ssize_t)sizeof tried) {
        error_set(error, STATUS_MACHINE, "the lab that was tried ended without a word");
        return LAB_UNTRIED;
    }
    *error = tried.error;
    return tried.verdict;
}

enum lab_verdict lab_try_sysctls(const struct lab_config *config, struct error *error)
{
    enum lab_verdict verdict = LAB_UNTRIED;
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0) {
        error_errno(error, STATUS_MACHINE, errno, "pipe2");
        return LAB_UNTRIED;
    }
    fflush(NULL); /* what is buffered is to be written once */
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        try_and_tell(config, ends[1]);
    }
    int errnum = errno;
    close(ends[1]);
    if (child < 0) {
        error_fork(error, errnum);
    } else {
        verdict = hear(child, ends[0], error);
    }
    close(ends[0]);
    return verdict;
}
