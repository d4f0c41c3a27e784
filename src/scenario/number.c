#include "number.h"

#include <stdio.h>
#include <string.h>

#include "finwait/units.h"

void number_store(void *field, size_t size, uint64_t number)
{
    switch (size) {
    case sizeof(uint64_t):
        *(uint64_t *)field = number;
        break;
    case sizeof(uint32_t):
        *(uint32_t *)field = (uint32_t)number;
        break;
    case sizeof(uint16_t):
        *(uint16_t *)field = (uint16_t)number;
        break;
    default:
        *(uint8_t *)field = (uint8_t)number;
        break;
    }
}

uint64_t number_fetch(const void *field, size_t size)
{
    switch (size) {
    case sizeof(uint64_t):
        return *(const uint64_t *)field;
    case sizeof(uint32_t):
        return *(const uint32_t *)field;
    case sizeof(uint16_t):
        return *(const uint16_t *)field;
    default:
        return *(const uint8_t *)field;
    }
}

int number_parse_auto(const char *text, uint64_t *count)
{
    *count = 0;
    return strcmp(text, "auto") == 0 ? 0 : units_parse_count(text, count);
}

char *number_format_auto(char *text, size_t size, uint64_t count)
{
    if (count > 0) {
        return units_format_count(text, size, count);
    }
    snprintf(text, size, "auto");
    return text;
}

int number_parse_duration(const char *text, uint64_t *ns)
{
    int64_t value = 0;
    int status = units_parse_duration(text, &value);

    *ns = (uint64_t)value;
    return status;
}

char *number_format_duration(char *text, size_t size, uint64_t ns)
{
    return units_format_duration(text, size, (int64_t)ns);
}

char *number_format_rate(char *text, size_t size, uint64_t per_second)
{
    return units_format_rate(text, size, (double)per_second);
}
