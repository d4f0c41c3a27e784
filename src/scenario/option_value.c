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

static int set_value(struct draft *draft, const struct option *option, const char *key,
                     const struct tree *node, enum level level)
{
    (void)key;
    (void)level;
    return option_read(draft->scenario, option, node->text, draft->error) == 0
               ? 0
               : error_at(draft->error, node->at);
}

static int unset_value(struct draft *draft, const struct option *option, const char *key)
{
    struct value_slot slot = slot_of(draft->scenario, option);

    (void)key;
    if (option->value != NULL) {
        return value_read(&slot, option->value, draft->error);
    }
    value_clear(&slot);
    return 0;
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

static int set_sockopt(struct draft *draft, const struct option *option, const char *key,
                       const struct tree *node, enum level level)
{
    int64_t value;
    struct value_slot slot = {&option->takes, option->path, &value, sizeof value};

    (void)key;
    (void)level;
    if (value_read(&slot, node->text, draft->error) != 0) {
        return error_at(draft->error, node->at);
    }
    sockopt_set(&draft->scenario->side[option->side].sockopt, option->sockopt, value);
    return 0;
}

static int unset_sockopt(struct draft *draft, const struct option *option, const char *key)
{
    (void)key;
    sockopt_unset(&draft->scenario->side[option->side].sockopt, option->sockopt);
    return 0;
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
