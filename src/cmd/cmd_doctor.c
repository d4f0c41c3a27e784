#include <stdio.h>

#include "command.h"
#include "finwait/lab.h"

static void print_check(void *context, const struct check *check)
{
    static const char *const marks[] = {
        [CHECK_OK] = "ok",
        [CHECK_LIMITED] = "limited",
        [CHECK_MISSING] = "MISSING",
    };

    (void)context;
    printf("%-8s %-22s %s\n", marks[check->verdict], check->name, check->found);
    if (check->advice[0] != '\0') {
        printf("%-31s %s\n", "", check->advice);
    }
}

static enum status run(int argc, char **argv, struct error *error)
{
    if (argc > 1) {
        error_set(error, STATUS_USAGE, "doctor takes no argument, not '%s'", argv[1]);
        error_hint(error, "say just: finwait doctor");
        return STATUS_USAGE;
    }
    if (lab_doctor(print_check, NULL) != CHECK_MISSING) {
        return STATUS_OK;
    }
    error_set(error, STATUS_MACHINE, "this machine cannot make a private lab");
    error_hint(error, "do what stands above, or use `lab: host`, which needs none of it");
    return STATUS_MACHINE;
}

const struct command command_doctor = {
    .name = "doctor",
    .arguments = "",
    .about = "Say what this machine can do, and what to do about what it cannot",
    .run = run,
};
