/*
 * Whatever text a result.json holds, loading it ends in a result or a message, and a result that
 * was loaded can be measured, explained, judged, reported, written and loaded again.
 */
#include "finwait/expect.h"
#include "finwait/explain.h"
#include "finwait/report.h"
#include "fuzz.h"

/* What stands in a file from somebody else moves no cursor and changes no title. */
static void check_text(const char *text, size_t length)
{
    REQUIRE(memchr(text, '\0', length) == NULL && memchr(text, '\x1b', length) == NULL);
}

static void report(const struct result *result)
{
    for (size_t i = 0; report_table[i] != NULL; i++) {
        char *text = NULL;
        size_t length = 0;
        FILE *out = open_memstream(&text, &length);
        REQUIRE(out != NULL);
        report_begin(report_table[i], false, out);
        report_write(report_table[i], result, out);
        report_end(report_table[i], false, out);
        REQUIRE(fclose(out) == 0 && length > 0);
        check_text(text, length);
        free(text);
    }
}

static void use(struct result *result)
{
    struct error error;

    result_measure(result);
    explain(result);
    expect_again(result);
    REQUIRE(expect_conclude(result, &error) == 0);
    expect_status(result);
    report(result);
    json_t *json = result_to_json(result);
    struct result *again = result_from_json(json, &error);
    REQUIRE(again != NULL);
    json_t *twice = result_to_json(again);
    REQUIRE(json_equal(json, twice));
    json_decref(twice);
    result_free(again);
    json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error;
    json_t *json =
        json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);

    if (json == NULL) {
        return 0;
    }
    struct result *result = result_from_json(json, &error);
    if (result != NULL) {
        use(result);
        result_free(result);
    } else {
        REQUIRE(error.status == STATUS_USAGE && error.what[0] != '\0');
    }
    json_decref(json);
    return 0;
}
