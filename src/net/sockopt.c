#include "finwait/sockopt.h"

#include <string.h>

#include "finwait/clock.h"
#include "finwait/units.h"
#include "port.h"

/* The values that stand beside a kind's numbers: linger "off", linger2 "-1". */
#define BESIDE (-1)

#define PORT_BITS 16

#define RANGE_TEXT (sizeof " to " + 2UL * UNITS_TEXT)

/* Parse takes all of `text`: 0, or -1 for text of another form.  Format writes what parse reads. */
struct kind {
    int (*parse)(const char *text, int64_t *value);
    char *(*format)(char *text, size_t size, int64_t value);
    const char *type;
    const char *beside; /* how BESIDE is written; NULL: not a value of this kind */
    bool plain;         /* `type` says it all */
};

static int parse_bool(const char *text, int64_t *value)
{
    *value = strcmp(text, "on") == 0;
    return *value == 1 || strcmp(text, "off") == 0 ? 0 : -1;
}

static char *format_bool(char *text, size_t size, int64_t value)
{
    snprintf(text, size, "%s", value ? "on" : "off");
    return text;
}

static int from_unsigned(int status, uint64_t number, int64_t *value)
{
    *value = number > INT64_MAX ? INT64_MAX : (int64_t)number;
    return status;
}

static int parse_count(const char *text, int64_t *value)
{
    uint64_t number = 0;
    int status = units_parse_count(text, &number);

    return from_unsigned(status, number, value);
}

static char *format_count(char *text, size_t size, int64_t value)
{
    return units_format_count(text, size, (uint64_t)value);
}

static int parse_size(const char *text, int64_t *value)
{
    uint64_t bytes = 0;
    int status = units_parse_size(text, &bytes);

    return from_unsigned(status, bytes, value);
}

static char *format_size(char *text, size_t size, int64_t value)
{
    return units_format_size(text, size, (uint64_t)value);
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

static int parse_seconds(const char *text, int64_t *value)
{
    return parse_whole(text, NS_PER_S, value);
}

static char *format_seconds(char *text, size_t size, int64_t value)
{
    return units_format_duration(text, size, value * NS_PER_S);
}

static int parse_millis(const char *text, int64_t *value)
{
    return parse_whole(text, NS_PER_MS, value);
}

static char *format_millis(char *text, size_t size, int64_t value)
{
    return units_format_duration(text, size, value * NS_PER_MS);
}

static int64_t low_of(int64_t range)
{
    return range & UINT16_MAX;
}

static int64_t high_of(int64_t range)
{
    return range >> PORT_BITS;
}

static int parse_range(const char *text, int64_t *value)
{
    const char *dash = strchr(text, '-');
    uint16_t low = 0;
    uint16_t high = 0;

    if (dash == NULL || port_parse(text, (size_t)(dash - text), &low) != 0 ||
        port_parse(dash + 1, strlen(dash + 1), &high) != 0) {
        return -1;
    }
    *value = (int64_t)high << PORT_BITS | low;
    return 0;
}

static char *format_range(char *text, size_t size, int64_t value)
{
    snprintf(text, size, "%u-%u", (unsigned)low_of(value), (unsigned)high_of(value));
    return text;
}

static const struct kind kinds[] = {
    [SOCKOPT_BOOL] = {parse_bool, format_bool, "on or off", NULL, true},
    [SOCKOPT_COUNT] = {parse_count, format_count, "a number", NULL, false},
    [SOCKOPT_SIZE] = {parse_size, format_size, "a size in bytes", NULL, false},
    [SOCKOPT_SECONDS] = {parse_seconds, format_seconds, "whole seconds", NULL, false},
    [SOCKOPT_MILLIS] = {parse_millis, format_millis, "whole milliseconds", NULL, false},
    [SOCKOPT_LINGER_T] = {parse_seconds, format_seconds, "off or whole seconds", "off", false},
    [SOCKOPT_LINGER2_T] = {parse_seconds, format_seconds, "-1 or whole seconds", "-1", false},
    [SOCKOPT_RANGE] = {parse_range, format_range, "LOW-HIGH, a range of ports", NULL, false},
};

static const struct kind *kind_of(enum sockopt_id id)
{
    return &kinds[sockopt_table[id].kind];
}

const char *sockopt_type(enum sockopt_id id)
{
    return kind_of(id)->type;
}

char *sockopt_range(char *text, size_t size, enum sockopt_id id)
{
    const struct sockopt_info *info = &sockopt_table[id];
    bool ports = info->kind == SOCKOPT_RANGE;
    char *(*format)(char *, size_t, int64_t) = ports ? format_count : kind_of(id)->format;
    char low[UNITS_TEXT];
    char high[UNITS_TEXT];

    text[0] = '\0';
    if (!kind_of(id)->plain) {
        snprintf(text, size, "%s to %s", format(low, sizeof low, info->min),
                 format(high, sizeof high, info->max));
    }
    return text;
}

static bool in_bounds(const struct sockopt_info *info, int64_t value)
{
    if (info->kind == SOCKOPT_RANGE) {
        return low_of(value) >= info->min && high_of(value) <= info->max &&
               low_of(value) <= high_of(value);
    }
    return value >= info->min && value <= info->max;
}

static int refuse(enum sockopt_id id, const char *text, const char *why, struct error *error)
{
    char range[RANGE_TEXT];

    sockopt_range(range, sizeof range, id);
    error_set(error, STATUS_USAGE, "sockopt.%s: \"%.80s\" %s", sockopt_table[id].name, text, why);
    return error_hint(error, "write %s%s%s", sockopt_type(id), range[0] ? ", " : "", range);
}

int sockopt_parse(struct sockopts *options, enum sockopt_id id, const char *text,
                  struct error *error)
{
    const struct kind *kind = kind_of(id);
    int64_t value = BESIDE;

    if (kind->beside == NULL || strcmp(text, kind->beside) != 0) {
        if (kind->parse(text, &value) != 0) {
            return refuse(id, text, "is not a value of this option", error);
        }
        if (!in_bounds(&sockopt_table[id], value)) {
            return refuse(id, text, "is out of bounds", error);
        }
    }
    options->set[id] = true;
    options->value[id] = value;
    return 0;
}

void sockopt_unset(struct sockopts *options, enum sockopt_id id)
{
    options->set[id] = false;
    options->value[id] = 0;
}

char *sockopt_format(char *text, size_t size, const struct sockopts *options, enum sockopt_id id)
{
    const struct kind *kind = kind_of(id);

    if (!options->set[id]) {
        text[0] = '\0';
        return text;
    }
    if (kind->beside != NULL && options->value[id] == BESIDE) {
        snprintf(text, size, "%s", kind->beside);
        return text;
    }
    return kind->format(text, size, options->value[id]);
}
