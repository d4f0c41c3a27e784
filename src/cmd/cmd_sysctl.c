#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "command.h"
#include "finwait/kernel_sysctl.h"
#include "finwait/lab.h"
#include "finwait/side.h"
#include "finwait/terminal.h"
#include "finwait/wrap.h"

enum { SAID_AT = 11, VALUE_ROOM = 1024 };

/* This host's value of `name`; NULL: it has none, or one for root alone, as errno tells by 0. */
static const char *look(char value[VALUE_ROOM], const char *name)
{
    return sysctl_read_public(name, value, VALUE_ROOM) == 0 ? value : NULL;
}

/* ---- explain ---- */

static void say(const char *what, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        printf("  %-*s", SAID_AT - 2, what);
        text_wrap(text, SAID_AT, SAID_AT, terminal_page(), stdout);
    }
}

static void say_with_unit(const char *what, const char *value, const char *unit)
{
    char text[VALUE_ROOM];

    snprintf(text, sizeof text, "%s%s%s%s", value, unit[0] != '\0' ? " (" : "", unit,
             unit[0] != '\0' ? ")" : "");
    say(what, text);
}

static void say_here(const struct sysctl_info *info)
{
    char value[VALUE_ROOM];
    const char *here = look(value, info->name);

    if (here == NULL) {
        here = errno == 0 ? "for root alone to read" : "this kernel does not show it";
    }
    say("here", here[0] != '\0' ? here : "empty");
}

static void say_danger(const struct sysctl_danger *danger)
{
    char text[512];

    if (danger->what != NULL) {
        snprintf(text, sizeof text, "%lld to %lld: %s (%s)", (long long)danger->low,
                 (long long)danger->high, danger->what, danger->source);
        say("danger", text);
    }
}

static void explain_row(const struct sysctl_info *info)
{
    char takes[SYSCTL_TAKES];

    printf("%s\n", info->name);
    say("does", info->meaning);
    say_with_unit("default", info->value, info->unit);
    say("takes", sysctl_takes(takes, info));
    say_here(info);
    say("whose", sysctl_scope_about(info->scope));
    say("rootless", sysctl_scope_rootless(info->scope));
    say("since", info->since);
    say("acts on", info->metrics);
    say("myth", info->myth);
    say_danger(&info->danger);
    say("source", info->source);
}

static enum status explain_unknown(const char *word, struct error *error)
{
    char value[VALUE_ROOM];
    const char *meant = sysctl_meant(word);

    error_set(error, STATUS_USAGE, "sysctl: there is no row for '%s'", word);
    if (sysctl_name_ok(word) && look(value, word) != NULL) {
        error_hint(error,
                   "this host has it, at \"%.200s\", and a lab may set it: what it does "
                   "stands in ip-sysctl.rst of the kernel's documentation",
                   value);
    } else if (meant != NULL) {
        error_hint(error, "did you mean %s?", meant);
    } else {
        error_hint(error, "finwait sysctl list names those that act on how connections end");
    }
    return STATUS_USAGE;
}

static enum status explain(const char *word, struct error *error)
{
    const struct sysctl_info *info = sysctl_named(word);
    const struct sysctl_retired *retired = sysctl_retired(word);

    if (info != NULL) {
        explain_row(info);
    } else if (retired != NULL) {
        printf("%s\n", retired->name);
        say("gone", retired->gone);
        say("story", retired->story);
    } else {
        return explain_unknown(word, error);
    }
    return STATUS_OK;
}

/* ---- snapshot ---- */

/* Why a variant cannot set this host's `value`; NULL: it can. */
static const char *why_left_out(const struct sysctl_info *info, const char *value)
{
    struct error unused;

    if (value == NULL) {
        return errno == 0 ? "it is for root alone to read" : NULL;
    }
    if (info->scope == SYSCTL_MACHINE || info->scope == SYSCTL_READ) {
        return sysctl_scope_about(info->scope);
    }
    if (info->lab_sets) {
        return "a lab gives its hosts its own, for their link";
    }
    if (value[0] == '\0') {
        return "it is empty, as it is in a lab";
    }
    return sysctl_check(info->name, value, &unused) != 0 ? "finwait does not take the value" : NULL;
}

static void snapshot_side(enum side side)
{
    char room[VALUE_ROOM];

    for (size_t i = 0; i < sysctl_count; i++) {
        const char *value = look(room, sysctl_table[i].name);
        if (value != NULL && why_left_out(&sysctl_table[i], value) == NULL) {
            printf("    %s.sysctl.%s: \"%s\"\n", side_name(side), sysctl_table[i].name, value);
        }
    }
}

static void snapshot_left_out(void)
{
    char room[VALUE_ROOM];

    puts("# Left out:");
    for (size_t i = 0; i < sysctl_count; i++) {
        const char *value = look(room, sysctl_table[i].name);
        const char *why = why_left_out(&sysctl_table[i], value);
        if (why != NULL) {
            printf("#   %s%s%s: %s\n", sysctl_table[i].name, value != NULL ? " = " : "",
                   value != NULL ? value : "", why);
        }
    }
}

static enum status snapshot(void)
{
    struct utsname system;

    printf("# This host's sysctls that act on how connections open and end, as a variant for both\n"
           "# sides of a comparison.  Linux %s\n"
           "variants:\n  stock: {}\n  here:\n",
           uname(&system) == 0 ? system.release : "?");
    snapshot_side(SIDE_CLIENT);
    snapshot_side(SIDE_SERVER);
    snapshot_left_out();
    return STATUS_OK;
}

/* ---- the command ---- */

static enum status refuse(const char *what, struct error *error)
{
    error_set(error, STATUS_USAGE, "sysctl: %s", what);
    error_hint(error, "say finwait sysctl list, finwait sysctl explain NAME or finwait sysctl "
                      "snapshot");
    return STATUS_USAGE;
}

static enum status list(struct error *error)
{
    static char sysctls[] = "sysctls";
    char *operand[] = {sysctls, NULL};
    struct command_line line = {.command = &command_list, .count = 1, .operand = operand};

    return command_list.run(&line, error);
}

static enum status run(struct command_line *line, struct error *error)
{
    size_t more = line->count - 1;

    if (line->count == 0) {
        return refuse("what?", error);
    }
    if (strcmp(line->operand[0], "list") == 0) {
        return more == 0 ? list(error) : refuse("list takes no argument", error);
    }
    if (strcmp(line->operand[0], "explain") == 0) {
        return more == 1 ? explain(line->operand[1], error)
                         : refuse("explain takes one name", error);
    }
    if (strcmp(line->operand[0], "snapshot") == 0) {
        return more == 0 ? snapshot() : refuse("snapshot takes no argument", error);
    }
    return refuse("that is none of its words", error);
}

static const struct command_word words[] = {
    {"list", "all of them: finwait list sysctls"},
    {"explain NAME",
     "what one does, its default and bounds, this host's value, what it acts on, what it is often "
     "taken for and does not do, which values do harm, and where all that stands; NAME whole or "
     "without its folders: tcp_tw_reuse",
     COMPLETES_SYSCTL},
    {"snapshot",
     "this host's values as YAML: a variant for a comparison's file, with what no lab can set as "
     "comments"},
    {NULL, NULL},
};

const struct command command_sysctl = {
    .name = "sysctl",
    .group = GROUP_LOOK_UP,
    .arguments = "list|explain|snapshot",
    .about = "Tell what a sysctl does to connections, and its value here",
    .operands = COMPLETES_WORD,
    .words = words,
    .run = run,
};
