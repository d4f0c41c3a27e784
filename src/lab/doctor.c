#include "doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    TRY_LIMIT_S = 20, /* no check takes a second; one that hangs is a finding */
};

static const struct row {
    const char *name;
    check_fn *run;
    bool in_child;
} rows[] = {
    {"kernel", check_kernel, false},
    {"user namespaces", try_user_namespaces, true},
    {"private lab", try_private_lab, true},
    {"PID namespace", try_pid_namespace, true},
    {"own socket table", try_socket_table, true},
    {"sock_diag", try_sock_diag, true},
    {"packet order", try_packet_order, true},
    {"open files", check_descriptors, false},
    {"CPUs", check_cpus, false},
    {"nftables", try_nftables, true},
    {"netem", try_netem, true},
    {"tbf", try_tbf, true},
    {"IP_LOCAL_PORT_RANGE", check_port_range, false},
    {"clocksource", check_clocksource, false},
};

/* Ends the child: _exit, for what the parent registered with atexit is not the child's to run. */
static void try_and_tell(check_fn *run, struct check *check, int to_parent)
{
    alarm(TRY_LIMIT_S);
    run(check);
    /* Less than PIPE_BUF, so whole or not at all. */
    _exit(write(to_parent, check, sizeof *check) == (ssize_t)sizeof *check ? 0 : 1);
}

/* What the child told, or why it did not. */
static void hear(pid_t child, int from_child, struct check *check)
{
    struct check told;
    int status = 0;
    ssize_t length = read(from_child, &told, sizeof told);

    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (length == (ssize_t)sizeof told) {
        *check = told;
    } else if (WIFSIGNALED(status)) {
        check_say(check, CHECK_MISSING, "the check was ended by SIG%s",
                  sigabbrev_np(WTERMSIG(status)));
        check_advise(check, "this is a fault of finwait or of the kernel: please report it");
    } else {
        check_say(check, CHECK_MISSING, "the check ended without a word");
        check_advise(check, "this is a fault of finwait or of the kernel: please report it");
    }
}

static void in_child(check_fn *run, struct check *check)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0) {
        check_say(check, CHECK_MISSING, "not tried: pipe: %s", errno_name(errno));
        check_advise(check, "let this process have more open files");
        return;
    }
    fflush(NULL); /* what is buffered is to be written once */
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        try_and_tell(run, check, ends[1]);
    }
    close(ends[1]);
    if (child < 0) {
        check_say(check, CHECK_MISSING, "not tried: fork: %s", errno_name(errno));
        check_advise(check, "let this user have more processes (ulimit -u)");
    } else {
        hear(child, ends[0], check);
    }
    close(ends[0]);
}

enum check_verdict lab_doctor(void (*fn)(void *context, const struct check *check), void *context)
{
    enum check_verdict worst = CHECK_OK;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct check check = {.name = rows[i].name};
        if (rows[i].in_child) {
            in_child(rows[i].run, &check);
        } else {
            rows[i].run(&check);
        }
        worst = check.verdict > worst ? check.verdict : worst;
        fn(context, &check);
    }
    return worst;
}
