#include <stdlib.h>
#include <string.h>

#include "draft.h"
#include "finwait/kernel_sysctl.h"
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
    char hint[256];

    if (sysctl_retired(name) != NULL) {
        sysctl_check_scope(name, draft->error);
        return error_at(draft->error, where);
    }
    error_set(draft->error, STATUS_USAGE, "%s: \"%.80s\" is not the name of a net.* sysctl",
              option->path, name);
    snprintf(hint, sizeof hint, "did you mean %s?", meant != NULL ? meant : "");
    return draft_fail_at(draft, where,
                         meant != NULL ? hint : "write e.g. net.ipv4.tcp_tw_reuse: 1");
}

static int check_sysctl(const struct draft *draft, const struct option *option, const char *name,
                        const struct tree *node)
{
    if (!sysctl_name_is_safe(name)) {
        return fail_name(draft, option, name, node->key != NULL ? node->key_at : node->at);
    }
    if (node->text[0] == '\0' || strlen(node->text) > SYSCTL_VALUE_MAX ||
        strpbrk(node->text, "\n\r\t") != NULL || !text_is_plain(node->text)) {
        error_set(draft->error, STATUS_USAGE, "%s.%s: not a sysctl's value", option->path, name);
        return draft_fail_at(draft, node->at, form);
    }
    if (sysctl_check_scope(name, draft->error) != 0 ||
        sysctl_check(name, node->text, draft->error) != 0) {
        return error_at(draft->error, node->at);
    }
    return 0;
}

static struct sysctl_setting *find_sysctl(const struct sysctl_settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->count; i++) {
        if (strcmp(settings->item[i].name, name) == 0) {
            return &settings->item[i];
        }
    }
    return NULL;
}

static struct sysctl_setting *add_sysctl(struct sysctl_settings *settings, const char *name)
{
    struct sysctl_setting *item =
        reallocarray(settings->item, settings->count + 1, sizeof *settings->item);

    if (item == NULL) {
        return NULL;
    }
    settings->item = item;
    item = &settings->item[settings->count];
    *item = (struct sysctl_setting){.name = strdup(name)};
    if (item->name == NULL) {
        return NULL;
    }
    settings->count++;
    return item;
}

static int set_sysctl(struct draft *draft, const struct option *option, const char *name,
                      const struct tree *node, enum level level)
{
    struct sysctl_settings *settings = &draft->scenario->side[option->side].sysctl;
    struct sysctl_setting *setting = find_sysctl(settings, name);

    if (check_sysctl(draft, option, name, node) != 0) {
        return -1;
    }
    if (setting != NULL && level == LEVEL_PRESET) {
        return 0;
    }
    if (setting != NULL && level == LEVEL_FILE) {
        return draft_fail_twice(draft, name, setting->where, node->at);
    }
    if (setting == NULL) {
        setting = add_sysctl(settings, name);
    }
    char *value = strdup(node->text);
    if (setting == NULL || value == NULL) {
        free(value);
        return draft_fail_memory(draft);
    }
    free((char *)setting->value);
    setting->value = value;
    setting->where = node->at;
    return 0;
}

/* Those of that name, or below that map; NULL: all. */
static int unset_sysctl(struct draft *draft, const struct option *option, const char *path)
{
    struct sysctl_settings *settings = &draft->scenario->side[option->side].sysctl;
    size_t kept = 0;

    for (size_t i = 0; i < settings->count; i++) {
        struct sysctl_setting *item = &settings->item[i];

        if (path == NULL || option_is_in(path, item->name)) {
            free((char *)item->name);
            free((char *)item->value);
        } else {
            settings->item[kept++] = *item;
        }
    }
    settings->count = kept;
    return 0;
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
