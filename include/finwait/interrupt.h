#ifndef FINWAIT_INTERRUPT_H
#define FINWAIT_INTERRUPT_H

#include <signal.h>

/*
 * The signals by which a user, a terminal, timeout(1), a batch system or a limit ends a program,
 * and which a program can survive: each ends a run early, and what it has measured is kept.
 */
#define INTERRUPTS(X)                                                                              \
    X(SIGINT)                                                                                      \
    X(SIGTERM)                                                                                     \
    X(SIGHUP)                                                                                      \
    X(SIGQUIT)                                                                                     \
    X(SIGALRM)                                                                                     \
    X(SIGUSR1)                                                                                     \
    X(SIGUSR2)                                                                                     \
    X(SIGXCPU)

enum {
#define X(number) INTERRUPT_##number,
    INTERRUPTS(X)
#undef X
        INTERRUPT_N
};

extern const int interrupt_numbers[INTERRUPT_N];

/* "SIGINT"; static storage.  NULL: none of them. */
const char *interrupt_name(int number);

/* Ignore them all, as a process does whose parent decides what becomes of it. */
void interrupt_ignore(void);

#endif
