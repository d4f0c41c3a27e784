#include "draft.h"
#include "finwait/text.h"

#include <string.h>

const struct given *draft_given(const struct draft *draft, const char *path)
{
    return &draft->given[option_index(option_find(path, NULL))];
}

static int fail_form(const struct draft *draft, const struct option *option, const char *key,
                     const struct tree *node)
{
    const char *dot = key != NULL ? "." : "";
    char type[64];

    key = text_or_empty(key);
    if (tree_is_null(node)) {
        return draft_fail(draft, node->key_at, "write one, or null to leave it as by default",
                          "%s%s%.80s has no value", option->path, dot, key);
    }
    error_set(draft->error, STATUS_USAGE, "%s%s%.80s cannot be %s", option->path, dot, key,
              tree_kind_name(node->kind));
    if (option->ops->form != NULL) {
        error_hint(draft->error, "%s", option->ops->form);
    } else {
        error_hint(draft->error, "its value is: %s%s%s", option_type(option, type, sizeof type),
                   option->value != NULL ? ", e.g. " : "", text_or_empty(option->value));
    }
    return error_at(draft->error, node->at);
}

/* Whether it is written as `node` is. */
static bool has_form(const struct option_ops *ops, const struct tree *node)
{
    return (ops->trees & TREE_BIT(node->kind)) != 0 && (ops->may_be_empty || !tree_is_null(node));
}

int draft_set(struct draft *draft, const struct option *option, const char *key,
              const struct tree *node, enum level level)
{
    struct given *given = &draft->given[option_index(option)];

    if (!has_form(option->ops, node)) {
        return fail_form(draft, option, key, node);
    }
    if (!option->ops->has_keys && given->level == LEVEL_FILE && level == LEVEL_FILE) {
        return draft_fail_twice(draft, option->path, given->where, node->at);
    }
    if (option->ops->set(draft, &(struct setting){option, key, node, level}) != 0) {
        return -1;
    }
    if (level != LEVEL_DEFAULT) {
        *given = (struct given){level, node->at};
    }
    return 0;
}

void draft_unset(struct draft *draft, const char *path)
{
    const char *key;
    const struct option *named = option_find(path, &key);

    if (key != NULL) {
        named->ops->unset(draft, &(struct setting){named, key});
        return;
    }
    for (size_t i = 0; i < option_count(); i++) {
        const struct option *option = option_at(i);

        if (option_is_in(path, option->path)) {
            draft->given[i] = (struct given){LEVEL_DEFAULT, {0}};
            option->ops->unset(draft, &(struct setting){option});
        }
    }
}
