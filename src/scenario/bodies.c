#include <stdlib.h>
#include <string.h>

#include "draft.h"
#include "finwait/grow.h"
#include "finwait/text.h"

/* The body of a message, to the byte. */

static int set_body(struct draft *draft, const struct setting *setting)
{
    const struct tree *node = setting->node;
    const struct option *option = setting->option;

    struct message_part *part = &draft->scenario->message.part[option->side];

    if (!text_is_plain(node->text) || strpbrk(node->text, "\v\f") != NULL) {
        error_set(draft->error, STATUS_USAGE, "%s is not plain text", option->path);
        error_hint(draft->error, "write it to a file, and %s: {file: NAME}", option->path);
        return error_at(draft->error, node->at);
    }
    free(part->body);
    part->body = grow_text(node->text);
    return 0;
}

static void unset_body(struct draft *draft, const struct setting *setting)
{
    struct message_part *part = &draft->scenario->message.part[setting->option->side];

    free(part->body);
    part->body = NULL;
}

static void each_body(const struct each *each, const struct option *option,
                      const struct scenario *scenario)
{
    const struct message_part *part = &scenario->message.part[option->side];

    if (part->body != NULL && part->file == NULL) {
        each->fn(each->context, option->path, part->body);
    }
}

const struct option_ops body_ops = {.type = "text",
                                    .trees = TREE_BIT(TREE_SCALAR),
                                    .schema = "{\"type\": [\"string\", \"number\", \"boolean\"]}",
                                    .set = set_body,
                                    .unset = unset_body,
                                    .each = each_body};
