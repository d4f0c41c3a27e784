#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "expectation.h"
#include "finwait/kernel_counter.h"
#include "finwait/metric.h"

struct parser {
    const char *text;
    const char *next;
    struct where where;
    struct error *error;
};

/* What is wrong at `at`, a place in the text. */
static int fail(const struct parser *parser, const char *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int fail(const struct parser *parser, const char *at, const char *format, ...)
{
    struct where where = parser->where;
    int column = (int)(at - parser->text);
    char what[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    if (where.file == NULL || where.line == 0) {
        error_set(parser->error, STATUS_USAGE, "expectation \"%.160s\", column %d: %s",
                  parser->text, column + 1, what);
    } else {
        error_set(parser->error, STATUS_USAGE, "expectation \"%.160s\": %s", parser->text, what);
        where.column += column;
    }
    error_at(parser->error, where);
    return error_hint(parser->error, "write METRIC OP TERM, e.g. server.time_wait.peak >= 0.98 * "
                                     "connections.completed; `finwait list metrics` names them");
}

static void skip_blanks(struct parser *parser)
{
    while (isspace((unsigned char)*parser->next)) {
        parser->next++;
    }
}

/* ---- numbers ---- */

/* Divided, not multiplied by a fraction: 40us is then the very double that 40000 ns / 1e9 is. */
static const struct unit {
    const char *name;
    double times, over;
} units[] = {
    {"", 1, 1},         {"k", 1e3, 1},         {"M", 1e6, 1},  {"G", 1e9, 1},  {"Ki", 1024, 1},
    {"Mi", 1048576, 1}, {"Gi", 1073741824, 1}, {"ns", 1, 1e9}, {"us", 1, 1e6}, {"ms", 1, 1e3},
    {"s", 1, 1},        {"m", 60, 1},          {"h", 3600, 1},
};

static const struct unit *find_unit(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strlen(units[i].name) == length && strncmp(units[i].name, name, length) == 0) {
            return &units[i];
        }
    }
    return NULL;
}

/* The end of the digits at `text`, a point among them allowed; NULL: there are none. */
static const char *digits_end(const char *text)
{
    const char *whole = text + strspn(text, "0123456789");

    if (whole == text) {
        return NULL;
    }
    if (*whole != '.') {
        return whole;
    }
    size_t fraction = strspn(whole + 1, "0123456789");
    return fraction == 0 ? NULL : whole + 1 + fraction;
}

static int parse_number(struct parser *parser, double *value)
{
    const char *begin = parser->next;
    const char *unit_begin = digits_end(begin + (*begin == '-'));
    char digits[64];

    if (unit_begin == NULL) {
        return fail(parser, begin, "this is no number");
    }
    size_t unit_length = strcspn(unit_begin, " \t\r\n<>=!*");
    const struct unit *unit = find_unit(unit_begin, unit_length);
    if (unit == NULL) {
        return fail(parser, unit_begin,
                    "\"%.*s\" is no unit; there are k M G (thousands), Ki Mi Gi (1024s), "
                    "ns us ms s m h (seconds)",
                    unit_length < 20 ? (int)unit_length : 20, unit_begin);
    }
    if ((size_t)(unit_begin - begin) >= sizeof digits) {
        return fail(parser, begin, "the number is too long");
    }
    snprintf(digits, sizeof digits, "%.*s", (int)(unit_begin - begin), begin);
    *value = strtod(digits, NULL) * unit->times / unit->over;
    parser->next = unit_begin + unit_length;
    return 0;
}

/* ---- terms ---- */

/* Any counter can be named, but for names that no kernel has. */
static bool is_slip(const struct parser *parser, const char *metric)
{
    static const char marker[] = ".counter.";
    const char *counter = strstr(metric, marker);
    const char *meant = counter != NULL ? counter_meant(counter + strlen(marker)) : NULL;

    if (meant == NULL) {
        return false;
    }
    fail(parser, parser->next, "no kernel has a counter \"%s\"", counter + strlen(marker));
    error_hint(parser->error, "did you mean %.*s%s%s?", (int)(counter - metric), metric, marker,
               meant);
    return true;
}

static int parse_metric(struct parser *parser, struct term *term)
{
    const char *begin = parser->next;
    size_t length = strcspn(begin, " \t\r\n<>=!*");
    char nearest[sizeof term->metric];

    if (length == 0) {
        return fail(parser, begin, "a metric is due here");
    }
    if (length >= sizeof term->metric) {
        return fail(parser, begin, "no metric has so long a name");
    }
    snprintf(term->metric, sizeof term->metric, "%.*s", (int)length, begin);
    if (metric_find(term->metric) == NULL) {
        fail(parser, begin, "there is no metric \"%s\"", term->metric);
        metric_nearest(nearest, sizeof nearest, term->metric);
        return nearest[0] == '\0' ? -1 : error_hint(parser->error, "did you mean %s?", nearest);
    }
    if (is_slip(parser, term->metric)) {
        return -1;
    }
    parser->next += length;
    return 0;
}

static int parse_term(struct parser *parser, struct term *term)
{
    *term = (struct term){.factor = 1};
    skip_blanks(parser);
    if (*parser->next == '\0') {
        return fail(parser, parser->next, "a metric or a number is due here");
    }
    if (*parser->next != '-' && *parser->next != '.' && !isdigit((unsigned char)*parser->next)) {
        return parse_metric(parser, term);
    }
    if (parse_number(parser, &term->factor) != 0) {
        return -1;
    }
    skip_blanks(parser);
    if (*parser->next != '*') {
        return 0;
    }
    parser->next++;
    term->is_product = true;
    skip_blanks(parser);
    return parse_metric(parser, term);
}

/* ---- operators: an earlier one is not the beginning of a later one ---- */

static const struct operator
{
    const char *name;
    unsigned holds;
}
operators[] = {
    {"<=", RELATION_LESS | RELATION_EQUAL},
    {">=", RELATION_GREATER | RELATION_EQUAL},
    {"==", RELATION_EQUAL},
    {"!=", RELATION_LESS | RELATION_GREATER},
    {"<", RELATION_LESS},
    {">", RELATION_GREATER},
};

static int parse_operator(struct parser *parser, unsigned *holds)
{
    skip_blanks(parser);
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        size_t length = strlen(operators[i].name);
        if (strncmp(parser->next, operators[i].name, length) == 0) {
            parser->next += length;
            *holds = operators[i].holds;
            return 0;
        }
    }
    if (*parser->next == '*') {
        return fail(parser, parser->next, "the number of a product comes first: 0.98 * METRIC");
    }
    return fail(parser, parser->next, "one of < <= == != >= > is due here");
}

int expectation_parse(struct expectation_parts *parts, const char *text, struct where where,
                      struct error *error)
{
    struct parser parser = {.text = text, .next = text, .where = where, .error = error};

    if (parse_term(&parser, &parts->left) != 0 || parse_operator(&parser, &parts->holds) != 0 ||
        parse_term(&parser, &parts->right) != 0) {
        return -1;
    }
    skip_blanks(&parser);
    if (*parser.next != '\0') {
        return fail(&parser, parser.next, "the expectation should end here");
    }
    if (parts->left.metric[0] == '\0' && parts->right.metric[0] == '\0') {
        return fail(&parser, text, "it compares two numbers and no metric");
    }
    return 0;
}
