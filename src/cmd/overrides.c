#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "overrides.h"

static int keep(struct overrides *overrides, char *path, const char *value, bool written,
                struct error *error)
{
    size_t more = overrides->count + 1;
    struct scenario_override *item = realloc(overrides->item, more * sizeof *item);
    char **text = realloc(overrides->text, more * sizeof *text);

    if (item != NULL) {
        overrides->item = item;
    }
    if (text != NULL) {
        overrides->text = text;
    }
    if (path == NULL || item == NULL || text == NULL) {
        free(path);
        return error_errno(error, STATUS_MACHINE, ENOMEM, "malloc");
    }
    overrides->item[overrides->count] = (struct scenario_override){path, value, written};
    overrides->text[overrides->count] = path;
    overrides->count++;
    return 0;
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
    return keep(overrides, strndup(text, (size_t)(equals - text)), equals + 1, true, error);
}

int overrides_add(struct overrides *overrides, const char *path, const char *value,
                  struct error *error)
{
    return keep(overrides, strdup(path), value, false, error);
}

int overrides_say(struct overrides *overrides, const char *path, const char *value,
                  const char *said, struct error *error)
{
    char *block = grow_format("%s%c%s%c%s", path, '\0', value, '\0', said);
    const char *kept = block + strlen(path) + 1;

    if (keep(overrides, block, kept, false, error) != 0) {
        return -1;
    }
    overrides->item[overrides->count - 1].where.file = kept + strlen(kept) + 1;
    return 0;
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
    int status = yaml != NULL && refuse_second(overrides, text, yaml, error) == 0
                     ? overrides_say(overrides, "vary", yaml, said, error)
                     : -1;

    free(yaml);
    return status;
}

int overrides_unset(struct overrides *overrides, const char *path, const char *said,
                    struct error *error)
{
    for (size_t i = 0; i < overrides->count; i++) {
        if (strcmp(overrides->item[i].path, path) == 0) {
            return 0;
        }
    }
    if (overrides_say(overrides, path, "null", said, error) != 0) {
        return -1;
    }
    overrides->item[overrides->count - 1].written = true;
    return 0;
}

int overrides_copy(struct overrides *overrides, const struct scenario_override *item,
                   struct error *error)
{
    char *block = grow_format("%s%c%s", item->path, '\0', item->value);

    return keep(overrides, block, block + strlen(item->path) + 1, item->written, error);
}

void overrides_fini(struct overrides *overrides)
{
    for (size_t i = 0; i < overrides->count; i++) {
        free(overrides->text[i]);
    }
    free(overrides->text);
    free(overrides->item);
}
