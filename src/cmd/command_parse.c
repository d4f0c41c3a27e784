#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "finwait/grow.h"
#include "finwait/words.h"

/* ---- the table as getopt_long(3) has it ---- */

enum { LONG = 256 }; /* and the index of an option: what getopt_long(3) gives for its name */

struct spelling {
    struct option name[COMMAND_OPTIONS + 1];
    char letter[2 * COMMAND_OPTIONS + 2];
};

static void spell(const struct command_option *options, struct spelling *spelling)
{
    char *letter = spelling->letter;

    *spelling = (struct spelling){0};
    *letter++ = ':';
    for (int i = 0; options != NULL && options[i].name != NULL; i++) {
        int argument = options[i].value != NULL ? required_argument : no_argument;
        spelling->name[i] = (struct option){options[i].name, argument, NULL, LONG + i};
        if (options[i].letter != 0) {
            *letter++ = options[i].letter;
            *letter = ':';
            letter += argument == required_argument;
        }
    }
    *letter = '\0';
}

/* COMMAND_OPTIONS: it has no such letter. */
static size_t find_letter(const struct command *command, int letter)
{
    for (size_t i = 0; command->options != NULL && command->options[i].name != NULL; i++) {
        if (letter != 0 && command->options[i].letter == letter) {
            return i;
        }
    }
    return COMMAND_OPTIONS;
}

/* Whether `word` is "--NAME" or "--NAME=VALUE" of that option. */
static bool is_option(const char *word, const char *name)
{
    size_t length = strcspn(word, "=");

    return strncmp(word, "--", 2) == 0 && length - 2 == strlen(name) &&
           strncmp(word + 2, name, length - 2) == 0;
}

/* ---- what is wrong with an option ---- */

/* The only option that begins with `name`, else the one spelt most like it. */
static const char *nearest_option(const struct option *options, const char *name)
{
    const char *names[COMMAND_OPTIONS];
    const char *begun = NULL;
    size_t begin_so = 0;
    size_t count = 0;

    for (; options[count].name != NULL; count++) {
        names[count] = options[count].name;
        if (strncmp(names[count], name, strlen(name)) == 0) {
            begun = names[count];
            begin_so++;
        }
    }
    return begin_so == 1 ? begun : nearest_spelling(name, names, count);
}

/* The option that `word` names in full; NULL: none. */
static const struct option *find_option(const struct option *options, const char *word)
{
    while (options->name != NULL && !is_option(word, options->name)) {
        options++;
    }
    return options->name != NULL ? options : NULL;
}

static void unknown_option(const char *command, const struct option *options, const char *word,
                           struct error *error)
{
    const char *near =
        strncmp(word, "--", 2) == 0 && word[2] != '\0' ? nearest_option(options, word + 2) : NULL;

    error_set(error, STATUS_USAGE, "%s: there is no option '%s'", command, word);
    if (near != NULL) {
        error_hint(error, "did you mean --%s?  finwait %s --help lists the options", near, command);
    }
}

/* After the answer '?' or ':' of getopt_long(3). */
static int bad_option(const struct command *command, const struct option *options, int answer,
                      char **argv, struct error *error)
{
    const char *word = argv[optind - 1];
    int length = (int)strcspn(word, "=");
    const struct option *option = find_option(options, word);
    char dashed[] = {'-', (char)optopt, '\0'};
    bool is_letter = optopt > 0 && optopt < 128;

    error->hint[0] = '\0';
    if (answer == ':' && (option != NULL || is_letter)) {
        error_set(error, STATUS_USAGE, "%s: %s lacks its value", command->name,
                  option != NULL ? word : dashed);
    } else if (option != NULL && option->has_arg == no_argument && word[length] == '=') {
        error_set(error, STATUS_USAGE, "%s: %.*s takes no value", command->name, length, word);
    } else if (answer == ':' || !is_letter ||
               (option == NULL && strncmp(word, "--", 2) == 0 && word[length] == '=')) {
        unknown_option(command->name, options, word, error);
    } else {
        /* getopt_long(3) has not moved on yet when it stops within a cluster of letters. */
        unknown_option(command->name, options, dashed, error);
    }
    if (error->hint[0] == '\0') {
        error_hint(error, "finwait %s --help lists the options", command->name);
    }
    return -1;
}

