#include "maps.h"

#include <stdio.h>
#include <string.h>

char *map_value(char value[MAP_WORD], const char *map, const char *key)
{
    size_t length = strlen(key);

    value[0] = '\0';
    for (map += strspn(map, "{ "); *map != '\0'; map += strspn(map, ", ")) {
        if (strncmp(map, key, length) == 0 && map[length] == ':') {
            map += length + 1;
            map += strspn(map, " ");
            snprintf(value, MAP_WORD, "%.*s", (int)strcspn(map, ",}"), map);
            return value;
        }
        map += strcspn(map, ",");
    }
    return value;
}

int64_t map_time(const char *map, const char *key, int64_t otherwise)
{
    char value[MAP_WORD];
    int64_t ns;

    return units_parse_duration(map_value(value, map, key), &ns) == 0 ? ns : otherwise;
}

bool moment_came(const struct facts *facts, int64_t due)
{
    const struct result *result = facts->result;

    for (size_t i = 0; i < result->moment_count; i++) {
        const struct moment *entry = &result->moment[i];
        bool failed = entry->error != NULL && !entry->restart; /* a start was tried in any case */
        if (entry->due == due && entry->happened && !failed) {
            return true;
        }
    }
    return false;
}
