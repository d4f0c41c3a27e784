#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "value_number.h"

/* Ranges of HTTP statuses: high << 16 | low. */

enum { HIGH_BITS = 16, CLASS = 100 };

struct statuses {
    unsigned low, high;
};

/* A digit of a class, and "xx" or two digits.  What follows, or NULL: it is neither. */
static const char *parse_one(const char *text, struct statuses *one)
{
    size_t digits = strspn(text, "0123456789");
    bool whole = digits == 1 && strncmp(text + 1, "xx", 2) == 0;

    if (text[0] == '0' || (digits != 3 && !whole)) {
        return NULL;
    }
    one->low = (unsigned)(text[0] - '0') * CLASS;
    one->high = one->low + CLASS - 1;
    if (!whole) {
        one->low += (unsigned)((text[1] - '0') * 10 + text[2] - '0');
        one->high = one->low;
    }
    return text + 3;
}

int number_parse_statuses(const char *text, int64_t *range)
{
    struct statuses first = {0};
    struct statuses last = {0};
    const char *end = parse_one(text, &first);

    last = first;
    if (end != NULL && *end == '-') {
        end = parse_one(end + 1, &last);
    }
    if (end == NULL || *end != '\0' || last.high < first.low) {
        return -1;
    }
    *range = (int64_t)last.high << HIGH_BITS | first.low;
    return 0;
}

char *number_format_statuses(char *text, size_t size, int64_t range)
{
    unsigned low = (unsigned)(range & UINT16_MAX);
    unsigned high = (unsigned)(range >> HIGH_BITS);
    bool classes = low % CLASS == 0 && high % CLASS == CLASS - 1;
    unsigned unit = classes ? CLASS : 1;
    const char *rest = classes ? "xx" : "";

    if (low / unit == high / unit) {
        snprintf(text, size, "%u%s", low / unit, rest);
    } else {
        snprintf(text, size, "%u%s-%u%s", low / unit, rest, high / unit, rest);
    }
    return text;
}
