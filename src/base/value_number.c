#include "value_number.h"

#include <stdio.h>
#include <string.h>

#include "finwait/clock.h"
#include "finwait/units.h"

#define PORT_BITS 16

static int from_unsigned(int status, uint64_t number, int64_t *value)
{
    *value = number > INT64_MAX ? INT64_MAX : (int64_t)number;
    return status;
}

int number_parse_count(const char *text, int64_t *count)
{
    uint64_t number = 0;
    int status = units_parse_count(text, &number);

    return from_unsigned(status, number, count);
}

char *number_format_count(char *text, size_t size, int64_t count)
{
    return units_format_count(text, size, (uint64_t)count);
}

int number_parse_size(const char *text, int64_t *bytes)
{
    uint64_t number = 0;
    int status = units_parse_size(text, &number);

    return from_unsigned(status, number, bytes);
}

char *number_format_size(char *text, size_t size, int64_t bytes)
{
    return units_format_size(text, size, (uint64_t)bytes);
}

int number_parse_bytes_rate(const char *text, int64_t *per_second)
{
    char size[UNITS_TEXT];
    size_t length = strcspn(text, "/");

    if (length >= sizeof size || strcmp(text + length, "/s") != 0) {
        return -1;
    }
    snprintf(size, sizeof size, "%.*s", (int)length, text);
    return number_parse_size(size, per_second);
}

char *number_format_bytes_rate(char *text, size_t size, int64_t per_second)
{
    char bytes[UNITS_TEXT];

    snprintf(text, size, "%s/s", number_format_size(bytes, sizeof bytes, per_second));
    return text;
}

/* A duration that is a whole number of units of `unit` ns. */
static int parse_whole(const char *text, int64_t unit, int64_t *value)
{
    int64_t ns = 0;

    if (units_parse_duration(text, &ns) != 0 || ns % unit != 0) {
        return -1;
    }
    *value = ns / unit;
    return 0;
}

int number_parse_seconds(const char *text, int64_t *seconds)
{
    return parse_whole(text, NS_PER_S, seconds);
}

char *number_format_seconds(char *text, size_t size, int64_t seconds)
{
    return units_format_duration(text, size, seconds * NS_PER_S);
}

int number_parse_millis(const char *text, int64_t *millis)
{
    return parse_whole(text, NS_PER_MS, millis);
}

char *number_format_millis(char *text, size_t size, int64_t millis)
{
    return units_format_duration(text, size, millis * NS_PER_MS);
}

/* Digits, and the text after them; NULL: no port. */
static const char *parse_port(const char *text, int64_t *port)
{
    size_t digits = strspn(text, "0123456789");

    *port = 0;
    for (size_t i = 0; i < digits && *port <= UINT16_MAX; i++) {
        *port = *port * 10 + (text[i] - '0');
    }
    return *port >= 1 && *port <= UINT16_MAX ? text + digits : NULL;
}

int number_parse_ports(const char *text, int64_t *range)
{
    int64_t low;
    int64_t high;
    const char *dash = parse_port(text, &low);
    const char *end = dash != NULL && *dash == '-' ? parse_port(dash + 1, &high) : NULL;

    if (end == NULL || *end != '\0' || low > high) {
        return -1;
    }
    *range = high << PORT_BITS | low;
    return 0;
}

char *number_format_ports(char *text, size_t size, int64_t range)
{
    snprintf(text, size, "%u-%u", (unsigned)(range & UINT16_MAX), (unsigned)(range >> PORT_BITS));
    return text;
}

int number_parse_share(const char *text, double *share)
{
    return units_parse_share(text, share) == 0 && *share > 0 ? 0 : -1;
}

void number_store(void *field, size_t size, int64_t number)
{
    switch (size) {
    case sizeof(int64_t):
        *(int64_t *)field = number;
        break;
    case sizeof(int32_t):
        *(int32_t *)field = (int32_t)number;
        break;
    case sizeof(int16_t):
        *(int16_t *)field = (int16_t)number;
        break;
    default:
        *(int8_t *)field = (int8_t)number;
        break;
    }
}

/* Fields of fewer than 64 bits have no number below 0. */
int64_t number_fetch(const void *field, size_t size)
{
    switch (size) {
    case sizeof(int64_t):
        return *(const int64_t *)field;
    case sizeof(uint32_t):
        return *(const uint32_t *)field;
    case sizeof(uint16_t):
        return *(const uint16_t *)field;
    default:
        return *(const uint8_t *)field;
    }
}
