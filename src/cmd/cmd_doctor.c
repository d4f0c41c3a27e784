#include <stdio.h>

#include "finwait/ink.h"
#include "finwait/lab.h"
#include "finwait/terminal.h"
#include "finwait/wrap.h"
#include "options.h"

enum { FOUND_AT = 32 }; /* the column of what was found, behind the two before it */

static void print_check(void *context, const struct check *check)
{
    static const struct {
        enum ink ink;
        const char *text; /* all of one width */
    } marks[] = {
        [CHECK_OK] = {INK_GREEN, "ok     "},
        [CHECK_LIMITED] = {INK_YELLOW, "limited"},
        [CHECK_MISSING] = {INK_RED, "MISSING"},
    };

    (void)context;
    ink_put(marks[check->verdict].ink, marks[check->verdict].text, stdout);
    printf("  %-22s ", check->name);
    text_wrap(check->found, FOUND_AT, FOUND_AT, terminal_page(), stdout);
    if (check->advice[0] != '\0') {
        text_blanks(FOUND_AT, stdout);
        text_wrap(check->advice, FOUND_AT, FOUND_AT, terminal_page(), stdout);
    }
}

static enum status run(struct command_line *line, struct error *error)
{
    if (line->count > 0) {
        error_set(error, STATUS_USAGE, "doctor takes no argument, not '%s'", line->operand[0]);
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

static const struct command_option options[] = {
    OPTION_COLOR,
    {.name = NULL},
};

const struct command command_doctor = {
    .name = "doctor",
    .group = GROUP_LOOK_UP,
    .arguments = "",
    .about = "Say what this machine can do, and how it could do more",
    .details =
        "ok: it is there; limited: finwait works, with less; MISSING: no private lab can be made.  "
        "Below what is not ok stands what to do.",
    .exits = "0 a private lab can be made; 3 it cannot.",
    .options = options,
    .run = run,
};
