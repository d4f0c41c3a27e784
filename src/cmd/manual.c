#include "manual.h"

#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "help.h"
#include "mdoc.h"
#include "topics.h"

static void put_examples(const struct command_word *examples, FILE *out)
{
    mdoc_section("EXAMPLES", out);
    for (size_t i = 0; examples[i].name != NULL; i++) {
        fputs(i > 0 ? ".Pp\n" : "", out);
        mdoc_text(examples[i].about, out);
        mdoc_command(examples[i].name, out);
    }
}

/* ---- finwait(1) ---- */

static void put_commands(const struct command *const *commands, FILE *out)
{
    mdoc_list(out);
    for (size_t i = 0; commands[i] != NULL; i++) {
        char *name = grow_format("finwait-%s", commands[i]->name);
        fprintf(out, ".It Xr %s 1\n", name);
        mdoc_text(commands[i]->about, out);
        free(name);
    }
    mdoc_list_end(out);
}

static void put_topics(FILE *out)
{
    mdoc_section("TOPICS", out);
    for (const struct topic *topic = topic_table; topic->name != NULL; topic++) {
        if (strcmp(topic->name, "exit-status") == 0 || strcmp(topic->name, "environment") == 0) {
            continue; /* have sections of their own */
        }
        char *title = grow_format("%s: %s", topic->name, topic->about);
        mdoc_part(title, out);
        mdoc_paragraphs(topic->text, 0, out);
        free(title);
    }
}

static void put_formats(FILE *out)
{
    mdoc_section("FORMATS", out);
    mdoc_list(out);
    for (size_t i = 0; report_table[i] != NULL; i++) {
        mdoc_item("Ic", report_table[i]->name, out);
        mdoc_text(report_table[i]->about, out);
    }
    mdoc_list_end(out);
}

static void put_files(FILE *out)
{
    static const char *const files[][2] = {
        {FINWAIT_INSTALLED_CONFIGS, "the scenarios that ship"},
        {"result.json", "what a run found out, in the directory of --out"},
        {"comparison.json", "what a comparison found out, likewise"},
        {"packets.pcap", "packets that --capture kept, likewise"},
    };

    mdoc_section("FILES", out);
    mdoc_list(out);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        mdoc_item("Pa", files[i][0], out);
        mdoc_text(files[i][1], out);
    }
    mdoc_list_end(out);
}

void manual_overview(const struct command *const *commands, FILE *out)
{
    mdoc_begin("finwait", '1',
               "Ends TCP connections, and tells in which states that leaves sockets", out);
    fputs(".Sh SYNOPSIS\n.Nm\n.Ar COMMAND\n.Op Ar ARGUMENTS\n.Nm\n.Fl -help\n.Nm\n.Fl -version\n",
          out);
    mdoc_section("DESCRIPTION", out);
    mdoc_text(HELP_WHAT, out);
    put_commands(commands, out);
    put_topics(out);
    put_formats(out);
    mdoc_section("ENVIRONMENT", out);
    mdoc_paragraphs(topic_find("environment")->text, 0, out);
    put_files(out);
    mdoc_section("EXIT STATUS", out);
    mdoc_paragraphs(topic_find("exit-status")->text, 0, out);
    put_examples(command_run.examples, out);
    fputs(".Sh SEE ALSO\n.Xr finwait 5 ,\n.Xr tcp 7 ,\n.Xr nstat 8 ,\n.Xr ss 8\n", out);
}

/* ---- finwait-COMMAND(1) ---- */

/* "[SCENARIO...] [OPTIONS]": each a macro of its own. */
static void put_arguments(const char *arguments, FILE *out)
{
    while (*arguments != '\0') {
        size_t length = strcspn(arguments, " ");
        bool may = arguments[0] == '[';
        char *word = grow_format("%.*s", (int)length - 2 * may, arguments + may);

        fputs(may ? ".Op Ar" : ".Ar", out);
        mdoc_argument(word, out);
        putc('\n', out);
        free(word);
        arguments += length + strspn(arguments + length, " ");
    }
}

static void put_option(const struct command_option *option, FILE *out)
{
    char *about = help_about(option);

    fputs(".It", out);
    if (option->letter != 0) {
        fprintf(out, " Fl %c ,", option->letter);
    }
    fprintf(out, " Fl -%s", option->name);
    if (option->value != NULL) {
        fputs(" Ar", out);
        mdoc_argument(option->value, out);
    }
    putc('\n', out);
    mdoc_text(about, out);
    free(about);
}

static void put_options(const struct command *command, FILE *out)
{
    const struct command_option *option = command->options;

    fputs(".Pp\nIts options are:\n", out);
    mdoc_list(out);
    for (; option != NULL && option->name != NULL; option++) {
        put_option(option, out);
    }
    fputs(".It Fl h , Fl -help\nPrint a help and end.\n", out);
    mdoc_list_end(out);
}

static void put_words(const struct command_word *words, FILE *out)
{
    mdoc_list(out);
    for (; words->name != NULL; words++) {
        mdoc_item("Cm", words->name, out);
        mdoc_text(words->about, out);
    }
    mdoc_list_end(out);
}

void manual_command(const struct command *command, FILE *out)
{
    char *name = grow_format("finwait-%s", command->name);

    mdoc_begin(name, '1', command->about, out);
    fprintf(out, ".Sh SYNOPSIS\n.Nm finwait Cm %s\n", command->name);
    put_arguments(command->arguments, out);
    mdoc_section("DESCRIPTION", out);
    char *about = grow_format("%s.", command->about);
    mdoc_text(about, out);
    free(about);
    if (command->details != NULL) {
        mdoc_paragraphs(command->details, 1, out);
    }
    if (command->words != NULL) {
        put_words(command->words, out);
    }
    put_options(command, out);
    fputs(".Sh ENVIRONMENT\nSee\n.Xr finwait 1 .\n", out);
    mdoc_section("EXIT STATUS", out);
    if (command->exits != NULL) {
        mdoc_text(command->exits, out);
    } else {
        mdoc_paragraphs(topic_find("exit-status")->text, 0, out);
    }
    if (command->examples != NULL) {
        put_examples(command->examples, out);
    }
    fputs(".Sh SEE ALSO\n.Xr finwait 1 ,\n.Xr finwait 5\n", out);
    free(name);
}
