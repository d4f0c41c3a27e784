#include "finwait/value.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "value_number.h"
#include "value_text.h"

/* Of regular expressions; blanks and _ are as tidy() of units.c lets them be. */
#define DIGITS  "[0-9](_?[0-9])*"
#define NUMBER  DIGITS "(\\." DIGITS ")?"
#define COUNT   "(" DIGITS "|" NUMBER " *[kKMG])"
#define SIZE    "(" DIGITS "( *B)?|" NUMBER " *(k|[KMG](iB)?))"
#define PERIOD  "(s|sec|m|min|h)"
#define TIME    "(0|" NUMBER " *(ns|us|ms|" PERIOD ")( *" NUMBER " *(ns|us|ms|" PERIOD "))*)"
#define AWAITED "(head|or-fin|" TIME ")"
#define STATUS  "[1-9](xx|[0-9][0-9])"

enum { FORM_MOST = 40 }; /* a form with words is no longer, or a narrow table would break it */

/* A kind has a reader of its own, or it is words, or a number: whole, or not. */
struct kind {
    const char *form;    /* in the reference */
    const char *what;    /* "X is not …" */
    const char *hint;    /* how to write one */
    const char *example; /* of words, the first */
    const char *pattern; /* of the texts that are one; the word beside goes without saying */
    int (*read)(const struct value_slot *, const char *, struct error *);
    int (*parse)(const char *, int64_t *);
    char *(*format)(char *, size_t, int64_t);
    int (*parse_real)(const char *, double *);
    char *(*format_real)(char *, size_t, double);
    const char *beside; /* the word for a value that is not written as a number */
    int64_t is;         /* that value */
    bool own_bounds;    /* the parser knows them */
    const char *lacks;  /* the unit that a number alone lacks */
};

static const struct kind kinds[VALUE_KIND_N] = {
    [VALUE_NOTHING] = {""},
    [VALUE_TEXT] = {.form = "text", .example = "text", .read = text_read},
    [VALUE_TEXT_OR_NONE] = {"text|none", .example = "none", .read = text_read_or_none,
                            .beside = "none"},
    [VALUE_KNOWN] = {.read = text_read_known},
    [VALUE_FILE] = {"file", .example = "certs/server.pem", .read = text_read_file},
    [VALUE_WORD] = {0},
    [VALUE_SWITCH] = {0},
    [VALUE_COUNT] = {"count", "a count", "write a whole number, e.g. 5000, 50k or 2M", "5000",
                     .pattern = COUNT, .parse = number_parse_count, .format = number_format_count},
    [VALUE_AUTO] = {"count|auto", "a count", "write a whole number or auto", "auto",
                    .pattern = COUNT, .parse = number_parse_count, .format = number_format_count,
                    .beside = "auto", .is = 0},
    [VALUE_SIZE] = {"size", "a size",
                    "write bytes, e.g. 512, 64k or 1M: k, M and G are powers of 1024", "64k",
                    .pattern = SIZE, .parse = number_parse_size, .format = number_format_size},
    [VALUE_DURATION] = {"duration", "a duration",
                        "write a number and its unit, e.g. 10s, 250ms or 2m", "10s",
                        .pattern = TIME, .parse = units_parse_duration,
                        .format = units_format_duration, .lacks = "s"},
    [VALUE_SECONDS] = {"seconds", "whole seconds", "write them with their unit, e.g. 10s or 2m",
                       "10s", .pattern = TIME, .parse = number_parse_seconds,
                       .format = number_format_seconds, .lacks = "s"},
    [VALUE_MILLIS] = {"milliseconds", "whole milliseconds",
                      "write them with their unit, e.g. 250ms or 10s", "250ms", .pattern = TIME,
                      .parse = number_parse_millis, .format = number_format_millis, .lacks = "ms"},
    [VALUE_LINGER] = {"off|seconds", "off or whole seconds",
                      "write off, or seconds with their unit, e.g. 2s", "2s", .pattern = TIME,
                      .parse = number_parse_seconds, .format = number_format_seconds,
                      .beside = "off", .is = -1, .lacks = "s"},
    [VALUE_LINGER2] = {"-1|seconds", "-1 or whole seconds",
                       "write -1, or seconds with their unit, e.g. 2s", "2s", .pattern = TIME,
                       .parse = number_parse_seconds, .format = number_format_seconds,
                       .beside = "-1", .is = -1, .lacks = "s"},
    [VALUE_RATE] = {"rate", "a rate", "write e.g. 5000/s, 300/m or max", "5000/s",
                    .pattern = NUMBER "(e[+-]?[0-9]+)?( *[kKMG])? */ *" PERIOD,
                    .parse_real = units_parse_rate, .format_real = units_format_rate,
                    .beside = "max", .is = 0, .lacks = "/s"},
    [VALUE_BYTES_RATE] = {"size/s", "bytes a second", "write e.g. 512/s, 128k/s or 1M/s", "128k/s",
                          .pattern = SIZE "/s", .parse = number_parse_bytes_rate,
                          .format = number_format_bytes_rate, .lacks = "/s"},
    [VALUE_SHARE] = {"percentage", "a share", "write a percentage above 0, e.g. 5% or 0.01%", "5%",
                     .pattern = NUMBER " *%", .parse_real = number_parse_share,
                     .format_real = units_format_share, .own_bounds = true, .lacks = "%"},
    [VALUE_PORTS] = {"LOW-HIGH", "a range of ports from 1 to 65535", "write e.g. 40000-40100",
                     "40000-40100", .pattern = "[0-9]+-[0-9]+", .parse = number_parse_ports,
                     .format = number_format_ports, .own_bounds = true},
    [VALUE_STATUSES] = {"statuses", "a range of HTTP statuses",
                        "write e.g. 2xx, 2xx-3xx, 404, 200-204 or any", "2xx-3xx",
                        .pattern = STATUS "(-" STATUS ")?", .parse = number_parse_statuses,
                        .format = number_format_statuses, .beside = "any", .is = 0,
                        .own_bounds = true},
    [VALUE_RECV] = {"head|or-fin|duration", "what a recv takes",
                    "write head, or-fin and a duration from 1ns to 1h, any of them, with commas "
                    "between",
                    "or-fin", .pattern = AWAITED "( *, *" AWAITED ")*", .parse = number_parse_recv,
                    .format = number_format_recv, .own_bounds = true},
};

