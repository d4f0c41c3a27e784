#include "complete.h"

#include <stdlib.h>
#include <string.h>

#include "complete_names.h"

/* Where a command line has come to. */
struct place {
    const struct command *command;
    const struct command_option *open; /* whose value comes next */
    const char *operand;               /* the first */
    size_t operands;
    size_t others; /* words of another program's command line, with the -- before them */
    bool ended;    /* by --: no more options */
};

/* The option that `word` is, whatever comes after its name or letter. */
static const struct command_option *find_option(const struct command *command, const char *word)
{
    const struct command_option *option = command->options;
    size_t length = strcspn(word, "=");

    for (; option != NULL && option->name != NULL; option++) {
        bool named = strncmp(word, "--", 2) == 0 && strlen(option->name) + 2 == length &&
                     strncmp(word + 2, option->name, length - 2) == 0;
        if (named || (word[1] == option->letter && option->letter != 0)) {
            return option;
        }
    }
    return NULL;
}

/* Whether the value of the option that `word` is comes with the next word. */
static bool is_open(const struct command_option *option, const char *word)
{
    return option != NULL && option->value != NULL && strchr(word, '=') == NULL &&
           (word[1] == '-' || word[2] == '\0');
}

static void pass(struct place *place, const char *word)
{
    bool dashes = strcmp(word, "--") == 0;

    if (place->others > 0 || (place->open != NULL && place->open->words && dashes)) {
        place->others++;
    } else if (place->open != NULL) {
        place->open = NULL;
    } else if (dashes && !place->ended) {
        place->ended = true;
    } else if (word[0] == '-' && word[1] != '\0' && !place->ended) {
        const struct command_option *option = find_option(place->command, word);
        place->open = is_open(option, word) ? option : NULL;
    } else {
        place->operand = place->operands++ == 0 ? word : place->operand;
    }
}

/* ---- what may stand there ---- */

static void offer_commands(struct offer *offer)
{
    for (size_t i = 0; offer->commands[i] != NULL; i++) {
        offer_name(offer, offer->commands[i]->name, offer->commands[i]->about);
    }
    if (offer->text[0] == '-') {
        offer_name(offer, "--help", "what there is");
        offer_name(offer, "--version", "of finwait and of its libraries");
    }
}

static void offer_options(struct offer *offer, const struct command *command)
{
    const struct command_option *option = command->options;

    for (; option != NULL && option->name != NULL; option++) {
        char name[80];
        snprintf(name, sizeof name, "--%s", option->name);
        offer_name(offer, name, option->about);
    }
    offer_name(offer, "--help", "what the command does, and its options");
}

/* Of words as "explain NAME" the first one is the word. */
static void offer_words(struct offer *offer, const struct command *command,
                        const struct place *place)
{
    const struct command_word *word = command->words;

    for (; word != NULL && word->name != NULL; word++) {
        size_t length = strcspn(word->name, " ");
        char name[80];

        snprintf(name, sizeof name, "%.*s", (int)length, word->name);
        if (place->operands == 0) {
            offer_name(offer, name, word->about);
        } else if (place->operands == 1 && strcmp(place->operand, name) == 0) {
            offer_kind(offer, word->completes);
        }
    }
}

static void offer_value(struct offer *offer, const struct command_option *option)
{
    if (option->completes == COMPLETES_NOTHING && option->path != NULL) {
        offer_values_of(offer, option->path);
    } else {
        offer_kind(offer, option->completes);
    }
}

static void offer_next(struct offer *offer, const struct place *place)
{
    const struct command *command = place->command;
    const char *equals = strchr(offer->text, '=');

    if (place->others > 0) {
        offer_kind(offer, place->others == 1 ? COMPLETES_COMMAND : COMPLETES_FILE);
    } else if (place->open != NULL) {
        offer_value(offer, place->open);
    } else if (offer->text[0] != '-' || place->ended) {
        if (command->operands == COMPLETES_WORD) {
            offer_words(offer, command, place);
        } else {
            offer_kind(offer, command->operands);
        }
    } else if (equals == NULL) {
        offer_options(offer, command);
    } else {
        const struct command_option *option = find_option(command, offer->text);
        offer_behind(offer, equals + 1);
        if (option != NULL && option->value != NULL) {
            offer_value(offer, option);
        }
    }
}

void complete(const struct command *const *commands, size_t count, char **words, FILE *out)
{
    struct place place = {0};
    struct offer offer = {.commands = commands, .word = words[count - 1], .out = out};

    offer.text = offer.word;
    place.command = count > 1 ? command_find(commands, words[0]) : NULL;
    if (place.command != NULL) {
        for (size_t i = 1; i + 1 < count; i++) {
            pass(&place, words[i]);
        }
        offer_next(&offer, &place);
    } else if (count == 1) {
        offer_commands(&offer);
    }
    words_fini(&offer.made);
}
