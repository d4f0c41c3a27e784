#include "draft.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/kernel_sysctl.h"
#include "finwait/text.h"
#include "option_value.h"

enum {
    EXPECT_MAX = 500,
    SYSCTL_NAME_MAX = 120,
    SYSCTL_VALUE_MAX = 200,
};

int draft_fail_memory(const struct draft *draft)
{
    return error_set(draft->error, STATUS_MACHINE, "out of memory");
}

int draft_fail_at(const struct draft *draft, struct where where, const char *hint)
{
    error_hint(draft->error, "%s", hint);
    return error_at(draft->error, where);
}

const struct given *draft_given(const struct draft *draft, const char *path)
{
    const char *key;

    return &draft->given[option_index(option_find(path, &key))];
}

static int fail_twice(const struct draft *draft, const char *path, struct where first,
                      struct where second)
{
    error_set(draft->error, STATUS_USAGE, "%s is given twice", path);
    error_hint(draft->error, "it is first given at %s:%d:%d; take one of them out", first.file,
               first.line, first.column);
    return error_at(draft->error, second);
}

/* ---- sysctls ---- */

static const char sysctl_form[] = "write one line; several numbers as \"1024 65535\"";

/* A name becomes a path below /proc/sys: no empty part, so no ".." either. */
static bool sysctl_name_is_safe(const char *name)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

    return strncmp(name, "net.", 4) == 0 && strlen(name) <= SYSCTL_NAME_MAX &&
           name[strspn(name, letters)] == '\0' && strstr(name, "..") == NULL &&
           name[strlen(name) - 1] != '.';
}

static int check_sysctl(const struct draft *draft, const struct option *option, const char *name,
                        const struct tree *node)
{
    if (!sysctl_name_is_safe(name)) {
        error_set(draft->error, STATUS_USAGE, "%s: \"%.80s\" is not the name of a net.* sysctl",
                  option->path, name);
        return draft_fail_at(draft, node->key != NULL ? node->key_at : node->at,
                             "write e.g. net.ipv4.tcp_tw_reuse: 1");
    }
    if (node->text[0] == '\0' || strlen(node->text) > SYSCTL_VALUE_MAX ||
        strpbrk(node->text, "\n\r\t") != NULL || !text_is_plain(node->text)) {
        error_set(draft->error, STATUS_USAGE, "%s.%s: not a sysctl's value", option->path, name);
        return draft_fail_at(draft, node->at, "write one line; several numbers as \"1024 65535\"");
    }
    if (sysctl_check(name, node->text, draft->error) != 0) {
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
        return fail_twice(draft, name, setting->where, node->at);
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

/* ---- expectations ---- */

static int add_expectation(struct draft *draft, const struct tree *node)
{
    struct scenario *scenario = draft->scenario;
    size_t length = node->kind == TREE_SCALAR ? strlen(node->text) : 0;

    if (length == 0 || length > EXPECT_MAX || !text_is_plain(node->text)) {
        error_set(draft->error, STATUS_USAGE, "expect: not an expectation");
        return draft_fail_at(draft, node->at, "write e.g. \"- server.time_wait.peak >= 5000\"");
    }
    struct expectation *item =
        reallocarray(scenario->expect, scenario->expect_count + 1, sizeof *item);
    if (item == NULL) {
        return draft_fail_memory(draft);
    }
    scenario->expect = item;
    item = &scenario->expect[scenario->expect_count];
    *item = (struct expectation){.text = strdup(node->text), .where = node->at};
    if (item->text == NULL) {
        return draft_fail_memory(draft);
    }
    scenario->expect_count++;
    return 0;
}

static int add_expectations(struct draft *draft, const struct tree *node)
{
    if (node->kind == TREE_SCALAR) {
        return tree_is_null(node) ? 0 : add_expectation(draft, node);
    }
    for (size_t i = 0; i < node->count; i++) {
        if (add_expectation(draft, &node->item[i]) != 0) {
            return -1;
        }
    }
    return 0;
}

/* ---- all kinds ---- */

static int fail_form(const struct draft *draft, const struct option *option, const char *key,
                     const struct tree *node)
{
    const char *dot = key != NULL ? "." : "";
    char type[64];

    key = key != NULL ? key : "";
    if (tree_is_null(node)) {
        error_set(draft->error, STATUS_USAGE, "%s%s%.80s has no value", option->path, dot, key);
        return draft_fail_at(draft, node->key_at, "write one, or null to leave it as by default");
    }
    error_set(draft->error, STATUS_USAGE, "%s%s%.80s cannot be %s", option->path, dot, key,
              tree_kind_name(node->kind));
    if (option->kind == OPTION_SYSCTL) {
        return draft_fail_at(draft, node->at, sysctl_form);
    }
    if (option_is_timeline(option)) {
        return draft_fail_at(draft, node->at,
                             option->kind == OPTION_FAULTS
                                 ? "write maps, e.g. [{at: 1s, drop: fin, toward: client}]"
                                 : "write maps, e.g. [{at: 2s, kill: server}]");
    }
    error_hint(draft->error, "its value is: %s%s%s", option_type(option, type, sizeof type),
               option->value != NULL ? ", e.g. " : "", option->value != NULL ? option->value : "");
    return error_at(draft->error, node->at);
}

/* Whether `node` has the form that values of the option's kind have. */
static bool has_form(const struct option *option, const struct tree *node)
{
    if (option_is_timeline(option)) {
        return node->kind != TREE_SCALAR;
    }
    if (node->kind == TREE_SCALAR) {
        return option->kind == OPTION_EXPECT || !tree_is_null(node);
    }
    return node->kind == TREE_LIST &&
           (option->kind == OPTION_EXPECT || option->kind == OPTION_PROGRAM);
}

int draft_set(struct draft *draft, const struct option *option, const char *key,
              const struct tree *node, enum level level)
{
    struct given *given = &draft->given[option_index(option)];
    int status = 0;

    if (!has_form(option, node)) {
        return fail_form(draft, option, key, node);
    }
    if (option->kind == OPTION_SYSCTL) {
        status = set_sysctl(draft, option, key, node, level);
    } else if (given->level == LEVEL_FILE && level == LEVEL_FILE) {
        return fail_twice(draft, option->path, given->where, node->at);
    } else if (option->kind == OPTION_EXPECT) {
        status = add_expectations(draft, node);
    } else if (option_is_timeline(option)) {
        status = draft_add_timeline(draft, option, node);
    } else if (option->kind == OPTION_PROGRAM) {
        status = draft_set_program(draft, option->side, node);
    } else if (option_read(draft->scenario, option, node->text, draft->error) != 0) {
        return error_at(draft->error, node->at);
    }
    if (status == 0 && level != LEVEL_DEFAULT) {
        *given = (struct given){level, node->at};
    }
    return status;
}
