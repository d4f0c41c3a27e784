/*
 * Whatever text a comparison.json holds, loading it ends in a comparison or a message, and one that
 * was loaded can be printed, written and loaded again, and judged anew.
 */
#include "finwait/comparison.h"
#include "fuzz.h"

/* What stands in a file from somebody else moves no cursor. */
static void print(const struct comparison *comparison, const struct comparison_ops *format)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);

    REQUIRE(out != NULL);
    format->write(comparison, out);
    REQUIRE(fclose(out) == 0 && length > 0);
    REQUIRE(memchr(text, '\0', length) == NULL && memchr(text, '\x1b', length) == NULL);
    free(text);
}

static void use(const struct comparison *comparison)
{
    struct error error;
    json_t *json = comparison_to_json(comparison);
    struct comparison *again = comparison_from_json(json, &error);

    REQUIRE(again != NULL);
    json_t *twice = comparison_to_json(again);
    REQUIRE(json_equal(json, twice));
    for (size_t i = 0; comparison_formats[i] != NULL; i++) {
        print(comparison, comparison_formats[i]);
    }
    comparison_status(comparison);
    comparison_widest(comparison);
    json_decref(twice);
    comparison_free(again);
    json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const fail_if[] = {"connections.rate lower by 3%"};
    static const struct comparison_terms terms = {
        .margin = 0.05, .all = true, .fail_if_count = 1, .fail_if = fail_if};
    struct error error;
    json_t *json =
        json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    struct comparison *comparison = json == NULL ? NULL : comparison_from_json(json, &error);

    if (comparison != NULL) {
        use(comparison);
        comparison_judge(comparison, &terms);
        use(comparison);
    }
    comparison_free(comparison);
    json_decref(json);
    return 0;
}
