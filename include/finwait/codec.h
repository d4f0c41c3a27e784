#ifndef FINWAIT_CODEC_H
#define FINWAIT_CODEC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "finwait/error.h"

/*
 * A struct as JSON, both ways, from one table: a row is a member, its key in the JSON
 * object and the codec that turns one into the other.
 */

/* Times and durations, and every number from JSON, stay so small that the sum or the distance of
 * two fits. */
#define CODEC_TIME_MAX (INT64_MAX / 2)

/* A place in the JSON that is being read, for messages: "client.final.at". */
struct node {
    const struct node *up; /* NULL: the top */
    const char *key;       /* NULL: element `index` of the array above; of the top: what it is of,
                              NULL for "result" */
    size_t index;
    const json_t *json;
    struct error *error;
};

/* Say what is wrong there, STATUS_USAGE.  Returns -1. */
int node_fail(const struct node *node, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

struct node node_member(const struct node *object, const char *key, const json_t *json);
struct node node_element(const struct node *array, size_t index);

/* Visit each member of the object there, until one says -1.  -1 as well when it is no object. */
typedef int node_visit(void *context, const struct node *member);
int node_each(const struct node *object, node_visit *visit, void *context);

/* The whole number there; -1 when it is none or out of bounds. */
int node_integer(const struct node *node, int64_t min, int64_t max, int64_t *value);

/* Whether the whole is an object of a `schema` from 1 to `newest`: before all else, for another's
 * members would only be called wrong one by one. */
int node_check_schema(const struct node *top, int newest);

/* The number there. */
int node_real(const struct node *node, double *value);

/* The text there, borrowed; NULL after node_fail. */
const char *node_text(const struct node *node);

struct field;

struct codec {
    /* The member as JSON; NULL: nothing to write. */
    json_t *(*to)(const struct field *field, const void *base);
    int (*from)(const struct field *field, const struct node *node, void *base);
};

/* A row.  A table ends with a row without a key. */
struct field {
    const char *key;
    const struct codec *codec;
    size_t offset;              /* of the member from the base */
    bool optional;              /* may be absent */
    size_t flag;                /* FLAG(…) of the bool that says the member is there; 0: none */
    size_t lacking;             /* FLAG(…) of the bool that says a file lacked it; 0: none */
    const struct field *fields; /* object, list: the rows of the object or of an item */
    size_t count;               /* list: offset of its size_t count */
    size_t size;                /* list, array, names: of an item; label: of the array */
    const char *(*name)(size_t index); /* names: of item `index`; word: of that value; NULL: none */
    size_t names;                      /* names, array: how many items; word: how many values */
};

/* Where the member is: the designators of a row. */
#define AT(type, member)    .offset = offsetof(struct type, member)
#define NAMES(type, member) AT(type, member), .size = sizeof(((struct type *)0)->member[0])
#define LIST(type, items, number)                                                                  \
    AT(type, items), .count = offsetof(struct type, number),                                       \
                     .size = sizeof(*((struct type *)0)->items), .optional = true

/* Such a function, `get` of an enum. */
#define ITEM(item, type, get)                                                                      \
    static const char *item(size_t index)                                                          \
    {                                                                                              \
        return get((type)index);                                                                   \
    }

#define MAP(type, items, number, row) &codec_map, LIST(type, items, number), .fields = (row)

#define WORD(item, count) &codec_word, .name = (item), .names = (count)
#define ARRAY(type, items, number)                                                                 \
    NAMES(type, items),                                                                            \
        .count = offsetof(struct type, number),                                                    \
        .names = sizeof(((struct type *)0)->items) / sizeof(((struct type *)0)->items[0]),         \
        .optional = true

/* Offset 0 is a member like any other, and must not be "none". */
#define FLAG(type, member) (offsetof(struct type, member) + 1)

void fields_to_json(const struct field *fields, const void *base, json_t *object);
int fields_from_json(const struct field *fields, const struct node *node, void *base);

extern const struct codec codec_bool, codec_int, codec_unsigned, codec_count, codec_measured,
    codec_duration, codec_once, codec_time, codec_real, codec_text;

/* A text in an array of `size` bytes; "" is left out, and what is too long is none. */
extern const struct codec codec_label;

/* A struct within the struct, and a list of structs that the struct points to. */
extern const struct codec codec_object, codec_list;

/* A list of structs that begin with their name, {name: value}: `fields` is the row of the value. */
extern const struct codec codec_map;

/* A list in an array within the struct, which has room for `names` items. */
extern const struct codec codec_array;

/* An enum's value as its word; one without a word is left out. */
extern const struct codec codec_word;

/* An array of numbers of which each has a name: an object of those that are not 0. */
extern const struct codec codec_names;

/* Pairs of texts, and words: {name: value}, {name: [value, value]}, [text, ...]. */
extern const struct codec codec_pairs, codec_words;

/* The value of a struct metric_value. */
extern const struct field metric_value_field;

/* A struct remark. */
extern const struct field remark_fields[];

/* Have jansson take its memory from grow.h. */
void codec_memory(void);

/* JSON numbers and texts as they are written: whole numbers without a point, and texts
 * made UTF-8 where they are not. */
json_t *codec_number(double value);
json_t *codec_string(const char *text);
json_t *codec_counted(uint64_t value);

/* Print it laid out for people.  0, or -1 when writing failed. */
int codec_dump(const json_t *json, FILE *out);

#endif
