#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "finwait/clock.h"
#include "finwait/units.h"
#include "finwait/value.h"
#include "value_number.h"

/* What a recv is content with: RECV_HEAD and RECV_OR_FIN as words, and how long it waits. */

#define BOUND_MAX (INT64_C(3600) * NS_PER_S)

static const struct {
    const char *name;
    int64_t bit;
} words[] = {{"head", RECV_HEAD}, {"or-fin", RECV_OR_FIN}};
#define WORDS (sizeof words / sizeof words[0])

/* What one word or duration adds to the whole; 0: it is neither. */
static int64_t parse_part(const char *part)
{
    int64_t bound = 0;

    for (size_t i = 0; i < WORDS; i++) {
        if (strcmp(part, words[i].name) == 0) {
            return words[i].bit;
        }
    }
    return units_parse_duration(part, &bound) == 0 && bound <= BOUND_MAX ? bound : 0;
}

static bool is_there(int64_t value, int64_t part)
{
    return part <= RECV_BOUND ? (value & RECV_BOUND) != 0 : (value & part) != 0;
}

int number_parse_recv(const char *text, int64_t *value)
{
    char part[UNITS_TEXT];

    *value = 0;
    for (bool more = true; more;) {
        text += strspn(text, " ");
        size_t length = strcspn(text, ",");
        const char *end = text + length;
        for (; length > 0 && text[length - 1] == ' '; length--) {
        }
        snprintf(part, sizeof part, "%.*s", (int)length, text);
        int64_t adds = length < sizeof part ? parse_part(part) : 0;
        more = *end == ',';
        if (adds == 0 || is_there(*value, adds) || (!more && *end != '\0')) {
            return -1;
        }
        *value |= adds;
        text = end + more;
    }
    return 0;
}

char *number_format_recv(char *text, size_t size, int64_t value)
{
    size_t used = 0;
    char bound[UNITS_TEXT];

    text[0] = '\0';
    for (size_t i = 0; i < WORDS && used < size; i++) {
        if ((value & words[i].bit) != 0) {
            used += (size_t)snprintf(text + used, size - used, "%s%s", used > 0 ? "," : "",
                                     words[i].name);
        }
    }
    if ((value & RECV_BOUND) != 0 && used < size) {
        units_format_duration(bound, sizeof bound, value & RECV_BOUND);
        snprintf(text + used, size - used, "%s%s", used > 0 ? "," : "", bound);
    }
    return text;
}
