#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "finwait/grow.h"
#include "finwait/terminal.h"
#include "finwait/wrap.h"
#include "help.h"
#include "topics.h"

enum { HELP_WIDTH = 80, ABOUT_AT = 26 };

static size_t width(void)
{
    size_t columns = terminal_width(STDOUT_FILENO, HELP_WIDTH);

    return columns < HELP_WIDTH ? columns : HELP_WIDTH;
}

/* A line each; one that begins with a blank as it is. */
static void print_paragraphs(const char *text, FILE *out)
{
    while (text != NULL && *text != '\0') {
        int length = (int)strcspn(text, "\n");
        char *paragraph = grow_format("%.*s", length, text);
        if (length == 0 || *text == ' ') {
            fprintf(out, "%s\n", paragraph);
        } else {
            text_wrap(paragraph, 0, 0, width(), out);
        }
        free(paragraph);
        text += length + (text[length] == '\n');
    }
}

/* What is behind `left` begins in a column of its own. */
static void print_row(const char *left, const char *about, size_t at, FILE *out)
{
    size_t used = text_width(left);

    fputs(left, out);
    if (used + 2 > at) {
        putc('\n', out);
        used = 0;
    }
    text_blanks(at - used, out);
    text_wrap(about, at, at, width(), out);
}

static void print_words(const struct command_word *words, FILE *out)
{
    size_t widest = 0;

    for (size_t i = 0; words != NULL && words[i].name != NULL; i++) {
        size_t length = strlen(words[i].name);
        widest = length > widest ? length : widest;
    }
    fputs(words != NULL ? "\n" : "", out);
    for (size_t i = 0; words != NULL && words[i].name != NULL; i++) {
        char *left = grow_format("  %s", words[i].name);
        print_row(left, words[i].about, widest + 4, out);
        free(left);
    }
}

char *help_about(const struct command_option *option)
{
    char names[OUTPUT_NAMES];
    bool compares = option->completes == COMPLETES_COMPARISON_FORMAT;

    return compares || option->completes == COMPLETES_FORMAT
               ? grow_format("%s; NAME is %s", option->about,
                             output_names(names, sizeof names, compares))
               : grow_text(option->about);
}

char *help_form(const struct command_option *option)
{
    char letter[] = "-?, ";

    letter[1] = option->letter;
    return grow_format("%s--%s%s%s", option->letter != 0 ? letter : "", option->name,
                       option->value != NULL ? " " : "",
                       option->value != NULL ? option->value : "");
}

static void print_option(const struct command_option *option, bool letters, FILE *out)
{
    char *about = help_about(option);
    char *form = help_form(option);
    char *left = grow_format("  %s%s", letters && option->letter == 0 ? "    " : "", form);

    print_row(left, about, ABOUT_AT, out);
    free(left);
    free(form);
    free(about);
}

static void print_options(const struct command_option *options, FILE *out)
{
    bool letters = false;

    fputs(options != NULL ? "\nOptions:\n" : "", out);
    for (size_t i = 0; options != NULL && options[i].name != NULL; i++) {
        letters |= options[i].letter != 0;
    }
    for (size_t i = 0; options != NULL && options[i].name != NULL; i++) {
        print_option(&options[i], letters, out);
    }
}

static void print_examples(const struct command_word *examples, FILE *out)
{
    fputs(examples != NULL ? "\nExamples:\n" : "", out);
    for (size_t i = 0; examples != NULL && examples[i].name != NULL; i++) {
        fprintf(out, "  %s\n      ", examples[i].name);
        text_wrap(examples[i].about, 6, 6, width(), out);
    }
}

void help_command(const struct command *command, FILE *out)
{
    fprintf(out, "usage: finwait %s%s%s\n\n%s.\n", command->name,
            command->arguments[0] != '\0' ? " " : "", command->arguments, command->about);
    if (command->details != NULL) {
        putc('\n', out);
        print_paragraphs(command->details, out);
    }
    print_words(command->words, out);
    print_options(command->options, out);
    print_examples(command->examples, out);
    if (command->exits != NULL) {
        fputs("\nExit status: ", out);
        text_wrap(command->exits, strlen("Exit status: "), 0, width(), out);
    }
}

