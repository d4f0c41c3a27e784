#include "complete_names.h"

#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/kernel_counter.h"
#include "finwait/kernel_errno.h"
#include "finwait/kernel_sysctl.h"
#include "finwait/metric.h"
#include "finwait/named.h"
#include "finwait/order.h"
#include "topics.h"

void offer_behind(struct offer *offer, const char *text)
{
    offer->text = text;
}

static bool is_begun(const struct offer *offer, const char *name)
{
    return strncmp(name, offer->text, strlen(offer->text)) == 0;
}

/* Of what it is, as much as fits beside it. */
static int brief(const char *about)
{
    return (int)(strstr(about, "; ") != NULL       ? strstr(about, "; ") - about
                 : strstr(about, ", e.g.") != NULL ? strstr(about, ", e.g.") - about
                                                   : (long)strlen(about));
}

void offer_name(struct offer *offer, const char *name, const char *about)
{
    if (is_begun(offer, name)) {
        fprintf(offer->out, "%.*s%s\t%.*s\n", (int)(offer->text - offer->word), offer->word, name,
                brief(about), about);
    }
}

/* A name with `end` behind it; of those with more levels than the text, "server.time_wait.peak",
 * the next level, once. */
static void offer_level(struct offer *offer, const char *name, const char *end, const char *about)
{
    const char *stop = is_begun(offer, name) ? strpbrk(name + strlen(offer->text), "./") : NULL;
    char *level = stop != NULL ? grow_format("%.*s", (int)(stop + 1 - name), name)
                               : grow_format("%s%s", name, end);

    if (NAMED(level, offer->made.item, offer->made.count) == NULL && is_begun(offer, name)) {
        words_add(&offer->made, level);
        offer_name(offer, level, stop != NULL ? "" : about);
    }
    free(level);
}

/* ---- names of scenarios ---- */

static void offer_orders(struct offer *offer)
{
    for (size_t i = 0; i < order_count; i++) {
        offer_level(offer, order_table[i].name, "", order_table[i].about);
    }
}

static void offer_scenarios(struct offer *offer)
{
    struct error error;
    struct words names = {0};

    offer_orders(offer);
    library_names(&names, &error);
    for (size_t i = 0; i < names.count; i++) {
        offer_level(offer, names.item[i], "", "");
    }
    words_fini(&names);
}

static void offer_formats(struct offer *offer)
{
    for (size_t i = 0; report_table[i] != NULL; i++) {
        if (report_table[i]->absent == NULL) {
            offer_name(offer, report_table[i]->name, report_table[i]->about);
        }
    }
    if (strchr(offer->text, '=') != NULL) {
        offer_kind(offer, COMPLETES_FILE);
    }
}

static void offer_comparisons(struct offer *offer)
{
    for (size_t i = 0; comparison_formats[i] != NULL; i++) {
        offer_name(offer, comparison_formats[i]->name, comparison_formats[i]->about);
    }
    if (strchr(offer->text, '=') != NULL) {
        offer_kind(offer, COMPLETES_FILE);
    }
}

/* ---- sysctls ---- */

static void offer_sysctls(struct offer *offer, const char *before, const char *end)
{
    for (size_t i = 0; i < sysctl_count; i++) {
        char *name = grow_format("%s%s", before, sysctl_table[i].name);
        offer_level(offer, name, end, sysctl_table[i].meaning);
        free(name);
    }
}

/* Those without their folders as well, once one is begun. */
static void offer_explained(struct offer *offer)
{
    offer_sysctls(offer, "", "");
    for (size_t i = 0; offer->text[0] != '\0' && i < sysctl_count; i++) {
        offer_name(offer, strrchr(sysctl_table[i].name, '.') + 1, sysctl_table[i].meaning);
    }
}

/* ---- options of a scenario, PATH=VALUE ---- */

void offer_values_of(struct offer *offer, const char *path)
{
    struct option_info info;
    const char *word;

    for (size_t i = 0; i < option_count(); i++) {
        option_get(i, &info);
        if (strcmp(info.path, path) != 0) {
            continue;
        }
        for (size_t at = 0; (word = value_word(info.takes, at)) != NULL; at++) {
            offer_name(offer, word, strcmp(word, info.value) == 0 ? "the default" : "");
        }
        if (info.takes->kind == VALUE_FILE) {
            offer_kind(offer, COMPLETES_FILE);
        }
    }
}

