#include "draft.h"

/* Options of one value. */

/* ---- in a field of the scenario ---- */

static struct value_slot slot_of(struct scenario *scenario, const struct option *option)
{
    return (struct value_slot){&option->takes, option->path, (char *)scenario + option->offset,
                               option->size};
}

int option_read(struct scenario *scenario, const struct option *option, const char *text,
                struct error *error)
{
    struct value_slot slot = slot_of(scenario, option);

    return value_read(&slot, text, error);
}

static int set_value(struct draft *draft, const struct setting *setting)
{
    return option_read(draft->scenario, setting->option, setting->node->text, draft->error) == 0
               ? 0
               : error_at(draft->error, setting->node->at);
}

static void unset_value(struct draft *draft, const struct setting *setting)
{
    const struct option *option = setting->option;

    struct value_slot slot = slot_of(draft->scenario, option);

    if (option->value != NULL) {
        value_read(&slot, option->value, draft->error);
    } else {
        value_clear(&slot);
    }
}

/* Tell the value, if it is one. */
static void tell(const struct each *each, const struct option *option, const void *field,
                 size_t size)
{
    char text[VALUE_WRITTEN];
    const char *value = value_write(&option->takes, field, size, text, sizeof text);

    if (value != NULL) {
        each->fn(each->context, option->path, value);
    }
}

static void each_value(const struct each *each, const struct option *option,
                       const struct scenario *scenario)
{
    tell(each, option, (const char *)scenario + option->offset, option->size);
}

const struct option_ops value_ops = {
    .trees = TREE_BIT(TREE_SCALAR), .set = set_value, .unset = unset_value, .each = each_value};

/* ---- socket options ---- */

static int set_sockopt(struct draft *draft, const struct setting *setting)
{
    const struct option *option = setting->option;

    int64_t value;
    struct value_slot slot = {&option->takes, option->path, &value, sizeof value};

    if (value_read(&slot, setting->node->text, draft->error) != 0) {
        return error_at(draft->error, setting->node->at);
    }
    sockopt_set(&draft->scenario->side[option->side].sockopt, option->sockopt, value);
    return 0;
}

static void unset_sockopt(struct draft *draft, const struct setting *setting)
{
    sockopt_unset(&draft->scenario->side[setting->option->side].sockopt, setting->option->sockopt);
}

static void each_sockopt(const struct each *each, const struct option *option,
                         const struct scenario *scenario)
{
    const struct sockopts *options = &scenario->side[option->side].sockopt;
    const int64_t *value = &options->value[option->sockopt];

    if (options->set[option->sockopt]) {
        tell(each, option, value, sizeof *value);
    }
}

const struct option_ops sockopt_ops = {.trees = TREE_BIT(TREE_SCALAR),
                                       .set = set_sockopt,
                                       .unset = unset_sockopt,
                                       .each = each_sockopt};
