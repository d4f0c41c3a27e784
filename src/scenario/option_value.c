#include "option_value.h"

#include <stdio.h>

static const char *const types[OPTION_KIND_N] = {
    [OPTION_PROGRAM] = "program",
    [OPTION_SYSCTL] = "map of sysctls",
    [OPTION_EXPECT] = "list of expectations",
    [OPTION_FAULTS] = "list of faults",
    [OPTION_EVENTS] = "list of events",
};

static struct value_slot slot_of(struct scenario *scenario, const struct option *option)
{
    struct value_slot slot = {&option->takes, option->path, NULL, option->size};

    if (option->kind == OPTION_SOCKOPT) {
        int64_t *value = &scenario->side[option->side].sockopt.value[option->sockopt];
        slot.field = value;
        slot.size = sizeof *value;
    } else {
        slot.field = (char *)scenario + option->offset;
    }
    return slot;
}

int option_read(struct scenario *scenario, const struct option *option, const char *text,
                struct error *error)
{
    struct value_slot slot = slot_of(scenario, option);

    if (value_read(&slot, text, error) != 0) {
        return -1;
    }
    if (option->kind == OPTION_SOCKOPT) {
        scenario->side[option->side].sockopt.set[option->sockopt] = true;
    }
    return 0;
}

int option_reset(struct scenario *scenario, const struct option *option, struct error *error)
{
    struct value_slot slot = slot_of(scenario, option);

    if (option->value != NULL) {
        return option_read(scenario, option, option->value, error);
    }
    if (option->kind == OPTION_SOCKOPT) {
        sockopt_unset(&scenario->side[option->side].sockopt, option->sockopt);
    } else {
        value_clear(&slot);
    }
    return 0;
}

static const char *write_program(const struct program *program, char *text, size_t size)
{
    return program->length > 0 ? program_format(text, size, program) : NULL;
}

const char *option_write(const struct scenario *scenario, const struct option *option, char *text,
                         size_t size)
{
    const struct side_spec *side = &scenario->side[option->side];

    if (option->kind == OPTION_PROGRAM) {
        return write_program(&side->program, text, size);
    }
    if (option->kind == OPTION_SOCKOPT && !side->sockopt.set[option->sockopt]) {
        return NULL;
    }
    struct value_slot slot = slot_of((struct scenario *)scenario, option); /* only read */
    return value_write(slot.spec, slot.field, slot.size, text, size);
}

char *option_type(const struct option *option, char *text, size_t size)
{
    if (types[option->kind] == NULL) {
        return value_form(&option->takes, text, size);
    }
    snprintf(text, size, "%s", types[option->kind]);
    return text;
}
