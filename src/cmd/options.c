#include "options.h"

int options_take_set(struct command_line *line, const char *value, struct error *error)
{
    return overrides_set(&line->overrides, value, error);
}

int options_take_expect(struct command_line *line, const char *value, struct error *error)
{
    return overrides_add(&line->overrides, "expect", value, error);
}

int options_take_format(struct command_line *line, const char *value, struct error *error)
{
    return outputs_add(&line->outputs, line->command->name, value, error);
}

int options_take_json(struct command_line *line, const char *value, struct error *error)
{
    (void)value;
    return options_take_format(line, report_json.name, error);
}
