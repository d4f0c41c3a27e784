#include <stdlib.h>
#include <string.h>

#include "draft.h"
#include "finwait/grow.h"
#include "finwait/kernel_sysctl.h"
#include "finwait/named.h"
#include "finwait/text.h"

/* A side's sysctls: any number of names below its map. */

enum {
    SYSCTL_NAME_MAX = 120,
    SYSCTL_VALUE_MAX = 200,
};

static const char form[] = "write one line; several numbers as \"1024 65535\"";

/* A name becomes a path below /proc/sys: no empty part, so no ".." either. */
static bool sysctl_name_is_safe(const char *name)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

    return strncmp(name, "net.", 4) == 0 && strlen(name) <= SYSCTL_NAME_MAX &&
           name[strspn(name, letters)] == '\0' && strstr(name, "..") == NULL &&
           name[strlen(name) - 1] != '.';
}

/* The name is none: what it was to be. */
static int fail_name(const struct draft *draft, const struct option *option, const char *name,
                     struct where where)
{
    const char *meant = sysctl_meant(name);

    if (sysctl_retired(name) != NULL) {
        sysctl_check_scope(name, draft->error);
        return error_at(draft->error, where);
    }
    error_set(draft->error, STATUS_USAGE, "%s: \"%.80s\" is not the name of a net.* sysctl",
              option->path, name);
    error_hint(draft->error,
               meant != NULL ? "did you mean %s?" : "write e.g. net.ipv4.tcp_tw_reuse: 1", meant);
    return error_at(draft->error, where);
}

static int check_sysctl(const struct draft *draft, const struct option *option, const char *name,
                        const struct tree *node)
{
    if (!sysctl_name_is_safe(name)) {
        return fail_name(draft, option, name, node->key != NULL ? node->key_at : node->at);
    }
    if (node->text[0] == '\0' || strlen(node->text) > SYSCTL_VALUE_MAX ||
        strpbrk(node->text, "\n\r\t") != NULL || !text_is_plain(node->text)) {
        return draft_fail(draft, node->at, form, "%s.%s: not a sysctl's value", option->path, name);
    }
    if (sysctl_check_scope(name, draft->error) != 0 ||
        sysctl_check(name, node->text, draft->error) != 0) {
        return error_at(draft->error, node->at);
    }
    return 0;
}

static struct sysctl_setting *find_sysctl(const struct sysctl_settings *settings, const char *name)
{
    return NAMED(name, settings->item, settings->count);
}

static struct sysctl_setting *add_sysctl(struct sysctl_settings *settings, const char *name)
{
    settings->item = grow_by_one(settings->item, settings->count, sizeof *settings->item);
    settings->item[settings->count] = (struct sysctl_setting){.name = grow_text(name)};
    return &settings->item[settings->count++];
}

static int set_sysctl(struct draft *draft, const struct setting *setting)
{
    const struct tree *node = setting->node;

    struct sysctl_settings *settings = &draft->scenario->side[setting->option->side].sysctl;
    struct sysctl_setting *known = find_sysctl(settings, setting->key);

    if (check_sysctl(draft, setting->option, setting->key, node) != 0) {
        return -1;
    }
    if (known != NULL && setting->level == LEVEL_PRESET) {
        return 0;
    }
    if (known != NULL && setting->level == LEVEL_FILE) {
        return draft_fail_twice(draft, setting->key, known->where, node->at);
    }
    if (known == NULL) {
        known = add_sysctl(settings, setting->key);
    }
    free((char *)known->value);
    known->value = grow_text(node->text);
    known->where = node->at;
    return 0;
}

/* Those of that name, or below that map; NULL: all. */
static void unset_sysctl(struct draft *draft, const struct setting *setting)
{
    struct sysctl_settings *settings = &draft->scenario->side[setting->option->side].sysctl;
    size_t kept = 0;

    for (size_t i = 0; i < settings->count; i++) {
        struct sysctl_setting *item = &settings->item[i];

        if (setting->key == NULL || option_is_in(setting->key, item->name)) {
            free((char *)item->name);
            free((char *)item->value);
        } else {
            settings->item[kept++] = *item;
        }
    }
    settings->count = kept;
}

static void each_sysctl(const struct each *each, const struct option *option,
                        const struct scenario *scenario)
{
    const struct sysctl_settings *settings = &scenario->side[option->side].sysctl;

    for (size_t i = 0; i < settings->count; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s.%s", option->path, settings->item[i].name);
        each->fn(each->context, path, settings->item[i].value);
    }
}

const struct option_ops sysctl_ops = {.type = "map of sysctls",
                                      .form = form,
                                      .trees = TREE_BIT(TREE_SCALAR),
                                      .has_keys = true,
                                      .key = "net(\\.[A-Za-z0-9_-]+)*",
                                      .set = set_sysctl,
                                      .unset = unset_sysctl,
                                      .each = each_sysctl};

const char *scenario_sysctl(const struct side_spec *side, const char *name)
{
    const struct sysctl_setting *setting = find_sysctl(&side->sysctl, name);

    return setting != NULL ? setting->value : NULL;
}
