#include <stdlib.h>
#include <string.h>

#include "draft.h"
#include "option_value.h"

/* Taking options back. */

/* Whether `name` is `path` or below that map. */
static bool is_in(const char *path, const char *name)
{
    size_t length = strlen(path);

    return strncmp(name, path, length) == 0 && (name[length] == '\0' || name[length] == '.');
}

/* Those of that name, or below that map; NULL: all. */
static void unset_sysctl(struct sysctl_settings *settings, const char *path)
{
    size_t kept = 0;

    for (size_t i = 0; i < settings->count; i++) {
        struct sysctl_setting *item = &settings->item[i];

        if (path == NULL || is_in(path, item->name)) {
            free((char *)item->name);
            free((char *)item->value);
        } else {
            settings->item[kept++] = *item;
        }
    }
    settings->count = kept;
}

static void unset_expectations(struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->expect_count; i++) {
        free(scenario->expect[i].text);
    }
    scenario->expect_count = 0;
}

static void unset_program(struct side_spec *side)
{
    free(side->program_text);
    side->program_text = NULL;
    side->program_where = (struct where){0};
    side->program = (struct program){0};
}

static int unset_option(struct draft *draft, const struct option *option)
{
    struct scenario *scenario = draft->scenario;

    draft->given[option_index(option)] = (struct given){LEVEL_DEFAULT, {0}};
    switch (option->kind) {
    case OPTION_SYSCTL:
        unset_sysctl(&scenario->side[option->side].sysctl, NULL);
        return 0;
    case OPTION_EXPECT:
        unset_expectations(scenario);
        return 0;
    case OPTION_FAULTS:
        scenario->fault_count = 0;
        return 0;
    case OPTION_EVENTS:
        scenario->event_count = 0;
        return 0;
    case OPTION_PROGRAM:
        unset_program(&scenario->side[option->side]);
        return 0;
    default:
        return option_reset(scenario, option, draft->error);
    }
}

int draft_unset(struct draft *draft, const char *path)
{
    const char *key;
    const struct option *named = option_find(path, &key);

    if (key != NULL) {
        unset_sysctl(&draft->scenario->side[named->side].sysctl, key);
        return 0;
    }
    for (size_t i = 0; i < option_count(); i++) {
        const struct option *option = option_at(i);

        if (is_in(path, option->path) && unset_option(draft, option) != 0) {
            return -1;
        }
    }
    return 0;
}
