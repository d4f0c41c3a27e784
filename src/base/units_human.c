#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "finwait/clock.h"
#include "finwait/units.h"

/* Where whole digits in groups of three no longer help a reader. */
#define GROUPED_MAX 1e15

/* Write the whole number `value` (0 to GROUPED_MAX) with a comma before every third digit. */
static void group_digits(char text[UNITS_TEXT], double value)
{
    char digits[UNITS_TEXT];
    size_t length = (size_t)snprintf(digits, sizeof digits, "%.0f", value);
    size_t out = 0;

    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            text[out++] = ',';
        }
        text[out++] = digits[i];
    }
    text[out] = '\0';
}

char *units_human_count(char *text, size_t size, double value)
{
    char digits[UNITS_TEXT];
    double magnitude = fabs(value);

    /* 99.95 rounds to 100, which is where whole numbers begin. */
    if (magnitude >= 99.95 && magnitude < GROUPED_MAX) {
        group_digits(digits, magnitude);
        snprintf(text, size, "%s%s", value < 0 ? "-" : "", digits);
    } else {
        snprintf(text, size, "%.3g", value);
    }
    return text;
}

/* A unit serves values that round to less than `below` of it. */
struct human_unit {
    const char *name;
    int64_t ns;
    double below;
};

static const struct human_unit human_units[] = {
    {"ns", 1, 999.5},
    {"us", NS_PER_US, 999.5},
    {"ms", NS_PER_MS, 999.5},
    {"s", NS_PER_S, 599.5}, /* the kernel's timers are spoken of in seconds: "120 s" */
    {"min", 60 * NS_PER_S, 119.5},
    {"h", 3600 * NS_PER_S, INFINITY},
};

/* Digits after the point that make three in all. */
static int decimals(double value)
{
    if (value < 9.995) {
        return 2;
    }
    return value < 99.95 ? 1 : 0;
}

char *units_human_duration(char *text, size_t size, int64_t ns)
{
    const struct human_unit *unit = human_units;

    while (fabs((double)ns) / (double)unit->ns >= unit->below) {
        unit++;
    }
    double value = (double)ns / (double)unit->ns;
    snprintf(text, size, "%.*f %s", ns % unit->ns == 0 ? 0 : decimals(fabs(value)), value,
             unit->name);
    return text;
}
