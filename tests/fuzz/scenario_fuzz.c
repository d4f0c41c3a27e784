/*
 * Feed any bytes to the scenario loader: it must return a scenario or an error with a text, and
 * neither crash, hang nor leak.
 *
 * tests/unit/scenario_fuzz_test.c runs it over mutations of the scenarios that ship.
 */
#include "finwait/scenario.h"
#include "fuzz.h"

static void ignore_pair(void *context, const char *path, const char *value)
{
    size_t *pairs = context;

    *pairs += path[0] != '\0' && value != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = {0};
    const char *yaml = data != NULL ? (const char *)data : "";
    struct scenario *scenario = scenario_parse(yaml, size, "fuzz.yaml", NULL, 0, &error);
    size_t pairs = 0;

    if (scenario != NULL) {
        scenario_each(scenario, ignore_pair, &pairs);
    }
    REQUIRE(scenario != NULL ? pairs > 0 : error.what[0] != '\0');
    scenario_free(scenario);
    return 0;
}