static const struct kind *kind_of(const struct value_spec *spec)
{
    return &kinds[spec->kind];
}

const char *value_hint(const struct value_spec *spec)
{
    return spec->hint != NULL ? spec->hint : kind_of(spec)->hint;
}

static int hint_how(const struct value_spec *spec, struct error *error)
{
    return error_hint(error, "%s", value_hint(spec));
}

/* Whether `text` would be one with the unit that its kind is most often written in. */
static bool lacks_unit(const struct kind *kind, const char *text)
{
    char whole[UNITS_TEXT];
    int64_t number;
    double real;

    return kind->lacks != NULL &&
           (kind->lacks[0] == '/' || strspn(text, "0123456789._") == strlen(text)) &&
           snprintf(whole, sizeof whole, "%s%s", text, kind->lacks) < (int)sizeof whole &&
           (kind->parse_real != NULL ? kind->parse_real(whole, &real)
                                     : kind->parse(whole, &number)) == 0;
}

static int fail_form(const struct value_slot *slot, const char *text, struct error *error)
{
    const struct kind *kind = kind_of(slot->spec);

    error_set(error, STATUS_USAGE, "%s: \"%.80s\" is not %s", slot->name, text, kind->what);
    if (lacks_unit(kind, text)) {
        return error_hint(error, "it has no unit: did you mean %s%s?", text, kind->lacks);
    }
    return hint_how(slot->spec, error);
}

static int fail_bounds(const struct value_slot *slot, const char *text, struct error *error)
{
    char range[VALUE_RANGE];

    error_set(error, STATUS_USAGE, "%s: %.80s is out of bounds", slot->name, text);
    return error_hint(error, "it can be %s", value_range(slot->spec, range, sizeof range));
}

/* ---- on and off ---- */

/* As YAML 1.1 writes them, and what it does not but other programs do. */
static const struct {
    const char *text, *word;
    bool of_yaml;
} switches[] = {
    {"on", "on", true},       {"off", "off", true},       {"yes", "on", true},
    {"no", "off", true},      {"true", "on", true},       {"false", "off", true},
    {"enabled", "on", false}, {"disabled", "off", false}, {"1", "on", false},
    {"0", "off", false},
};

