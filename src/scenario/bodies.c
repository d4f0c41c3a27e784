#include <stdlib.h>
#include <string.h>

#include "draft.h"
#include "finwait/text.h"

/* The body of a message, to the byte. */

static int set_body(struct draft *draft, const struct option *option, const char *key,
                    const struct tree *node, enum level level)
{
    struct message_part *part = &draft->scenario->message.part[option->side];

    (void)key;
    (void)level;
    if (!text_is_plain(node->text) || strpbrk(node->text, "\r\v\f") != NULL) {
        error_set(draft->error, STATUS_USAGE, "%s is not plain text", option->path);
        error_hint(draft->error, "write it to a file, and %s: {file: NAME}", option->path);
        return error_at(draft->error, node->at);
    }
    free(part->body);
    part->body = strdup(node->text);
    return part->body != NULL ? 0 : draft_fail_memory(draft);
}

static int unset_body(struct draft *draft, const struct option *option, const char *key)
{
    struct message_part *part = &draft->scenario->message.part[option->side];

    (void)key;
    free(part->body);
    part->body = NULL;
    return 0;
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
