#include "finwait/units.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/clock.h"

/* Tables end with a NULL name and rise in scale; of one scale the first is written. */
struct unit {
    const char *name;
    uint64_t scale;
};

static const struct unit count_units[] = {
    {"", 1}, {"k", 1000}, {"K", 1000}, {"M", 1000000}, {"G", 1000000000}, {NULL, 0},
};
static const struct unit size_units[] = {
    {"", 1},        {"B", 1},         {"k", 1 << 10}, {"K", 1 << 10},   {"KiB", 1 << 10},
    {"M", 1 << 20}, {"MiB", 1 << 20}, {"G", 1 << 30}, {"GiB", 1 << 30}, {NULL, 0},
};
static const struct unit duration_units[] = {
    {"ns", 1},         {"us", NS_PER_US},    {"ms", NS_PER_MS},      {"s", NS_PER_S},
    {"sec", NS_PER_S}, {"m", 60 * NS_PER_S}, {"min", 60 * NS_PER_S}, {"h", 3600 * NS_PER_S},
    {NULL, 0},
};
static const struct unit share_units[] = {{"%", 10000}, {NULL, 0}}; /* in millionths */
static const struct unit period_units[] = {
    {"s", 1}, {"sec", 1}, {"m", 60}, {"min", 60}, {"h", 3600}, {NULL, 0},
};

/* The unit whose name is the first `length` characters of `name`, or NULL. */
static const struct unit *find_unit(const struct unit *units, const char *name, size_t length)
{
    for (; units->name != NULL; units++) {
        if (strlen(units->name) == length && strncmp(units->name, name, length) == 0) {
            return units;
        }
    }
    return NULL;
}

/* No number is longer, with blanks and all. */
enum { TIDY = 128 };

static bool is_digit(char byte)
{
    return isdigit((unsigned char)byte) != 0;
}

/*
 * `text` without what only helps to read it: the blanks between a number and its unit and around
 * "/", and a _ between two digits.
 */
static const char *tidy(char tidied[TIDY], const char *text)
{
    size_t length = 0;
    char last = '\0';

    memset(tidied, 0, TIDY);
    for (; *text != '\0' && length < TIDY - 1; text++) {
        const char *next = text + strspn(text, " ");
        bool to_unit = (is_digit(last) && !is_digit(*next) && *next != '\0') || last == '/' ||
                       (*next == '/' && last != '\0');
        bool groups = *text == '_' && is_digit(last) && is_digit(text[1]);
        if (next > text && to_unit) {
            text = next - 1;
        } else if (!groups) {
            last = *text;
            tidied[length++] = last;
        }
    }
    return *text == '\0' ? tidied : "";
}

/* A decimal number: digits / 10^places, and the text after it. */
struct decimal {
    uint64_t digits;
    unsigned places;
    const char *rest;
};

/* Append the digits at `text`.  The text after them; NULL when there are none or too many. */
static const char *append_digits(struct decimal *number, const char *text)
{
    const char *at = text;

    for (; isdigit((unsigned char)*at); at++) {
        if (__builtin_mul_overflow(number->digits, 10, &number->digits) ||
            __builtin_add_overflow(number->digits, (unsigned)(*at - '0'), &number->digits)) {
            return NULL;
        }
    }
    return at == text ? NULL : at;
}

static int parse_decimal(struct decimal *number, const char *text)
{
    *number = (struct decimal){0};
    number->rest = append_digits(number, text);
    if (number->rest != NULL && *number->rest == '.') {
        const char *fraction = number->rest + 1;
        number->rest = append_digits(number, fraction);
        number->places = number->rest == NULL ? 0 : (unsigned)(number->rest - fraction);
    }
    return number->rest == NULL ? -1 : 0;
}

/* Divide the product a × b by `prime`, or say that it is no multiple. */
static bool divide_product(uint64_t *a, uint64_t *b, unsigned prime)
{
    uint64_t *factor = *a % prime == 0 ? a : b;

    if (*factor % prime != 0) {
        return false;
    }
    *factor /= prime;
    return true;
}

/* `number` × `scale`, when that is a whole number that fits. */
static int scale_decimal(const struct decimal *number, uint64_t scale, uint64_t *value)
{
    uint64_t digits = number->digits;

    for (unsigned place = 0; place < number->places; place++) {
        if (!divide_product(&digits, &scale, 2) || !divide_product(&digits, &scale, 5)) {
            return -1;
        }
    }
    return __builtin_mul_overflow(digits, scale, value) ? -1 : 0;
}

static int parse_whole(const char *text, const struct unit *units, uint64_t *value)
{
    struct decimal number;
    uint64_t scaled;
    char tidied[TIDY];

    if (parse_decimal(&number, tidy(tidied, text)) != 0) {
        return -1;
    }
    const struct unit *unit = find_unit(units, number.rest, strlen(number.rest));
    if (unit == NULL || (number.places > 0 && unit->scale == 1) ||
        scale_decimal(&number, unit->scale, &scaled) != 0) {
        return -1;
    }
    *value = scaled;
    return 0;
}

/* The largest unit that `value` is a whole multiple of; for 0, the smallest. */
static const struct unit *largest_unit(const struct unit *units, uint64_t value)
{
    const struct unit *largest = units;

    for (; value != 0 && units->name != NULL; units++) {
        if (value % units->scale == 0 && units->scale > largest->scale) {
            largest = units;
        }
    }
    return largest;
}

