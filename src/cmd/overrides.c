#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

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

void overrides_fini(struct overrides *overrides)
{
    for (size_t i = 0; i < overrides->count; i++) {
        free(overrides->text[i]);
    }
    free(overrides->text);
    free(overrides->item);
}
