#include "value.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "finwait/address.h"
#include "finwait/order.h"
#include "number.h"
#include "text.h"

/* How values of a kind are written, checked and kept. */
struct kind {
    const char *type;
    const char *what; /* "X is not …" */
    const char *form; /* how to write one */
    int (*set)(struct scenario *, const struct option *, const char *, struct error *);
    const char *(*get)(const struct scenario *, const struct option *, char *, size_t);
    int (*parse)(const char *, uint64_t *); /* numbers only, as is format */
    char *(*format)(char *, size_t, uint64_t);
};

static const struct kind *kind_of(const struct option *option);

static void *field_of(struct scenario *scenario, const struct option *option)
{
    return (char *)scenario + option->offset;
}

static const void *field_in(const struct scenario *scenario, const struct option *option)
{
    return (const char *)scenario + option->offset;
}

static int fail_form(const struct option *option, const char *text, struct error *error)
{
    const struct kind *kind = kind_of(option);

    error_set(error, STATUS_USAGE, "%s: \"%.80s\" is not %s", option->path, text, kind->what);
    return error_hint(error, "%s", kind->form);
}

static int fail_bounds(const struct option *option, const char *text, struct error *error)
{
    char range[RANGE_TEXT];

    error_set(error, STATUS_USAGE, "%s: %.80s is out of bounds", option->path, text);
    return error_hint(error, "it can be %s", value_range(option, range, sizeof range));
}

/* ---- numbers ---- */

/* Whether it is meant as a number of that kind: below 0, or beyond what 64 bits hold. */
static bool is_far_off(const struct option *option, const char *text)
{
    uint64_t number;
    size_t digits = strspn(text, "0123456789");

    return (text[0] == '-' && kind_of(option)->parse(text + 1, &number) == 0) ||
           (digits > 18 && kind_of(option)->parse(text + digits - 1, &number) == 0);
}

static int set_number(struct scenario *scenario, const struct option *option, const char *text,
                      struct error *error)
{
    uint64_t number = 0;

    if (kind_of(option)->parse(text, &number) != 0) {
        return is_far_off(option, text) ? fail_bounds(option, text, error)
                                        : fail_form(option, text, error);
    }
    if (number < option->min || number > option->max) {
        return fail_bounds(option, text, error);
    }
    number_store(field_of(scenario, option), option->size, number);
    return 0;
}

static const char *get_number(const struct scenario *scenario, const struct option *option,
                              char *text, size_t size)
{
    return kind_of(option)->format(text, size,
                                   number_fetch(field_in(scenario, option), option->size));
}

static int set_rate(struct scenario *scenario, const struct option *option, const char *text,
                    struct error *error)
{
    double rate = 0;

    if (units_parse_rate(text, &rate) != 0) {
        return fail_form(option, text, error);
    }
    if (rate > (double)option->max) {
        return fail_bounds(option, text, error);
    }
    *(double *)field_of(scenario, option) = rate;
    return 0;
}

static const char *get_rate(const struct scenario *scenario, const struct option *option,
                            char *text, size_t size)
{
    return units_format_rate(text, size, *(const double *)field_in(scenario, option));
}

/* ---- words ---- */

static const char *const switch_names[] = {"off", "on", NULL};
static const char *const none_names[] = {"", "none", NULL};

static const char *const *choices_of(const struct option *option)
{
    switch (option->kind) {
    case OPTION_SWITCH:
        return switch_names;
    case OPTION_NONE:
        return none_names;
    default:
        return option->choices;
    }
}

static size_t count_choices(const char *const *choices)
{
    size_t count = 0;

    while (choices[count] != NULL) {
        count++;
    }
    return count;
}

static char *join_choices(const char *const *choices, const char *between, char *text, size_t size)
{
    size_t length = 0;

    text[0] = '\0';
    for (size_t i = 0; choices[i] != NULL && length < size; i++) {
        length += (size_t)snprintf(text + length, size - length, "%s%s", length > 0 ? between : "",
                                   choices[i]);
    }
    return text;
}

/* What YAML 1.1 and other programs call on and off. */
static const char *meant_by(const char *text)
{
    static const char *const words[][2] = {
        {"yes", "on"},     {"no", "off"},       {"true", "on"}, {"false", "off"},
        {"enabled", "on"}, {"disabled", "off"}, {"1", "on"},    {"0", "off"},
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(text, words[i][0]) == 0) {
            return words[i][1];
        }
    }
    return NULL;
}

static int fail_choice(const struct option *option, const char *text, struct error *error)
{
    const char *const *choices = choices_of(option);
    const char *near = nearest_spelling(text, choices, count_choices(choices));
    char all[64];

    if (option->kind == OPTION_SWITCH && near == NULL) {
        near = meant_by(text);
    }
    if (kind_of(option)->form != NULL) {
        return fail_form(option, text, error);
    }
    error_set(error, STATUS_USAGE, "%s: \"%.80s\" is not one of %s", option->path, text,
              join_choices(choices, "|", all, sizeof all));
    if (near != NULL) {
        return error_hint(error, "did you mean \"%s\"?", near);
    }
    return error_hint(error, "write %s", join_choices(choices, " or ", all, sizeof all));
}

