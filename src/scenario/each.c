#include <string.h>

#include "option_texts.h"
#include "option_value.h"

/* The effective scenario as pairs that read back as the same scenario. */

struct each {
    void (*fn)(void *context, const char *path, const char *value);
    void *context;
};

/* Whether the option would contradict others, or say again what they say. */
static bool is_implied(const struct scenario *scenario, const struct option *option)
{
    bool custom = strcmp(scenario->order, "custom") == 0;

    if (option->takes.text == &order_text) {
        return custom;
    }
    return (option->kind == OPTION_PROGRAM && !custom) || option_is_moot(scenario, option);
}

static void each_sysctl(const struct each *each, const struct option *option,
                        const struct sysctl_settings *settings)
{
    for (size_t i = 0; i < settings->count; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s.%s", option->path, settings->item[i].name);
        each->fn(each->context, path, settings->item[i].value);
    }
}

static void each_moment(const struct each *each, const struct option *option,
                        const struct scenario *scenario)
{
    bool faults = option->kind == OPTION_FAULTS;
    char text[TIMELINE_TEXT];

    for (size_t i = 0; i < (faults ? scenario->fault_count : scenario->event_count); i++) {
        each->fn(each->context, option->path,
                 faults ? fault_format(text, sizeof text, &scenario->fault[i])
                        : event_format(text, sizeof text, &scenario->event[i]));
    }
}

static void each_option(const struct each *each, const struct scenario *scenario,
                        const struct option *option)
{
    char text[OPTION_WRITTEN];
    const char *value = option_write(scenario, option, text, sizeof text);

    if (value != NULL) {
        each->fn(each->context, option->path, value);
    } else if (option->kind == OPTION_SYSCTL) {
        each_sysctl(each, option, &scenario->side[option->side].sysctl);
    } else if (option_is_timeline(option)) {
        each_moment(each, option, scenario);
    } else if (option->kind == OPTION_EXPECT) {
        for (size_t i = 0; i < scenario->expect_count; i++) {
            each->fn(each->context, option->path, scenario->expect[i].text);
        }
    }
}

void scenario_each(const struct scenario *scenario,
                   void (*fn)(void *context, const char *path, const char *value), void *context)
{
    struct each each = {fn, context};

    for (size_t i = 0; i < option_count(); i++) {
        const struct option *option = option_at(i);
        if (!is_implied(scenario, option)) {
            each_option(&each, scenario, option);
        }
    }
}
