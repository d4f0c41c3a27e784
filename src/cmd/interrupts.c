#include "interrupts.h"

#include <signal.h>
#include <stddef.h>

#include "finwait/interrupt.h"

static volatile sig_atomic_t seen;
static volatile pid_t heir;

static volatile sig_atomic_t hasty;

static void note(int number)
{
    bool again = seen != 0;

    seen = number;
    if (heir > 0) {
        kill(heir, again && hasty ? SIGKILL : number);
    }
}

void interrupts_kill_at_second(void)
{
    hasty = 1;
}

/* Those that were ignored stay so. */
static void install(int flags)
{
    const struct sigaction action = {.sa_handler = note, .sa_flags = flags};

    for (size_t i = 0; i < INTERRUPT_N; i++) {
        struct sigaction old;

        if (sigaction(interrupt_numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) {
            sigaction(interrupt_numbers[i], &action, NULL);
        }
    }
}

void interrupts_hold(void)
{
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* ignored, which is inherited, it would leave waitpid(2) nothing */
    install(SA_RESTART);      /* or a result on its way to stdout ends in EINTR */
}

void interrupts_wake(bool wake)
{
    install(wake ? 0 : SA_RESTART);
}

bool interrupts_seen(void)
{
    return seen != 0;
}

const char *interrupts_name(void)
{
    return interrupt_name(seen);
}

void interrupts_pass_on(pid_t child)
{
    heir = child;
    interrupts_send(child); /* it came just before */
}

void interrupts_send(pid_t child)
{
    if (child > 0 && seen != 0) {
        kill(child, seen);
    }
}
