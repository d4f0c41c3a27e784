/*
 * Whatever text a result.json holds, loading it ends in a result or a message, and a result that
 * was loaded can be measured, explained, written and loaded again.
 *
 *   clang -g -fsanitize=fuzzer,address,undefined … tests/fuzz/result_fuzz.c
 */
#include <stdint.h>
#include <stdlib.h>

#include "finwait/explain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(struct result *result)
{
    struct error error;

    result_measure(result);
    explain(result);
    json_t *json = result_to_json(result);
    struct result *again = result_from_json(json, &error);
    if (again == NULL) {
        abort();
    }
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
    } else if (error.status != STATUS_USAGE || error.what[0] == '\0') {
        abort();
    }
    json_decref(json);
    return 0;
}
