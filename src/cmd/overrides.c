#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/named.h"
#include "overrides.h"

static struct scenario_override *keep(struct overrides *overrides, char *path, const char *value,
                                      bool written)
{
    size_t index = overrides->count++;

    overrides->item = grow_by_one(overrides->item, index, sizeof *overrides->item);
    overrides->text = grow_by_one(overrides->text, index, sizeof *overrides->text);
    overrides->item[index] = (struct scenario_override){path, value, written};
    overrides->text[index] = path;
    return &overrides->item[index];
}

int overrides_set(struct overrides *overrides, const char *text, struct error *error)
{
    const char *equals = strchr(text, '=');

    if (equals == NULL || equals == text) {
        error_set(error, STATUS_USAGE, "--set %s: there is no PATH=VALUE", text);
        return error_hint(error, "for example --set load.connections=20000; finwait list options "
                                 "names the paths");
    }
    if (strncmp(text, OVERRIDE_REMOTE "=", sizeof OVERRIDE_REMOTE) == 0) {
        error_set(error, STATUS_USAGE, "--set %s: that is not an option of a scenario", text);
        return error_hint(error, "say it yourself, with the flag --" OVERRIDE_REMOTE);
    }
    keep(overrides, grow_format("%.*s", (int)(equals - text), text), equals + 1, true);
    return 0;
}

void overrides_add(struct overrides *overrides, const char *path, const char *value)
{
    keep(overrides, grow_text(path), value, false);
}

struct scenario_override *overrides_say(struct overrides *overrides, const char *path,
                                        const char *value, const char *said)
{
    char *block = grow_format("%s%c%s%c%s", path, '\0', value, '\0', said);
    const char *kept = block + strlen(path) + 1;
    struct scenario_override *item = keep(overrides, block, kept, false);

    item->where.file = kept + strlen(kept) + 1;
    return item;
}

/* Of two the last would count, and the values of the first be lost. */
static int refuse_second(const struct overrides *overrides, const char *text, const char *yaml,
                         struct error *error)
{
    size_t length = strcspn(text, "=");

    for (size_t i = 0; i < overrides->count; i++) {
        const struct scenario_override *item = &overrides->item[i];
        if (strcmp(item->path, "vary") == 0 && strncmp(item->value, yaml, length + 2) == 0) {
            error_set(error, STATUS_USAGE, "--vary %s: %.*s is varied already", text, (int)length,
                      text);
            return error_hint(error, "give all its values in one, as in --vary %.*s=V1,V2,V3",
                              (int)length, text);
        }
    }
    return 0;
}

int overrides_vary(struct overrides *overrides, const char *text, const char *said,
                   struct error *error)
{
    char *yaml = scenario_vary(text, error);
    int status = yaml != NULL ? refuse_second(overrides, text, yaml, error) : -1;

    if (status == 0) {
        overrides_say(overrides, "vary", yaml, said);
    }
    free(yaml);
    return status;
}

void overrides_unset(struct overrides *overrides, const char *path, const char *said)
{
    if (NAMED(path, overrides->item, overrides->count) == NULL) {
        overrides_say(overrides, path, "null", said)->written = true;
    }
}

void overrides_copy(struct overrides *overrides, const struct scenario_override *item)
{
    char *block = grow_format("%s%c%s", item->path, '\0', item->value);

    keep(overrides, block, block + strlen(item->path) + 1, item->written);
}

void overrides_fini(struct overrides *overrides)
{
    for (size_t i = 0; i < overrides->count; i++) {
        free(overrides->text[i]);
    }
    free(overrides->text);
    free(overrides->item);
}
