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

/* The end of the digits at `text`, a point among them allowed and a _ between two of those before
 * it; NULL: there are none. */
static const char *digits_end(const char *text)
{
    const char *whole = text + strspn(text, "0123456789");

    while (whole > text && *whole == '_' && isdigit((unsigned char)whole[1])) {
        whole += 1 + strspn(whole + 1, "0123456789");
    }

    if (whole == text) {
        return NULL;
    }
    if (*whole != '.') {
        return whole;
    }
    size_t fraction = strspn(whole + 1, "0123456789");
    return fraction == 0 ? NULL : whole + 1 + fraction;
}

static int fail_unit(const struct parser *parser, const char *unit, size_t length)
{
    fail(parser, unit, "\"%.*s\" is no unit", length < 20 ? (int)length : 20, unit);
    if (*unit == '%') {
        return error_hint(parser->error, "write 98%% * METRIC");
    }
    return error_hint(parser->error, "there are %s; of time %s; of size %s; of rate %s",
                      quantity_words(QUANTITY_COUNT)->units, quantity_words(QUANTITY_TIME)->units,
                      quantity_words(QUANTITY_SIZE)->units, quantity_words(QUANTITY_RATE)->units);
}

/* The number of text[0, end), without what groups its digits; NULL: it is too long. */
static const char *copy_digits(char *digits, size_t size, const char *text, const char *end)
{
    size_t length = 0;

    for (; text < end; text++) {
        if (length + 1 == size) {
            return NULL;
        }
        if (*text != '_') {
            digits[length++] = *text;
        }
    }
    digits[length] = '\0';
    return digits;
}

static int parse_number(struct parser *parser, struct term *term)
{
    const char *begin = parser->next;
    const char *end = digits_end(begin + (*begin == '-'));
    char digits[64];

    if (end == NULL) {
        return fail(parser, begin, "this is no number");
    }
    const char *unit_begin = end + strspn(end, " ");
    if (!isalpha((unsigned char)*unit_begin) && *unit_begin != '%' && *unit_begin != '/') {
        unit_begin = end;
    }
    size_t unit_length = strcspn(unit_begin, " \t\r\n<>=!*");
    const struct unit *unit = quantity_unit(unit_begin, unit_length);
    if (unit == NULL) {
        return fail_unit(parser, unit_begin, unit_length);
    }
    if (copy_digits(digits, sizeof digits, begin, end) == NULL) {
        return fail(parser, begin, "the number is too long");
    }
    term->factor = strtod(digits, NULL) * unit->times / unit->over;
    term->dimension = quantity_dimension(unit->of);
    term->unit = unit_begin;
    parser->next = unit_begin + unit_length;
    term->number_end = parser->next;
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
    struct dimension of = quantity_dimension(quantity_of_metric(term->metric));
    term->dimension.seconds += of.seconds;
    term->dimension.bytes += of.bytes;
    parser->next += length;
    return 0;
}

static int parse_product(struct parser *parser, struct term *term)
{
    if (parse_number(parser, term) != 0) {
        return -1;
    }
    skip_blanks(parser);
    if (*parser->next != '*') {
        return *term->unit == '%' ? fail_unit(parser, term->unit, 1) : 0;
    }
    parser->next++;
    term->is_product = true;
    skip_blanks(parser);
    return parse_metric(parser, term);
}

static int parse_term(struct parser *parser, struct term *term)
{
    int parsed;

    skip_blanks(parser);
    *term = (struct term){
        .factor = 1, .begin = parser->next, .unit = parser->next, .number_end = parser->next};
    if (*parser->next == '\0') {
        return fail(parser, parser->next, "a metric or a number is due here");
    }
    if (*parser->next != '-' && *parser->next != '.' && !isdigit((unsigned char)*parser->next)) {
        parsed = parse_metric(parser, term);
    } else {
        parsed = parse_product(parser, term);
    }
    term->end = term->metric[0] == '\0' ? term->number_end : parser->next;
    return parsed;
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
    fail(parser, parser->next, "one of < <= == != >= > is due here");
    return *parser->next == '=' ? error_hint(parser->error, "did you mean ==?") : -1;
}

/* ---- units: both sides must be of one quantity ---- */

/* A 0 alone is 0 in any unit. */
static bool is_bare_zero(const struct term *term)
{
    return term->metric[0] == '\0' && term->unit == term->number_end && term->factor == 0;
}

static bool is_same(struct dimension a, struct dimension b)
{
    return a.seconds == b.seconds && a.bytes == b.bytes;
}

static const char *article(struct dimension dimension)
{
    enum quantity quantity;

    return quantity_find(dimension, &quantity) ? quantity_words(quantity)->article
                                               : "nothing that is measured";
}

/* What `wrong` would have to be to compare with `other`, as a hint. */
static int hint_unit(const struct parser *parser, const struct term *wrong, struct dimension needed)
{
    bool has_number = wrong->number_end != wrong->begin;
    struct dimension metric = {0};
    enum quantity quantity;

    if (wrong->metric[0] != '\0') {
        metric = quantity_dimension(quantity_of_metric(wrong->metric));
    }
    needed.seconds -= metric.seconds;
    needed.bytes -= metric.bytes;
    if (!quantity_find(needed, &quantity)) {
        return error_hint(parser->error, "compare a metric with one of its kind");
    }
    const struct quantity_words *words = quantity_words(quantity);
    return error_hint(parser->error, "write e.g. %.*s%s%s%s; there are %s",
                      has_number ? (int)(wrong->unit - wrong->begin) : 1,
                      has_number ? wrong->begin : "1", words->example,
                      wrong->metric[0] != '\0' ? " * " : "", wrong->metric, words->units);
}

static int fail_quantity(const struct parser *parser, const struct term *wrong,
                         const struct term *other)
{
    bool bare = wrong->metric[0] == '\0' && wrong->unit == wrong->number_end;

    fail(parser, wrong->begin, "%.*s is %s, and %.*s %s%s", (int)(other->end - other->begin),
         other->begin, article(other->dimension), (int)(wrong->end - wrong->begin), wrong->begin,
         bare ? "has no unit" : "is ", bare ? "" : article(wrong->dimension));
    return hint_unit(parser, wrong, other->dimension);
}

static int check_quantities(const struct parser *parser, struct expectation_parts *parts)
{
    const struct term *left = &parts->left;
    const struct term *right = &parts->right;
    const struct term *other = is_bare_zero(right) ? left : right;

    if (!is_bare_zero(left) && !is_bare_zero(right) &&
        !is_same(left->dimension, right->dimension)) {
        bool left_is_written = left->number_end != left->begin;
        bool right_is_written = right->number_end != right->begin;
        return left_is_written && !right_is_written ? fail_quantity(parser, left, right)
                                                    : fail_quantity(parser, right, left);
    }
    if (!quantity_find(other->dimension, &parts->quantity)) {
        return fail(parser, other->begin, "nothing that is measured has such a unit");
    }
    return 0;
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
    return check_quantities(&parser, parts);
}
