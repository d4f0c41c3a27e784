#include "finwait/expect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "expectation.h"
#include "finwait/grow.h"

/* Products are rounded, and users mean 0.1 * 30 == 3. */
#define PRODUCT_TOLERANCE 1e-9

int expect_check(const char *text, struct where where, struct error *error)
{
    struct expectation_parts parts;

    return expectation_parse(&parts, text, where, error);
}

/* False: its metric was not measured. */
static bool evaluate(const struct result *result, const struct term *term, double *value)
{
    double metric = 1;

    if (term->metric[0] != '\0' && !result_metric(result, term->metric, &metric)) {
        return false;
    }
    *value = term->factor * metric;
    return true;
}

static enum relation compare(double left, double right, double tolerance)
{
    if (fabs(left - right) <= tolerance * fmax(fabs(left), fabs(right))) {
        return RELATION_EQUAL;
    }
    return left < right ? RELATION_LESS : RELATION_GREATER;
}

static void judge(const struct result *result, const struct expectation_parts *parts,
                  struct expectation_result *judged)
{
    judged->quantity = parts->quantity;
    bool product = parts->left.is_product || parts->right.is_product;
    const struct term *missing = NULL;

    if (!evaluate(result, &parts->left, &judged->left)) {
        missing = &parts->left;
    } else if (!evaluate(result, &parts->right, &judged->right)) {
        missing = &parts->right;
    }
    if (missing != NULL) {
        judged->verdict = VERDICT_UNMEASURED;
        judged->missing = grow_text(missing->metric);
        return;
    }
    judged->compared = true;
    unsigned relation = compare(judged->left, judged->right, product ? PRODUCT_TOLERANCE : 0);
    judged->verdict = (parts->holds & relation) != 0 ? VERDICT_PASS : VERDICT_FAIL;
}

int expect_judge(struct result *result, const char *text, struct where where, struct error *error)
{
    struct expectation_parts parts;
    struct expectation_result *judged;

    if (expectation_parse(&parts, text, where, error) != 0) {
        return -1;
    }
    result->expectation =
        grow_by_one(result->expectation, result->expectation_count, sizeof *result->expectation);
    judged = &result->expectation[result->expectation_count++];
    *judged = (struct expectation_result){.text = grow_text(text)};
    judge(result, &parts, judged);
    return 0;
}

void expect_drop_unmeasured(struct result *result)
{
    struct expectation_result *last = &result->expectation[result->expectation_count - 1];

    if (last->verdict == VERDICT_UNMEASURED) {
        free(last->text);
        free(last->missing);
        result->expectation_count--;
    }
}

void expect_again(struct result *result)
{
    for (size_t i = 0; i < result->expectation_count; i++) {
        struct expectation_result *judged = &result->expectation[i];
        struct expectation_parts parts;
        struct error problem = {0};

        free(judged->missing);
        free(judged->problem);
        *judged = (struct expectation_result){.text = judged->text};
        if (expectation_parse(&parts, judged->text, (struct where){0}, &problem) == 0) {
            judge(result, &parts, judged);
        } else {
            judged->verdict = VERDICT_UNJUDGED;
            judged->problem = grow_format("%s; %s", problem.what, problem.hint);
        }
    }
}

enum status expect_status(const struct result *result)
{
    if (result->partial) {
        return STATUS_INTERRUPTED;
    }
    for (size_t i = 0; i < result->expectation_count; i++) {
        if (result->expectation[i].verdict != VERDICT_PASS) {
            return STATUS_UNMET;
        }
    }
    return STATUS_OK;
}
