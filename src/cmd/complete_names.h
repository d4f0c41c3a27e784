#ifndef FINWAIT_CMD_COMPLETE_NAMES_H
#define FINWAIT_CMD_COMPLETE_NAMES_H

#include "command.h"
#include "finwait/words.h"

/* What a shell is offered for the last word of a command line. */
struct offer {
    const struct command *const *commands;
    const char *word; /* as far as it is written */
    const char *text; /* its end, which is what is completed: "max" of "load.rate=max" */
    struct words made;
    FILE *out;
};

/* What is completed begins at `text`, within the word. */
void offer_behind(struct offer *offer, const char *text);

/* One whole name, if the text is its beginning. */
void offer_name(struct offer *offer, const char *name, const char *about);

/* All of a kind. */
void offer_kind(struct offer *offer, enum completes kind);

/* The values of a scenario's option. */
void offer_values_of(struct offer *offer, const char *path);

#endif