/* The word, on or off, that `text` means; NULL: neither. */
static const char *switch_word(const char *text, bool of_yaml)
{
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++) {
        if (strcasecmp(text, switches[i].text) == 0 && switches[i].of_yaml == of_yaml) {
            return switches[i].word;
        }
    }
    return NULL;
}

static bool is_word(const char *text, const char *word)
{
    const char *meant = switch_word(text, true);

    return strcmp(text, word) == 0 || (meant != NULL && strcmp(meant, word) == 0);
}

/* ---- numbers ---- */

/* Whether it is meant as a number of that kind: below 0, or beyond what 64 bits hold. */
static bool is_far_off(const struct kind *kind, const char *text)
{
    int64_t number;
    size_t digits = strspn(text, "0123456789");

    return !kind->own_bounds && ((text[0] == '-' && kind->parse(text + 1, &number) == 0) ||
                                 (digits > 18 && kind->parse(text + digits - 1, &number) == 0));
}

static int read_whole(const struct value_slot *slot, const char *text, struct error *error)
{
    const struct kind *kind = kind_of(slot->spec);
    int64_t number = kind->is;
    bool beside = kind->beside != NULL && is_word(text, kind->beside);

    if (!beside && kind->parse(text, &number) != 0) {
        return is_far_off(kind, text) ? fail_bounds(slot, text, error)
                                      : fail_form(slot, text, error);
    }
    if (!beside && !kind->own_bounds && (number < slot->spec->min || number > slot->spec->max)) {
        return fail_bounds(slot, text, error);
    }
    number_store(slot->field, slot->size, number);
    return 0;
}

static int read_real(const struct value_slot *slot, const char *text, struct error *error)
{
    const struct kind *kind = kind_of(slot->spec);
    double number = 0;

    if (kind->parse_real(text, &number) != 0) {
        return fail_form(slot, text, error);
    }
    if (!kind->own_bounds && number > (double)slot->spec->max) {
        return fail_bounds(slot, text, error);
    }
    *(double *)slot->field = number;
    return 0;
}

/* ---- words ---- */

static const char *const switch_words[] = {"off", "on", NULL};

/* NULL: it takes no words. */
static const char *const *words_of(const struct value_spec *spec)
{
    return spec->kind == VALUE_SWITCH ? switch_words : spec->words;
}

static char *join_words(const char *const *words, const char *between, char *text, size_t size)
{
    size_t length = 0;

    text[0] = '\0';
    for (size_t i = 0; words[i] != NULL && length < size; i++) {
        length += (size_t)snprintf(text + length, size - length, "%s%s", length > 0 ? between : "",
                                   words[i]);
    }
    return text;
}

/* The index of the word, or how many there are. */
static size_t find_word(const char *const *words, const char *text)
{
    size_t i = 0;

    while (words[i] != NULL && (text[0] == '\0' || !is_word(text, words[i]))) {
        i++;
    }
    return i;
}

/* The word of `words` that another program's means; NULL: none. */
static const char *meant_by(const char *text, const char *const *words)
{
    const char *meant = switch_word(text, false);

    return meant != NULL ? words[find_word(words, meant)] : NULL;
}

static int fail_word(const struct value_slot *slot, const char *text, struct error *error)
{
    const char *const *words = words_of(slot->spec);
    const char *near = nearest_spelling(text, words, find_word(words, ""));
    char all[96];

    if (near == NULL || near[0] == '\0') {
        near = meant_by(text, words);
    }
    error_set(error, STATUS_USAGE, "%s: \"%.80s\" is not %s%s", slot->name, text,
              strchr(join_words(words, "|", all, sizeof all), '|') != NULL ? "one of " : "", all);
    if (near != NULL) {
        return error_hint(error, "did you mean \"%s\"?", near);
    }
    if (slot->spec->hint != NULL) {
        return hint_how(slot->spec, error);
    }
    return error_hint(error, "write %s", join_words(words, " or ", all, sizeof all));
}

static int read_word(const struct value_slot *slot, const char *text, struct error *error)
{
    const char *const *words = words_of(slot->spec);
    size_t index = find_word(words, text);

    if (words[index] == NULL) {
        return fail_word(slot, text, error);
    }
    number_store(slot->field, slot->size, (int64_t)index);
    return 0;
}

