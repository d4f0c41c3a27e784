#include <stdio.h>
#include <string.h>

#include "complete.h"
#include "finwait/embed.h"

EMBED("completion_bash", COMPLETION "/finwait.bash");
EMBED("completion_zsh", COMPLETION "/finwait.zsh");
EMBED("completion_fish", COMPLETION "/finwait.fish");
extern const char completion_bash[], completion_zsh[], completion_fish[];

static const struct {
    const char *name, *script;
} shells[] = {
    {"bash", completion_bash},
    {"zsh", completion_zsh},
    {"fish", completion_fish},
};

static enum status run(struct command_line *line, struct error *error)
{
    const char *what = line->count > 0 ? line->operand[0] : "";

    if (strcmp(what, "words") == 0 && line->count > 1) {
        complete(line->commands, line->count - 1, line->operand + 1, stdout);
        return STATUS_OK;
    }
    for (size_t i = 0; line->count == 1 && i < sizeof shells / sizeof shells[0]; i++) {
        if (strcmp(shells[i].name, what) == 0) {
            fputs(shells[i].script, stdout);
            return STATUS_OK;
        }
    }
    error_set(error, STATUS_USAGE, "completion: for which shell?");
    error_hint(error, "say one of bash, zsh and fish");
    return STATUS_USAGE;
}

static const struct command_word words[] = {
    {"bash", "the script for bash: source <(finwait completion bash)"},
    {"zsh", "for zsh: the same, after compinit"},
    {"fish", "for fish: finwait completion fish | source"},
    {"words",
     "what may come at the end of a command line, which is what these scripts ask: finwait "
     "completion words -- run --or"},
    {.name = NULL},
};

const struct command command_completion = {
    .name = "completion",
    .group = GROUP_LOOK_UP,
    .arguments = "bash|zsh|fish",
    .about = "Print what makes a shell complete finwait's command lines",
    .operands = COMPLETES_WORD,
    .details = "An installation has the scripts where the shells look for them.",
    .words = words,
    .run = run,
};
