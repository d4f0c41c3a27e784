#include <stdlib.h>

#include "finwait/card.h"
#include "finwait/grow.h"
#include "finwait/junit.h"

/* A suite a target, a case a check. */

static const enum junit_end ends[CARD_VERDICT_N] = {[CARD_PASS] = JUNIT_PASS,
                                                    [CARD_WARN] = JUNIT_PASS,
                                                    [CARD_FAIL] = JUNIT_FAILURE,
                                                    [CARD_INFO] = JUNIT_PASS,
                                                    [CARD_SKIP] = JUNIT_SKIPPED};

static void put_case(const struct junit_suite *suite, const struct card_check *check, FILE *out)
{
    char *text = grow_format(
        "%s %s%s%s", check->question, check->reason != NULL ? check->reason : "",
        check->advice != NULL ? " -> " : "", check->advice != NULL ? check->advice : "");

    junit_case(suite, check->id, 0, ends[check->verdict], card_verdict_word(check->verdict), text,
               out);
    free(text);
}

static void put_suite(const struct card *card, FILE *out)
{
    struct junit_suite suite = {
        .name = card->target, .seconds = card->seconds, .timestamp = card->started};

    for (size_t i = 0; i < card->count; i++) {
        suite.count[ends[card->check[i].verdict]]++;
    }
    suite.count[JUNIT_ERROR] += card->cut;
    junit_begin(&suite, out);
    for (size_t i = 0; i < card->count; i++) {
        put_case(&suite, &card->check[i], out);
    }
    if (card->cut) {
        junit_case(&suite, "card", 0, JUNIT_ERROR, "PARTIAL", "interrupted", out);
    }
    junit_finish(out);
}

static void write_junit(const struct card *cards, size_t count, FILE *out)
{
    fputs(JUNIT_HEAD, out);
    for (size_t i = 0; i < count; i++) {
        put_suite(&cards[i], out);
    }
    fputs(JUNIT_TAIL, out);
}

const struct card_ops card_junit = {
    .name = "junit", .about = "JUnit's XML for CI: a case a check", .write = write_junit};
