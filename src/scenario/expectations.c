#include <stdlib.h>
#include <string.h>

#include "draft.h"
#include "finwait/grow.h"
#include "finwait/text.h"

/* Expectations, still as texts: a list, or one. */

enum { EXPECT_MAX = 500 };

static int add_expectation(struct draft *draft, const struct tree *node)
{
    struct scenario *scenario = draft->scenario;
    size_t length = node->kind == TREE_SCALAR ? strlen(node->text) : 0;

    if (length == 0 || length > EXPECT_MAX || !text_is_plain(node->text)) {
        return draft_fail(draft, node->at, "write e.g. \"- server.time_wait.peak >= 5000\"",
                          "expect: not an expectation");
    }
    scenario->expect =
        grow_by_one(scenario->expect, scenario->expect_count, sizeof *scenario->expect);
    scenario->expect[scenario->expect_count++] =
        (struct expectation){.text = grow_text(node->text), .where = node->at};
    return 0;
}

static int set_expectations(struct draft *draft, const struct setting *setting)
{
    const struct tree *node = setting->node;

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

static void unset_expectations(struct draft *draft, const struct setting *setting)
{
    struct scenario *scenario = draft->scenario;

    (void)setting;
    for (size_t i = 0; i < scenario->expect_count; i++) {
        free(scenario->expect[i].text);
    }
    scenario->expect_count = 0;
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
