#include <stdlib.h>

#include "finwait/codec.h"
#include "finwait/grow.h"

/* Items with names, as members of an object. */

static json_t *map_to(const struct field *field, const void *base)
{
    size_t count = *(const size_t *)(const void *)((const char *)base + field->count);
    const char *item = *(char *const *)(const void *)((const char *)base + field->offset);
    json_t *object = count == 0 ? NULL : json_object();

    for (size_t i = 0; i < count; i++, item += field->size) {
        json_t *key = codec_string(*(char *const *)(const void *)item);
        json_object_set_new(object, json_string_value(key),
                            field->fields->codec->to(field->fields, item));
        json_decref(key);
    }
    return object;
}

/* The item that is being read. */
struct map_place {
    const struct field *field;
    char *item;
    size_t *count;
};

static int map_item_from(void *context, const struct node *node)
{
    struct map_place *place = context;
    char *item = place->item;

    *(char **)(void *)item = grow_text(node->key);
    ++*place->count;
    place->item += place->field->size;
    return place->field->fields->codec->from(place->field->fields, node, item);
}

static int map_from(const struct field *field, const struct node *node, void *base)
{
    char *items = grow_new(json_object_size(node->json), field->size);

    *(char **)(void *)((char *)base + field->offset) = items;
    return node_each(node, map_item_from,
                     &(struct map_place){field, items, (void *)((char *)base + field->count)});
}

const struct codec codec_map = {map_to, map_from};