/* ---- topics ---- */

static void print_format(const char *name, const char *about, FILE *out)
{
    char *left = grow_format("  %s", name);

    print_row(left, about, 15, out);
    free(left);
}

static void print_formats(FILE *out)
{
    for (size_t i = 0; report_table[i] != NULL; i++) {
        const struct report_ops *format = report_table[i];
        print_format(format->name, format->absent != NULL ? format->absent : format->about, out);
    }
    fputs("\nOf a comparison, by finwait compare:\n\n", out);
    for (size_t i = 0; comparison_formats[i] != NULL; i++) {
        print_format(comparison_formats[i]->name, comparison_formats[i]->about, out);
    }
}

static void print_topic(const struct topic *topic, FILE *out)
{
    fprintf(out, "%s: %s\n\n", topic->name, topic->about);
    print_paragraphs(topic->text, out);
    if (strcmp(topic->name, "formats") == 0) {
        putc('\n', out);
        print_formats(out);
    }
    if (topic->more != NULL) {
        fprintf(out, "\nAll of it: %s\n", topic->more);
    }
}

/* ---- all of it ---- */

static void print_group(const struct command *const *commands, enum command_group group, FILE *out)
{
    static const char *const titles[] = {
        [GROUP_LOOK_UP] = "Look up",
        [GROUP_LOAD] = "Load and measure",
        [GROUP_READ] = "Check beforehand, read afterwards",
    };

    fprintf(out, "\n%s:\n", titles[group]);
    for (size_t i = 0; commands[i] != NULL; i++) {
        if (commands[i]->group == group) {
            fprintf(out, "  finwait %-10s  %s\n", commands[i]->name, commands[i]->about);
        }
    }
}

void help_overview(const struct command *const *commands, FILE *out)
{
    struct grow_stream topics;

    print_paragraphs(HELP_WHAT, out);
    print_group(commands, GROUP_LOAD, out);
    print_group(commands, GROUP_READ, out);
    print_group(commands, GROUP_LOOK_UP, out);
    grow_stream_open(&topics);
    for (size_t i = 0; topic_table[i].name != NULL; i++) {
        fprintf(topics.out, "%s%s", i > 0 ? ", " : "", topic_table[i].name);
    }
    char *text = grow_stream_close(&topics);
    fputs("\nTopics, each by finwait help TOPIC:\n  ", out);
    text_wrap(text, 2, 2, width(), out);
    free(text);
    print_paragraphs("\nfinwait COMMAND --help tells more, finwait --version what it runs with.\n"
                     "Start with: finwait run server-first",
                     out);
}

bool help_find(const struct command *const *commands, const char *name, FILE *out)
{
    const struct command *command = command_find(commands, name);
    const struct topic *topic = topic_find(name);

    if (command != NULL) {
        help_command(command, out);
    } else if (topic != NULL) {
        print_topic(topic, out);
    }
    return command != NULL || topic != NULL;
}

enum status help_unknown(const struct command *const *commands, const char *name,
                         struct error *error)
{
    const char *names[64];
    size_t count = 0;
    const char *near;

    for (size_t i = 0; commands[i] != NULL; i++) {
        names[count++] = commands[i]->name;
    }
    for (size_t i = 0; topic_table[i].name != NULL; i++) {
        names[count++] = topic_table[i].name;
    }
    near = nearest_spelling(name, names, count);
    error_set(error, STATUS_USAGE, "help: there is no command and no topic '%s'", name);
    if (near != NULL) {
        error_hint(error, "did you mean 'finwait help %s'?", near);
    } else {
        error_hint(error, "finwait help names them");
    }
    return STATUS_USAGE;
}