/* Of --vary there may be several values, with commas between. */
static void offer_setting(struct offer *offer)
{
    const char *equals = strchr(offer->text, '=');
    struct option_info info;

    if (equals != NULL) {
        const char *comma = strrchr(equals, ',');
        char *path = grow_format("%.*s", (int)(equals - offer->text), offer->text);
        offer_behind(offer, comma != NULL ? comma + 1 : equals + 1);
        offer_values_of(offer, path);
        free(path);
        return;
    }
    for (size_t i = 0; i < option_count(); i++) {
        option_get(i, &info);
        char *keys = grow_format("%s.", info.path);
        if (!info.has_keys) {
            offer_level(offer, info.path, "=", info.about);
        } else if (strstr(info.path, ".sysctl") != NULL) {
            offer_sysctls(offer, keys, "=");
        } else {
            offer_level(offer, keys, "", info.about);
        }
        free(keys);
    }
}

/* ---- metrics ---- */

static void offer_pattern(struct offer *offer, const char *pattern, const char *about);

/* The pattern with `word` for its first placeholder. */
static void fill_in(struct offer *offer, const char *pattern, const char *word, size_t length,
                    const char *about)
{
    size_t before = strcspn(pattern, "<");
    char *filled = grow_format("%.*s%.*s%s", (int)before, pattern, (int)length, word,
                               strchr(pattern, '>') + 1);

    offer_pattern(offer, filled, about);
    free(filled);
}

static bool is_placeholder(const char *pattern, const char *placeholder)
{
    return strncmp(pattern + strcspn(pattern, "<"), placeholder, strlen(placeholder)) == 0;
}

static void fill_in_all(struct offer *offer, const char *pattern, const char *about)
{
    char words[512];
    const char *placeholder;

    for (size_t i = 0; (placeholder = metric_placeholder(i, words, sizeof words)) != NULL; i++) {
        const char *word = words;
        while (is_placeholder(pattern, placeholder) && *word != '\0') {
            size_t length = strcspn(word, " ");
            fill_in(offer, pattern, word, length, about);
            word += length + strspn(word + length, " ");
        }
    }
    for (size_t i = 0; strstr(pattern, "counter.<name>") != NULL && i < counter_count; i++) {
        const struct counter_info *info = &counter_table[i];
        fill_in(offer, pattern, info->name, strlen(info->name), info->meaning);
    }
    for (size_t i = 0; is_placeholder(pattern, "<ERRNO>") && i < errno_count; i++) {
        const char *name = errno_name(errno_table[i].errnum);
        fill_in(offer, pattern, name, strlen(name), about);
    }
}

static void offer_pattern(struct offer *offer, const char *pattern, const char *about)
{
    size_t known = strcspn(pattern, "<");
    size_t written = strlen(offer->text);

    if (strncmp(pattern, offer->text, known < written ? known : written) != 0) {
        return; /* whatever is filled in */
    }
    if (pattern[known] == '<') {
        fill_in_all(offer, pattern, about);
    } else {
        offer_level(offer, pattern, "", about);
    }
}

/* +NAME is one beside the usual ones. */
static void offer_metrics(struct offer *offer)
{
    offer_behind(offer, offer->text + (offer->text[0] == '+'));
    for (size_t i = 0; i < metric_count; i++) {
        offer_pattern(offer, metric_table[i].pattern, metric_table[i].about);
    }
}

/* ---- all kinds ---- */

static void offer_topics(struct offer *offer)
{
    for (size_t i = 0; offer->commands[i] != NULL; i++) {
        offer_name(offer, offer->commands[i]->name, offer->commands[i]->about);
    }
    for (const struct topic *topic = topic_table; topic->name != NULL; topic++) {
        offer_name(offer, topic->name, topic->about);
    }
}

static void offer_colours(struct offer *offer)
{
    offer_name(offer, "auto", "on a terminal");
    offer_name(offer, "always", "");
    offer_name(offer, "never", "");
}

/* What the shell knows better. */
static const char *const of_shell[] = {
    [COMPLETES_FILE] = "files",       [COMPLETES_DIRECTORY] = "directories",
    [COMPLETES_SCENARIO] = "files",   [COMPLETES_RESULT] = "files",
    [COMPLETES_COMMAND] = "commands", [COMPLETES_COLOR] = NULL,
};

void offer_kind(struct offer *offer, enum completes kind)
{
    static void (*const all[])(struct offer *) = {
        [COMPLETES_SCENARIO] = offer_scenarios, [COMPLETES_ORDER] = offer_orders,
        [COMPLETES_FORMAT] = offer_formats,     [COMPLETES_COMPARISON_FORMAT] = offer_comparisons,
        [COMPLETES_METRIC] = offer_metrics,     [COMPLETES_SETTING] = offer_setting,
        [COMPLETES_TOPIC] = offer_topics,       [COMPLETES_SYSCTL] = offer_explained,
        [COMPLETES_COLOR] = offer_colours,
    };

    if (all[kind] != NULL) {
        all[kind](offer);
    }
    if (of_shell[kind] != NULL) {
        fprintf(offer->out, "\t%s\n", of_shell[kind]);
    }
}
