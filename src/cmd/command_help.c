#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "finwait/grow.h"
#include "finwait/terminal.h"
#include "finwait/wrap.h"

enum { HELP_WIDTH = 80, ABOUT_AT = 26 };

static size_t width(void)
{
    size_t columns = terminal_width(STDOUT_FILENO, HELP_WIDTH);

    return columns < HELP_WIDTH ? columns : HELP_WIDTH;
}

/* A line each, or none. */
static void print_paragraphs(const char *text, FILE *out)
{
    while (text != NULL && *text != '\0') {
        size_t length = strcspn(text, "\n");
        char *paragraph = grow_format("%.*s", (int)length, text);
        text_wrap(paragraph, 0, 0, width(), out);
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

/* Of a format's name all that there are. */
static char *describe(const struct command_option *option)
{
    char names[OUTPUT_NAMES];
    bool compares = option->completes == COMPLETES_COMPARISON_FORMAT;

    return compares || option->completes == COMPLETES_FORMAT
               ? grow_format("%s; %s is %s", option->about, "NAME",
                             output_names(names, sizeof names, compares))
               : grow_text(option->about);
}

static void print_option(const struct command_option *option, bool letters, FILE *out)
{
    char letter[] = "    ";
    char *about = describe(option);
    char *left;

    if (option->letter != 0) {
        memcpy(letter, (const char[]){'-', option->letter, ',', ' '}, 4);
    }
    left =
        grow_format("  %s--%s%s%s", letters ? letter : "", option->name,
                    option->value != NULL ? " " : "", option->value != NULL ? option->value : "");
    print_row(left, about, ABOUT_AT, out);
    free(left);
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

void command_help(const struct command *command, FILE *out)
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
