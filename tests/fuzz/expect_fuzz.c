/*
 * Expectations: what expect_check takes expect_judge judges, what it refuses it refuses with a text
 * and a place within the expectation.
 */
#include "finwait/expect.h"
#include "fuzz.h"

/* Stand-ins: to look through all metrics for each name that is none would be all that is done. */
char *metric_nearest(char *text, size_t size, const char *name)
{
    snprintf(text, size, "%s", name[0] == 's' ? "server.accepted" : "");
    return text;
}

char *metric_meant(char *text, size_t size, const char *name)
{
    return metric_nearest(text, size, name);
}

static struct result *sample(void)
{
    struct error error;
    struct result *result = result_read(SOURCE_DIR "/tests/data/result/schema-1.json", &error);

    REQUIRE(result != NULL);
    result_measure(result);
    return result;
}

static void judge(const char *text, struct where where)
{
    struct result *result = sample();
    struct error error;
    size_t before = result->expectation_count;

    REQUIRE(expect_judge(result, text, where, &error) == 0);
    REQUIRE(result->expectation_count == before + 1);
    const struct expectation_result *judged = &result->expectation[before];
    REQUIRE(strcmp(judged->text, text) == 0);
    REQUIRE((judged->verdict == VERDICT_UNMEASURED) == (judged->missing != NULL));
    REQUIRE(expect_conclude(result, &error) == 0);
    expect_again(result);
    for (size_t i = 0; i < result->expectation_count; i++) {
        REQUIRE(result->expectation[i].verdict != VERDICT_UNJUDGED);
    }
    enum status status = expect_status(result);
    REQUIRE(status == STATUS_OK || status == STATUS_UNMET || status == STATUS_INTERRUPTED);
    result_free(result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct where where = {.file = "fuzz.yaml", .line = 1, .column = 1};
    struct error error = {0};
    char *text = fuzz_text(data, size);

    if (expect_check(text, where, &error) == 0) {
        judge(text, where);
    } else {
        REQUIRE(error.status == STATUS_USAGE && error.what[0] != '\0');
        REQUIRE(error.line == 1 && error.column >= 1 && (size_t)error.column <= strlen(text) + 1);
    }
    free(text);
    return 0;
}
