#include "value_text.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/text.h"

enum { TEXT_REFINED = 4096 };

static int keep(const struct value_slot *slot, const char *text)
{
    text_clear(slot->field);
    *(char **)slot->field = grow_text(text);
    return 0;
}

int text_read_known(const struct value_slot *slot, const char *text, struct error *error)
{
    char refined[TEXT_REFINED];

    if (slot->spec->text->refine(slot->name, text, refined, sizeof refined, error) != 0) {
        return -1;
    }
    return keep(slot, refined);
}

static int check_length(const struct value_slot *slot, const char *text, struct error *error)
{
    const struct value_spec *spec = slot->spec;
    size_t length = strlen(text);

    if (length <= (size_t)spec->max && strspn(text, " \t\n\v\f\r") + (size_t)spec->min <= length) {
        return 0;
    }
    error_set(error, STATUS_USAGE, "%s is %zu bytes long", slot->name, length);
    return error_hint(error, "it can be %jd to %jd, blanks at its ends not counted",
                      (intmax_t)spec->min, (intmax_t)spec->max);
}

int text_read(const struct value_slot *slot, const char *text, struct error *error)
{
    if (!text_is_plain(text)) {
        error_set(error, STATUS_USAGE, "%s is not plain text", slot->name);
        return error_hint(error, "write UTF-8 without control characters");
    }
    if (check_length(slot, text, error) != 0) {
        return -1;
    }
    keep(slot, text);
    text_fold(*(char **)slot->field);
    return 0;
}

int text_read_or_none(const struct value_slot *slot, const char *text, struct error *error)
{
    if (strcmp(text, "none") != 0) {
        return text_read(slot, text, error);
    }
    text_clear(slot->field);
    return 0;
}

/* Blanks in a path are its own. */
int text_read_file(const struct value_slot *slot, const char *text, struct error *error)
{
    size_t length = strlen(text);

    if (length == 0 || length >= PATH_MAX || strpbrk(text, "\t\n\v\f\r") != NULL ||
        !text_is_plain(text)) {
        error_set(error, STATUS_USAGE, "%s: \"%.80s\" is not a path", slot->name, text);
        return error_hint(error, "write the name of a file, e.g. certs/server.pem");
    }
    return keep(slot, text);
}

void text_clear(void *field)
{
    char **text = field;

    free(*text);
    *text = NULL;
}

const char *text_write(const void *field)
{
    return *(char *const *)field;
}
