#include "finwait/grow.h"
#include "finwait/words.h"
#include "json_parts.h"

/* ---- words: [text, …] ---- */

static json_t *words_to(const struct field *field, const void *base)
{
    const struct words *words = (const void *)((const char *)base + field->offset);
    json_t *array = words->count == 0 ? NULL : json_array();

    for (size_t i = 0; i < words->count; i++) {
        json_array_append_new(array, codec_string(words->item[i]));
    }
    return array;
}

static int words_from(const struct field *field, const struct node *node, void *base)
{
    struct words *words = (void *)((char *)base + field->offset);

    if (!json_is_array(node->json)) {
        return node_fail(node, "must be an array");
    }
    for (size_t i = 0; i < json_array_size(node->json); i++) {
        struct node element = node_element(node, i);
        const char *text = node_text(&element);
        if (text == NULL) {
            return -1;
        }
        words_add(words, text);
    }
    return 0;
}

const struct codec codec_words = {words_to, words_from};
