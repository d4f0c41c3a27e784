#ifndef FINWAIT_VALUE_H
#define FINWAIT_VALUE_H

#include <stddef.h>
#include <stdint.h>

#include "finwait/error.h"
#include "finwait/units.h"

/*
 * Values as users write them: of options, socket options, faults, events and steps.  A kind is a
 * row of the table in value.c: how one is read and written back, and what is said of it.
 */

/* Numbers are kept as integers or enums of any size unless said otherwise, texts as char *. */
enum value_kind {
    VALUE_NOTHING,      /* there is no value, or more than one */
    VALUE_TEXT,         /* UTF-8, blanks and line ends folded; bounds: its bytes */
    VALUE_TEXT_OR_NONE, /* or the word none: NULL */
    VALUE_KNOWN,        /* a text of which a module above knows more */
    VALUE_FILE,         /* a path, kept to the byte */
    VALUE_WORD,         /* one of the spec's words: its index */
    VALUE_SWITCH,       /* off: 0, on: 1; read as YAML 1.1 does, yes, True … */
    VALUE_COUNT,
    VALUE_AUTO,       /* a count, or auto: 0 */
    VALUE_SIZE,       /* bytes */
    VALUE_DURATION,   /* ns */
    VALUE_SECONDS,    /* a duration of whole seconds */
    VALUE_MILLIS,     /* a duration of whole milliseconds */
    VALUE_LINGER,     /* whole seconds, or off: -1 */
    VALUE_LINGER2,    /* whole seconds, or -1 */
    VALUE_RATE,       /* a second, or max: 0; a double */
    VALUE_BYTES_RATE, /* bytes a second */
    VALUE_SHARE,      /* of 1, above 0; a double, 0: none */
    VALUE_PORTS,      /* a range: high << 16 | low */
    VALUE_STATUSES,   /* of HTTP, the same; any: 0 */
    VALUE_RECV,       /* RECV_HEAD, RECV_OR_FIN and ns in RECV_BOUND, joined */
    VALUE_KIND_N,
};

/* The parts of a VALUE_RECV. */
#define RECV_BOUND  ((INT64_C(1) << 60) - 1)
#define RECV_HEAD   (INT64_C(1) << 60)
#define RECV_OR_FIN (INT64_C(1) << 61)

/* What it knows. */
struct value_text {
    const char *form;                  /* "order" */
    const char *pattern;               /* as value_pattern() */
    const char *(*word)(size_t index); /* as value_word(); NULL: it has none */
    /* The text as it is to be kept; -1 with the error filled. */
    int (*refine)(const char *name, const char *text, char *refined, size_t size,
                  struct error *error);
};

/* Which values something takes. */
struct value_spec {
    enum value_kind kind;
    int64_t min, max;              /* bounds, in what the kind is kept in */
    const char *const *words;      /* VALUE_WORD: ends with NULL; an empty one cannot be written */
    const struct value_text *text; /* VALUE_KNOWN */
    const char *hint;              /* in place of the kind's own, or NULL */
};

/* Specs as rows of tables have them. */
#define VALUE_A(of_kind)                                                                           \
    {                                                                                              \
        VALUE_##of_kind                                                                            \
    }
#define VALUE_OF(of_kind, least, most)                                                             \
    {                                                                                              \
        VALUE_##of_kind, (least), (most)                                                           \
    }
#define VALUE_ONE_OF(list)                                                                         \
    {                                                                                              \
        VALUE_WORD, .words = (list)                                                                \
    }
#define VALUE_AS(known)                                                                            \
    {                                                                                              \
        VALUE_KNOWN, .text = &(known)                                                              \
    }

/* Where a value goes. */
struct value_slot {
    const struct value_spec *spec;
    const char *name; /* for errors */
    void *field;
    size_t size; /* of the field */
};

/*
 * Check `text` and keep it; a text that was there is freed.  0, or -1 and the field as it was:
 * STATUS_USAGE with what it wants, its bounds or the nearest word.
 */
int value_read(const struct value_slot *slot, const char *text, struct error *error);

/* The value as value_read reads it back: `text`, or what the field has; NULL: there is none. */
const char *value_write(const struct value_spec *spec, const void *field, size_t size, char *text,
                        size_t room);

/* Room enough for any that is not kept as text. */
#define VALUE_WRITTEN UNITS_TEXT

/* Make it nothing: 0, or no text. */
void value_clear(const struct value_slot *slot);

/* What is written: "count", "raw|http", "off|seconds", "HUP|INT|...".  Returns `text`. */
char *value_form(const struct value_spec *spec, char *text, size_t size);

/* One that is right, but for its bounds: "10s"; of words, the first. */
const char *value_example(const struct value_spec *spec);

/* How one is written, "write a whole number, e.g. 5000"; NULL: that is not said. */
const char *value_hint(const struct value_spec *spec);

/* Word `index` of those that can be written, "auto", "off", the names of orders; NULL: no more. */
const char *value_word(const struct value_spec *spec, size_t index);

/* Of what else can be written, a regular expression (ECMA 262) that matches all of it and little
 * more, and is to match the whole of a text; NULL: any text, or nothing but the words. */
const char *value_pattern(const struct value_spec *spec);

/* Its bounds, "1 to 65535", or "".  Returns `text`. */
char *value_range(const struct value_spec *spec, char *text, size_t size);
#define VALUE_RANGE (2 * (size_t)UNITS_TEXT + sizeof " to ")

#endif
