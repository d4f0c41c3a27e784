#include <stdlib.h>
#include <string.h>

#include "draft.h"
#include "finwait/text.h"

/* Expectations, still as texts: a list, or one. */

enum { EXPECT_MAX = 500 };

static int add_expectation(struct draft *draft, const struct tree *node)
{
    struct scenario *scenario = draft->scenario;
    size_t length = node->kind == TREE_SCALAR ? strlen(node->text) : 0;

    if (length == 0 || length > EXPECT_MAX || !text_is_plain(node->text)) {
        error_set(draft->error, STATUS_USAGE, "expect: not an expectation");
        return draft_fail_at(draft, node->at, "write e.g. \"- server.time_wait.peak >= 5000\"");
    }
    struct expectation *item =
        reallocarray(scenario->expect, scenario->expect_count + 1, sizeof *item);
    if (item == NULL) {
        return draft_fail_memory(draft);
    }
    scenario->expect = item;
    item = &scenario->expect[scenario->expect_count];
    *item = (struct expectation){.text = strdup(node->text), .where = node->at};
    if (item->text == NULL) {
        return draft_fail_memory(draft);
    }
    scenario->expect_count++;
    return 0;
}

static int set_expectations(struct draft *draft, const struct option *option, const char *key,
                            const struct tree *node, enum level level)
{
    (void)option;
    (void)key;
    (void)level;
    if (node->kind == TREE_SCALAR) {
        return tree_is_null(node) ? 0 : add_expectation(draft, node);
    }
    for (size_t i = 0; i < node->count; i++) {
        if (add_expectation(draft, &node->item[i]) != 0) {
            return -1;
        }
    }
    return 0;
}

static int unset_expectations(struct draft *draft, const struct option *option, const char *key)
{
    struct scenario *scenario = draft->scenario;

    (void)option;
    (void)key;
    for (size_t i = 0; i < scenario->expect_count; i++) {
        free(scenario->expect[i].text);
    }
    scenario->expect_count = 0;
    return 0;
}

static void each_expectation(const struct each *each, const struct option *option,
                             const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->expect_count; i++) {
        each->fn(each->context, option->path, scenario->expect[i].text);
    }
}

const struct option_ops expect_ops = {.type = "list of expectations",
                                      .form = "write a list of texts, e.g. [connections.failed == "
                                              "0, latency.connect.p99 < 50ms]",
                                      .trees = TREE_BIT(TREE_SCALAR) | TREE_BIT(TREE_LIST),
                                      .may_be_empty = true,
                                      .schema = SCHEMA_TEXTS,
                                      .set = set_expectations,
                                      .unset = unset_expectations,
                                      .each = each_expectation};
