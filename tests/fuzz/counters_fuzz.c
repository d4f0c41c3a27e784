/* The text of /proc/net/snmp and /proc/net/netstat, whatever a kernel writes there. */
#include "counters.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct counters counters = {0};
    char *text = fuzz_text(data, size);

    REQUIRE(counters_parse(&counters, text) == 0);
    size_t count = counters.count;
    REQUIRE(counters_parse(&counters, text) == 0);
    REQUIRE(counters.count == count); /* the same names again are no new ones */
    for (size_t i = 0; i < count; i++) {
        REQUIRE(memchr(counters.item[i].name, '\0', sizeof counters.item[i].name) != NULL);
    }
    counters_fini(&counters);
    free(text);
    return 0;
}
