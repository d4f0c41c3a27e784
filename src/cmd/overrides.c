#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "finwait/grow.h"
#include "finwait/words.h"

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

/* The same, `value` to be freed. */
static int overrides_own(struct overrides *overrides, const char *path, char *value,
                         struct error *error)
{
    size_t room = strlen(path) + 1;
    char *both = realloc(value, room + strlen(value) + 1);

    if (both == NULL) {
        free(value);
        return error_errno(error, STATUS_MACHINE, ENOMEM, "malloc");
    }
    memmove(both + room, both, strlen(both) + 1);
    memcpy(both, path, room);
    return keep(overrides, both, both + room, false, error);
}

/* `path`, `value` and "--NAME TEXT" behind each other in one block. */
static int keep_said(struct overrides *overrides, const char *path, const char *value,
                     const char *name, const char *text, struct error *error)
{
    char *block = grow_format("%s%c%s%c--%s %s", path, '\0', value, '\0', name, text);
    const char *kept = block + strlen(path) + 1;

    if (keep(overrides, block, kept, false, error) != 0) {
        return -1;
    }
    overrides->item[overrides->count - 1].where.file = kept + strlen(kept) + 1;
    return 0;
}

int overrides_say(struct overrides *overrides, const char *path, const char *name,
                  const char *value, struct error *error)
{
    return keep_said(overrides, path, value, name, value, error);
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

int overrides_vary(struct overrides *overrides, const char *text, struct error *error)
{
    char *yaml = scenario_vary(text, error);
    int status = yaml != NULL && refuse_second(overrides, text, yaml, error) == 0
                     ? keep_said(overrides, "vary", yaml, "vary", text, error)
                     : -1;

    free(yaml);
    return status;
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

static int add_words(struct overrides *overrides, const char *path, char **word,
                     struct error *error)
{
    struct words words = {0};
    int status = *word != NULL ? 0 : error_set(error, STATUS_USAGE, "-- and no command behind it");

    for (; status == 0 && *word != NULL; word++) {
        status = words_add(&words, *word) == 0
                     ? 0
                     : error_errno(error, STATUS_MACHINE, ENOMEM, "malloc");
    }
    if (status == 0) {
        status = overrides_own(overrides, path, words_join(&words), error);
    }
    words_fini(&words);
    return status;
}

int overrides_take_command(struct overrides *overrides, int *argc, char **argv, struct error *error)
{
    static const struct {
        const char *name, *path;
    } options[] = {
        {"--" COMMAND_SERVER, "server.command"},
        {"--" COMMAND_CLIENT, "client.command"},
        {"--" COMMAND_PROXY, "proxy.command"},
    };

    for (int i = 1; i + 1 < *argc; i++) {
        for (size_t k = 0; k < sizeof options / sizeof options[0]; k++) {
            if (strcmp(argv[i], options[k].name) == 0 && strcmp(argv[i + 1], "--") == 0) {
                *argc = i;
                return add_words(overrides, options[k].path, argv + i + 2, error);
            }
        }
    }
    return 0;
}
