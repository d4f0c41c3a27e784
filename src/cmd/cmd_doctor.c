#include <math.h>
#include <stdio.h>
#include <string.h>

#include "finwait/ink.h"
#include "finwait/lab.h"
#include "finwait/limits.h"
#include "finwait/terminal.h"
#include "finwait/units.h"
#include "finwait/wrap.h"
#include "options.h"

enum {
    FOUND_AT = 32,    /* the column of what was found, behind the two before it */
    LIMIT_WIDTH = 13, /* of a number of sockets … */
    LIMIT_AT = 17,    /* … and what bounds them behind it */
};

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

/* Whether one of those before it says the same: of the other side, or of the private lab. */
static bool is_told(const struct limit *told, size_t count, const struct limit *limit)
{
    for (size_t i = 0; i < count; i++) {
        if (told[i].id == limit->id &&
            (told[i].most == limit->most || strcmp(told[i].value, limit->value) == 0)) {
            return true;
        }
    }
    return false;
}

static void print_limit(const struct limit *limit)
{
    const struct limit_row *row = &limit_table[limit->id];
    char most[UNITS_TEXT];
    char text[512];

    snprintf(text, sizeof text, "%s (%s): %s", row->name, limit->value, row->whom);
    printf("  %*s  ", LIMIT_WIDTH, units_human_count(most, sizeof most, limit->most));
    text_wrap(text, LIMIT_AT, LIMIT_AT, terminal_page(), stdout);
}

/* Of a scenario of defaults; what `told` has already is left out.  Returns how many. */
static size_t print_limits(const char *lab, struct limit *limit, const struct limit *told,
                           size_t count)
{
    const struct scenario_override override = {.path = "lab", .value = lab};
    struct error unused;
    struct scenario *defaults = scenario_load(NULL, &override, 1, &unused);
    size_t found = defaults != NULL ? limits_of(defaults, NULL, NULL, limit) : 0;

    for (size_t i = 0; i < found; i++) {
        if (!isinf(limit[i].most) && !is_told(limit, i, &limit[i]) &&
            !is_told(told, count, &limit[i])) {
            print_limit(&limit[i]);
        }
    }
    scenario_free(defaults);
    return found;
}

static void print_all_limits(void)
{
    struct limit private[LIMITS_MAX];
    struct limit host[LIMITS_MAX];

    puts("\n  What bounds the sockets of a run with defaults, the first first:");
    size_t count = print_limits("private", private, NULL, 0);
    printf("  %*s  ", LIMIT_WIDTH, "rate x 60");
    text_wrap("60 s of TIME_WAIT, and of tcp_fin_timeout by default: sockets in TIME_WAIT, and in "
              "FIN_WAIT2 that nobody holds",
              LIMIT_AT, LIMIT_AT, terminal_page(), stdout);
    puts("\n  With `lab: host`, besides or instead:");
    print_limits("host", host, private, count);
}

static enum status run(struct command_line *line, struct error *error)
{
    if (line->count > 0) {
        error_set(error, STATUS_USAGE, "doctor takes no argument, not '%s'", line->operand[0]);
        error_hint(error, "say just: finwait doctor");
        return STATUS_USAGE;
    }
    limits_look();
    enum check_verdict worst = lab_doctor(print_check, NULL);
    print_all_limits();
    if (worst != CHECK_MISSING) {
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
        "Below what is not ok stands what to do.  Then what bounds how many sockets a run can have "
        "here; finwait check SCENARIO says which of it a scenario meets, and finwait list limits "
        "what each means.",
    .exits = "0 a private lab can be made; 3 it cannot.",
    .options = options,
    .run = run,
};