static int set_choice(struct scenario *scenario, const struct option *option, const char *text,
                      struct error *error)
{
    const char *const *choices = choices_of(option);

    for (size_t i = 0; choices[i] != NULL; i++) {
        if (text[0] != '\0' && strcmp(text, choices[i]) == 0) {
            number_store(field_of(scenario, option), option->size, i);
            return 0;
        }
    }
    return fail_choice(option, text, error);
}

static const char *get_choice(const struct scenario *scenario, const struct option *option,
                              char *text, size_t size)
{
    const char *word = choices_of(option)[number_fetch(field_in(scenario, option), option->size)];

    (void)text;
    (void)size;
    return word[0] != '\0' ? word : NULL;
}

/* ---- texts ---- */

static int keep_text(struct scenario *scenario, const struct option *option, const char *text,
                     struct error *error)
{
    char **field = field_of(scenario, option);
    char *copy = strdup(text);

    if (copy == NULL) {
        return error_set(error, STATUS_MACHINE, "out of memory");
    }
    text_fold(copy);
    free(*field);
    *field = copy;
    return 0;
}

static int set_text(struct scenario *scenario, const struct option *option, const char *text,
                    struct error *error)
{
    size_t length = strlen(text);

    if (!text_is_plain(text)) {
        error_set(error, STATUS_USAGE, "%s is not plain text", option->path);
        return error_hint(error, "write UTF-8 without control characters");
    }
    if (length > option->max || strspn(text, " \t\n\v\f\r") + option->min > length) {
        error_set(error, STATUS_USAGE, "%s is %zu bytes long", option->path, length);
        return error_hint(error, "it can be %ju to %ju, blanks at its ends not counted",
                          (uintmax_t)option->min, (uintmax_t)option->max);
    }
    return keep_text(scenario, option, text, error);
}

static const char *get_text(const struct scenario *scenario, const struct option *option,
                            char *text, size_t size)
{
    (void)text;
    (void)size;
    return *(char *const *)field_in(scenario, option);
}

/* NULL in the field is a value, too. */
static int set_text_or_none(struct scenario *scenario, const struct option *option,
                            const char *text, struct error *error)
{
    char **field = field_of(scenario, option);

    if (strcmp(text, "none") != 0) {
        return set_text(scenario, option, text, error);
    }
    free(*field);
    *field = NULL;
    return 0;
}

static const char *get_text_or_none(const struct scenario *scenario, const struct option *option,
                                    char *text, size_t size)
{
    const char *kept = get_text(scenario, option, text, size);

    return kept != NULL ? kept : "none";
}

/* A path is kept to the byte: blanks in it are its own. */
static int set_file(struct scenario *scenario, const struct option *option, const char *text,
                    struct error *error)
{
    char **field = field_of(scenario, option);
    size_t length = strlen(text);

    if (length < option->min || length > option->max || strpbrk(text, "\t\n\v\f\r") != NULL ||
        !text_is_plain(text)) {
        return fail_form(option, text, error);
    }
    char *copy = strdup(text);
    if (copy == NULL) {
        return error_set(error, STATUS_MACHINE, "out of memory");
    }
    free(*field);
    *field = copy;
    return 0;
}

static int set_order(struct scenario *scenario, const struct option *option, const char *text,
                     struct error *error)
{
    const char *near = order_nearest(text);

    if (order_find(text) != NULL) {
        return keep_text(scenario, option, text, error);
    }
    error_set(error, STATUS_USAGE, "there is no order \"%.80s\"", text);
    if (near != NULL) {
        return error_hint(error, "did you mean \"%s\"?", near);
    }
    return error_hint(error, "`finwait list orders` shows all, or write client.program and "
                             "server.program");
}

static int set_address(struct scenario *scenario, const struct option *option, const char *text,
                       struct error *error)
{
    struct address address;
    struct error ignored;
    char canonical[ADDRESS_TEXT];

    if (address_parse(&address, text, &ignored) != 0 || address_port(&address) == 0) {
        return fail_form(option, text, error);
    }
    address_format(canonical, sizeof canonical, &address);
    return keep_text(scenario, option, canonical, error);
}

/* ---- values other modules know ---- */

static int set_sockopt(struct scenario *scenario, const struct option *option, const char *text,
                       struct error *error)
{
    struct error inner = {0};

    if (sockopt_parse(&scenario->side[option->side].sockopt, option->sockopt, text, &inner) == 0) {
        return 0;
    }
    error_set(error, inner.status, "%s.%s", side_name(option->side), inner.what);
    return error_hint(error, "%s", inner.hint);
}