/* ---- what is done with one ---- */

/* `dash` and `name` as written: "-c" or "--concurrency". */
static int take(struct command_line *line, size_t index, const char *value, const char *name,
                struct error *error)
{
    const struct command_option *option = &line->command->options[index];
    char *said = grow_format("%s%s%.120s", name, option->value != NULL ? " " : "", value);
    int status = 0;

    if (option->take != NULL) {
        status = option->take(line, value, said, error);
    } else if (option->path != NULL) {
        overrides_say(&line->overrides, option->path, option->set != NULL ? option->set : value,
                      said);
    }
    free(said);
    line->value[index] = option->path != NULL ? "" : value;
    return status;
}

static int take_named(struct command_line *line, size_t index, const char *value,
                      struct error *error)
{
    char *name = grow_format("--%s", line->command->options[index].name);
    int status = take(line, index, value, name, error);

    free(name);
    return status;
}

static int take_words(struct command_line *line, size_t index, char **word, struct error *error)
{
    struct words words = {0};
    int status = *word != NULL ? 0 : error_set(error, STATUS_USAGE, "-- and no command behind it");

    for (; status == 0 && *word != NULL; word++) {
        words_add(&words, *word);
    }
    if (status == 0) {
        char *command = words_join(&words);
        status = take_named(line, index, command, error);
        free(command);
    }
    words_fini(&words);
    return status;
}

/* Take "--server -- WORD…", or of another such option, off the end of the line: *argc is less. */
static int take_end(struct command_line *line, int *argc, char **argv, struct error *error)
{
    const struct command_option *options = line->command->options;

    for (int i = 1; options != NULL && i + 1 < *argc; i++) {
        for (size_t k = 0; strcmp(argv[i + 1], "--") == 0 && options[k].name != NULL; k++) {
            if (options[k].words && is_option(argv[i], options[k].name)) {
                *argc = i;
                return take_words(line, k, argv + i + 2, error);
            }
        }
    }
    return 0;
}

static int take_letter(struct command_line *line, int letter, struct error *error)
{
    const char name[] = {'-', (char)letter, '\0'};

    return take(line, find_letter(line->command, letter), optarg != NULL ? optarg : "", name,
                error);
}

/* Take the option that getopt_long(3) found. */
static int take_found(struct command_line *line, const struct spelling *spelling, int found,
                      char **argv, struct error *error)
{
    int taken = optind - 1 - (optarg != NULL && optarg == argv[optind - 1]);

    if (found < LONG) {
        return found == '?' || found == ':'
                   ? bad_option(line->command, spelling->name, found, argv, error)
                   : take_letter(line, found, error);
    }
    /* getopt_long(3) takes the beginning of a name for all of it; --i is no safety flag. */
    if (!is_option(argv[taken], line->command->options[found - LONG].name)) {
        optind = taken + 1;
        optopt = 0;
        return bad_option(line->command, spelling->name, '?', argv, error);
    }
    return take_named(line, (size_t)(found - LONG), optarg != NULL ? optarg : "", error);
}

int command_parse(struct command_line *line, int argc, char **argv, struct error *error)
{
    struct spelling spelling;
    int found;

    spell(line->command->options, &spelling);
    opterr = 0;
    if (take_end(line, &argc, argv, error) != 0) {
        return -1;
    }
    argv[argc] = NULL;
    while ((found = getopt_long(argc, argv, spelling.letter, spelling.name, NULL)) != -1) {
        if (take_found(line, &spelling, found, argv, error) != 0) {
            return -1;
        }
    }
    line->count = (size_t)(argc - optind);
    line->operand = argv + optind;
    return 0;
}

const char *command_value(const struct command_line *line, const char *name)
{
    const struct command_option *options = line->command->options;

    for (size_t i = 0; options[i].name != NULL; i++) {
        if (strcmp(options[i].name, name) == 0) {
            return line->value[i];
        }
    }
    return NULL;
}

void command_line_fini(struct command_line *line)
{
    outputs_fini(&line->outputs);
    overrides_fini(&line->overrides);
}