int units_parse_count(const char *text, uint64_t *value)
{
    return parse_whole(text, count_units, value);
}

char *units_format_count(char *text, size_t size, uint64_t value)
{
    snprintf(text, size, "%" PRIu64, value);
    return text;
}

int units_parse_size(const char *text, uint64_t *bytes)
{
    return parse_whole(text, size_units, bytes);
}

char *units_format_size(char *text, size_t size, uint64_t bytes)
{
    const struct unit *unit = largest_unit(size_units, bytes);

    snprintf(text, size, "%" PRIu64 "%s", bytes / unit->scale, unit->name);
    return text;
}

/* The number and unit that `*text` begins with, which goes past them.  Each unit is below `*most`,
 * that of the one before. */
static int parse_part(const char **text, uint64_t *most, uint64_t *ns)
{
    struct decimal number;
    uint64_t scaled;

    if (parse_decimal(&number, *text) != 0) {
        return -1;
    }
    size_t length = strcspn(number.rest, " 0123456789");
    const struct unit *unit = find_unit(duration_units, number.rest, length);
    if (unit == NULL || unit->scale >= *most || scale_decimal(&number, unit->scale, &scaled) != 0 ||
        __builtin_add_overflow(*ns, scaled, ns)) {
        return -1;
    }
    *most = unit->scale;
    *text = number.rest + length;
    *text += is_digit(*(*text + strspn(*text, " "))) ? strspn(*text, " ") : 0;
    return 0;
}

int units_parse_duration(const char *text, int64_t *ns)
{
    char tidied[TIDY];
    const char *at = tidy(tidied, text);
    uint64_t most = UINT64_MAX;
    uint64_t sum = 0;
    struct decimal number;

    if (parse_decimal(&number, at) == 0 && number.digits == 0 && *number.rest == '\0') {
        *ns = 0;
        return 0;
    }
    do {
        if (parse_part(&at, &most, &sum) != 0 || sum > INT64_MAX) {
            return -1;
        }
    } while (*at != '\0');
    *ns = (int64_t)sum;
    return 0;
}

char *units_format_duration(char *text, size_t size, int64_t ns)
{
    uint64_t magnitude = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
    const struct unit *unit = largest_unit(duration_units, magnitude);

    if (ns == 0) {
        snprintf(text, size, "0s");
    } else {
        snprintf(text, size, "%s%" PRIu64 "%s", ns < 0 ? "-" : "", magnitude / unit->scale,
                 unit->name);
    }
    return text;
}

static const char *skip_digits(const char *text)
{
    return text + strspn(text, "0123456789");
}

/* The text after the number that `text` begins with, or NULL.  strtod would take more than numbers
 * as people write them: "inf", "0x1p3", blanks in front. */
static const char *number_end(const char *text)
{
    const char *end = skip_digits(text);

    if (end == text) {
        return NULL;
    }
    if (*end == '.' && isdigit((unsigned char)end[1])) {
        end = skip_digits(end + 1);
    }
    if (*end == 'e') {
        const char *exponent = end + 1 + (end[1] == '+' || end[1] == '-');
        end = skip_digits(exponent);
        return end == exponent ? NULL : end;
    }
    return end;
}

int units_parse_rate(const char *text, double *per_second)
{
    char tidied[TIDY];
    const char *number = tidy(tidied, text);
    const char *end = number_end(number);
    const char *slash = end == NULL ? NULL : strchr(end, '/');

    if (strcmp(number, "max") == 0) {
        *per_second = 0;
        return 0;
    }
    if (slash == NULL) {
        return -1;
    }
    const struct unit *unit = find_unit(count_units, end, (size_t)(slash - end));
    const struct unit *period = find_unit(period_units, slash + 1, strlen(slash + 1));
    if (unit == NULL || period == NULL) {
        return -1;
    }
    double rate = strtod(number, NULL) * (double)unit->scale / (double)period->scale;
    if (!isfinite(rate) || rate <= 0) {
        return -1;
    }
    *per_second = rate;
    return 0;
}

char *units_format_rate(char *text, size_t size, double per_second)
{
    char digits[UNITS_TEXT];

    if (!(per_second > 0)) {
        snprintf(text, size, "max");
        return text;
    }
    /* 15 digits read well; 17 always suffice to tell two doubles apart. */
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, per_second);
        if (strtod(digits, NULL) == per_second) {
            break;
        }
    }
    snprintf(text, size, "%s/s", digits);
    return text;
}

int units_parse_share(const char *text, double *share)
{
    struct decimal number;
    uint64_t millionths;
    char tidied[TIDY];

    if (parse_decimal(&number, tidy(tidied, text)) != 0) {
        return -1;
    }
    const struct unit *unit = find_unit(share_units, number.rest, strlen(number.rest));
    if (unit == NULL || scale_decimal(&number, unit->scale, &millionths) != 0 ||
        millionths > 1000000) {
        return -1;
    }
    *share = (double)millionths / 1e6;
    return 0;
}

char *units_format_share(char *text, size_t size, double share)
{
    /* Seven digits hold every whole number of millionths as a percentage. */
    snprintf(text, size, "%.7g%%", round(share * 1e6) / 1e4);
    return text;
}