static const char *get_sockopt(const struct scenario *scenario, const struct option *option,
                               char *text, size_t size)
{
    const struct sockopts *sockopts = &scenario->side[option->side].sockopt;

    return sockopts->set[option->sockopt] ? sockopt_format(text, size, sockopts, option->sockopt)
                                          : NULL;
}

static const char *get_program(const struct scenario *scenario, const struct option *option,
                               char *text, size_t size)
{
    const struct program *program = &scenario->side[option->side].program;

    return program->length > 0 ? program_format(text, size, program) : NULL;
}

/* ---- the kinds ---- */

static const struct kind kinds[OPTION_KIND_N] = {
    [OPTION_TEXT] = {"text", .set = set_text, .get = get_text},
    [OPTION_TEXT_OR_NONE] = {"text|none", .set = set_text_or_none, .get = get_text_or_none},
    [OPTION_FILE] = {"file", "a path", "write the name of a file, e.g. certs/server.pem", set_file,
                     get_text},
    [OPTION_CHOICE] = {.set = set_choice, .get = get_choice},
    [OPTION_ORDER] = {"order", .set = set_order, .get = get_text},
    [OPTION_SWITCH] = {.set = set_choice, .get = get_choice},
    [OPTION_NONE] = {NULL, "none", "write none, or a map of options: {workers: 1}", set_choice,
                     get_choice},
    [OPTION_COUNT] = {"count", "a count", "write a whole number, e.g. 5000, 50k or 2M", set_number,
                      get_number, units_parse_count, units_format_count},
    [OPTION_AUTO] = {"count|auto", "a count", "write a whole number or auto", set_number,
                     get_number, number_parse_auto, number_format_auto},
    [OPTION_SIZE] = {"size", "a size", "write bytes, e.g. 512, 64k or 1M", set_number, get_number,
                     units_parse_size, units_format_size},
    [OPTION_DURATION] = {"duration", "a duration",
                         "write a number and its unit, e.g. 10s, 250ms or 2m", set_number,
                         get_number, number_parse_duration, number_format_duration},
    [OPTION_RATE] = {"rate", "a rate", "write e.g. 5000/s, 300/m or max", set_rate, get_rate,
                     .format = number_format_rate},
    [OPTION_ADDRESS] = {"address:port", "an address and a port",
                        "write numbers, e.g. 127.0.0.1:8080 or \"[::1]:8080\"", set_address,
                        get_text},
    [OPTION_SOCKOPT] = {.set = set_sockopt, .get = get_sockopt},
    [OPTION_PROGRAM] = {"program", .get = get_program},
    [OPTION_SYSCTL] = {"map of sysctls"},
    [OPTION_EXPECT] = {"list of expectations"},
    [OPTION_FAULTS] = {"list of faults"},
    [OPTION_EVENTS] = {"list of events"},
};

static const struct kind *kind_of(const struct option *option)
{
    return &kinds[option->kind];
}

int value_set(struct scenario *scenario, const struct option *option, const char *text,
              struct error *error)
{
    return kind_of(option)->set(scenario, option, text, error);
}

int value_reset(struct scenario *scenario, const struct option *option, struct error *error)
{
    if (option->value != NULL) {
        return value_set(scenario, option, option->value, error);
    }
    if (option->kind == OPTION_SOCKOPT) {
        sockopt_unset(&scenario->side[option->side].sockopt, option->sockopt);
    } else if (option->kind == OPTION_NONE) {
        number_store(field_of(scenario, option), option->size, 0);
    } else { /* a text */
        char **field = field_of(scenario, option);

        free(*field);
        *field = NULL;
    }
    return 0;
}

const char *value_get(const struct scenario *scenario, const struct option *option, char *text,
                      size_t size)
{
    return kind_of(option)->get != NULL ? kind_of(option)->get(scenario, option, text, size) : NULL;
}

char *value_type(const struct option *option, char *text, size_t size)
{
    if (kind_of(option)->set == set_choice) {
        return join_choices(choices_of(option), "|", text, size);
    }
    snprintf(text, size, "%s",
             option->kind == OPTION_SOCKOPT ? sockopt_type(option->sockopt)
                                            : kind_of(option)->type);
    return text;
}

char *value_range(const struct option *option, char *text, size_t size)
{
    const struct kind *kind = kind_of(option);
    char low[UNITS_TEXT];
    char high[UNITS_TEXT];

    text[0] = '\0';
    if (option->kind == OPTION_SOCKOPT) {
        return sockopt_range(text, size, option->sockopt);
    }
    if (option->kind == OPTION_RATE || option->kind == OPTION_AUTO) {
        snprintf(text, size, "up to %s", kind->format(high, sizeof high, option->max));
    } else if (kind->format != NULL) {
        snprintf(text, size, "%s to %s", kind->format(low, sizeof low, option->min),
                 kind->format(high, sizeof high, option->max));
    }
    return text;
}
