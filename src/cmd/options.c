#include "options.h"

#include "finwait/terminal.h"
#include "target.h"

int options_take_set(struct command_line *line, const char *value, const char *said,
                     struct error *error)
{
    (void)said;
    return overrides_set(&line->overrides, value, error);
}

int options_take_expect(struct command_line *line, const char *value, const char *said,
                        struct error *error)
{
    (void)said;
    (void)error;
    overrides_add(&line->overrides, "expect", value);
    return 0;
}

int options_take_format(struct command_line *line, const char *value, const char *said,
                        struct error *error)
{
    (void)said;
    return outputs_add(&line->outputs, line->command->name, value, error);
}

int options_take_json(struct command_line *line, const char *value, const char *said,
                      struct error *error)
{
    (void)value;
    return options_take_format(line, report_json.name, said, error);
}

int options_take_verbose(struct command_line *line, const char *value, const char *said,
                         struct error *error)
{
    (void)value;
    return options_take_format(line, report_verbose.name, said, error);
}

int options_take_at(struct command_line *line, const char *value, const char *said,
                    struct error *error)
{
    return target_add(&line->overrides, value, said, error);
}

/* Alone it is what ends the load. */
int options_take_duration(struct command_line *line, const char *value, const char *said,
                          struct error *error)
{
    (void)error;
    overrides_unset(&line->overrides, "load.connections", said);
    overrides_say(&line->overrides, "load.duration", value, said);
    return 0;
}

int options_take_color(struct command_line *line, const char *value, const char *said,
                       struct error *error)
{
    if (terminal_colour(value) == 0) {
        return 0;
    }
    error_set(error, STATUS_USAGE, "%s: %s is none of its values", line->command->name, said);
    return error_hint(error, "it is auto, always or never");
}