/* ---- all kinds ---- */

int value_read(const struct value_slot *slot, const char *text, struct error *error)
{
    const struct kind *kind = kind_of(slot->spec);

    if (kind->read != NULL) {
        return kind->read(slot, text, error);
    }
    if (words_of(slot->spec) != NULL) {
        return read_word(slot, text, error);
    }
    return kind->parse_real != NULL ? read_real(slot, text, error) : read_whole(slot, text, error);
}

static const char *write_whole(const struct kind *kind, int64_t number, char *text, size_t room)
{
    return kind->beside != NULL && number == kind->is ? kind->beside
                                                      : kind->format(text, room, number);
}

const char *value_write(const struct value_spec *spec, const void *field, size_t size, char *text,
                        size_t room)
{
    const struct kind *kind = kind_of(spec);

    if (spec->kind == VALUE_NOTHING) {
        return NULL;
    }
    if (kind->read != NULL) {
        const char *kept = text_write(field);
        return kept == NULL && spec->kind == VALUE_TEXT_OR_NONE ? "none" : kept;
    }
    if (kind->format_real != NULL) {
        double real = *(const double *)field;
        bool none = spec->kind == VALUE_SHARE && !(real > 0);
        return none ? NULL : kind->format_real(text, room, real);
    }
    int64_t number = number_fetch(field, size);
    if (words_of(spec) == NULL) {
        return write_whole(kind, number, text, room);
    }
    return words_of(spec)[number][0] != '\0' ? words_of(spec)[number] : NULL;
}

void value_clear(const struct value_slot *slot)
{
    if (kind_of(slot->spec)->read != NULL) {
        text_clear(slot->field);
    }
    memset(slot->field, 0, slot->size);
}

/* Of many words the first, and that there are more: "HUP|INT|...". */
static char *join_first(const char *const *words, char *text, size_t size)
{
    char all[FORM_MOST + 2];

    bool more = strlen(join_words(words, "|", all, sizeof all)) > FORM_MOST;
    if (more) {
        all[FORM_MOST - strlen("...")] = '\0';
        strrchr(all, '|')[1] = '\0';
    }
    snprintf(text, size, "%s%s", all, more ? "..." : "");
    return text;
}

char *value_form(const struct value_spec *spec, char *text, size_t size)
{
    if (words_of(spec) != NULL) {
        return join_first(words_of(spec), text, size);
    }
    snprintf(text, size, "%s", spec->kind == VALUE_KNOWN ? spec->text->form : kind_of(spec)->form);
    return text;
}

const char *value_example(const struct value_spec *spec)
{
    return words_of(spec) != NULL ? words_of(spec)[words_of(spec)[0][0] == '\0']
                                  : kind_of(spec)->example;
}

const char *value_word(const struct value_spec *spec, size_t index)
{
    const char *const *words = words_of(spec);
    const char *beside = kind_of(spec)->beside;

    if (spec->kind == VALUE_KNOWN) {
        return spec->text->word != NULL ? spec->text->word(index) : NULL;
    }
    return words != NULL ? words[index + (words[0][0] == '\0')] : index == 0 ? beside : NULL;
}

const char *value_pattern(const struct value_spec *spec)
{
    return spec->kind == VALUE_KNOWN ? spec->text->pattern : kind_of(spec)->pattern;
}

static char *format_bound(const struct kind *kind, char *text, size_t size, int64_t bound)
{
    return kind->format_real != NULL ? kind->format_real(text, size, (double)bound)
                                     : kind->format(text, size, bound);
}

char *value_range(const struct value_spec *spec, char *text, size_t size)
{
    const struct kind *kind = kind_of(spec);
    bool from_word = kind->beside != NULL && kind->is == spec->min; /* auto, max */
    char low[UNITS_TEXT];
    char high[UNITS_TEXT];

    text[0] = '\0';
    if (kind->own_bounds || (kind->format == NULL && kind->format_real == NULL)) {
        return text;
    }
    if (from_word) {
        snprintf(text, size, "up to %s", format_bound(kind, high, sizeof high, spec->max));
    } else {
        snprintf(text, size, "%s to %s", format_bound(kind, low, sizeof low, spec->min),
                 format_bound(kind, high, sizeof high, spec->max));
    }
    return text;
}
