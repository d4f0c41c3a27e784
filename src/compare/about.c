#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/named.h"
#include "parts.h"

/*
 * What trials ran with: the effective scenario, the sysctls of both hosts as they were read back,
 * the environment.  Nearly all of it is the same in all trials, and kept once.
 */

/* What may differ and says nothing of what was measured; with a point at its end all that begins
 * so. */
static const char *const idle[] = {
    ABOUT_ZEROS,
    "name",
    "about",
    "fact",
    "expect", /* it judges, and changes nothing; so do: */
    "compare.",
    "vary",
    "vary.",
    "variants",
    "variants.",
    "client.sysctl.net.netfilter.nf_conntrack_count",
    "server.sysctl.net.netfilter.nf_conntrack_count",
    "client.sysctl.net.ipv4.tcp_fastopen_key", /* by chance in each namespace */
    "server.sysctl.net.ipv4.tcp_fastopen_key",
};

/* Whether `name` is `word`, or begins so where that ends with a point. */
static bool is_covered(const char *word, size_t length, const char *name)
{
    bool open = length > 0 && word[length - 1] == '.';

    return length > 0 && strncmp(word, name, length) == 0 && (open || name[length] == '\0');
}

bool about_is_idle(const char *name)
{
    for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++) {
        if (is_covered(idle[i], strlen(idle[i]), name)) {
            return true;
        }
    }
    return false;
}

/* ---- of one result ---- */

/* A name that comes several times has all of its values. */
static void add_value(struct text_pairs *about, const char *name, const char *value)
{
    struct text_pair *pair = NAMED(name, about->item, about->count);

    if (pair != NULL) {
        remark_append(&pair->value, "; ", value);
    } else {
        text_pairs_add(about, name, value);
    }
}

static void add_all(struct text_pairs *about, const char *prefix, const struct text_pairs *pairs)
{
    for (size_t i = 0; i < pairs->count; i++) {
        char *name = grow_format("%s%s", prefix, pairs->item[i].name);
        text_pairs_add(about, name, pairs->item[i].value);
        free(name);
    }
}

/* Whether the metric was measured, and was 0, and is not listed, so that of a few of many names one
 * tells of all. */
static bool is_zero(const struct result *result, const char *name)
{
    double value;

    return result_metric(result, name, &value) && !(value < 0 || value > 0);
}

static void add_zero(FILE *zeros, const struct result *result, const char *name, const char *kept)
{
    if (is_zero(result, name)) {
        fprintf(zeros, " %s", kept);
    }
}

/* Of errnos and statuses any that occurs is listed: one that cannot tells whether others are 0. */
static void add_families(FILE *zeros, const struct result *result)
{
    static const struct {
        const char *probe, *prefix;
    } families[] = {
        {"errors.EXDEV", "errors."},
        {"client.errors.EXDEV", "client.errors."},
        {"server.errors.EXDEV", "server.errors."},
        {"client.http.status.199", "client.http.status."},
        {"server.http.status.199", "server.http.status."},
    };

    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        add_zero(zeros, result, families[i].probe, families[i].prefix);
    }
}

static void add_counters(FILE *zeros, const struct result *result, const char *host,
                         const struct counters *counters)
{
    for (size_t i = 0; i < counters->count; i++) {
        char *name = grow_format("%s.counter.%s", host, counters->item[i].name);
        add_zero(zeros, result, name, name);
        free(name);
    }
}

static void add_mix(FILE *zeros, const struct result *result, const struct result_mix *mix)
{
    static const char *const words[] = {"attempted", "opened", "completed", "failed"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        char *name = grow_format("client.mix.%s.%s", mix->name, words[i]);
        add_zero(zeros, result, name, name);
        free(name);
    }
    fprintf(zeros, " client.mix.%s.outcome.", mix->name);
}

static char *list_zeros(const struct result *result)
{
    struct grow_stream zeros;

    grow_stream_open(&zeros);
    add_families(zeros.out, result);
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        add_counters(zeros.out, result, side_name(side), &result->side[side].counters);
        for (size_t i = 0; i < result->side[side].mix_count; i++) {
            add_mix(zeros.out, result, &result->side[side].mix[i]);
        }
    }
    add_counters(zeros.out, result, "host", &result->host_counters);
    return grow_stream_close(&zeros);
}

static void collect(struct text_pairs *about, const struct result *result)
{
    char *zeros = list_zeros(result);

    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        char prefix[32];
        snprintf(prefix, sizeof prefix, "%s.sysctl.", side_name(side));
        add_all(about, prefix, &result->side[side].sysctl);
    }
    for (size_t i = 0; i < result->scenario.count; i++) {
        const struct text_pair *option = &result->scenario.item[i];
        bool read_back =
            strstr(option->name, ".sysctl.") != NULL && text_pairs_get(about, option->name) != NULL;
        if (!read_back) {
            add_value(about, option->name, option->value);
        }
    }
    add_all(about, "environment.", &result->environment);
    if (result->version != NULL) {
        text_pairs_add(about, "environment.finwait", result->version);
    }
    text_pairs_add(about, ABOUT_ZEROS, zeros);
    free(zeros);
}

/* ---- of all trials ---- */

static bool is_in(const struct text_pairs *pairs, const struct text_pair *pair)
{
    const char *value = text_pairs_get(pairs, pair->name);

    return value != NULL && strcmp(value, pair->value) == 0;
}

/* What the last trial has otherwise is each earlier one's own from now on. */
static void split_same(struct comparison *comparison, const struct text_pairs *about)
{
    struct text_pairs same = {0};

    for (size_t i = 0; i < comparison->same.count; i++) {
        const struct text_pair *pair = &comparison->same.item[i];
        if (is_in(about, pair)) {
            text_pairs_add(&same, pair->name, pair->value);
            continue;
        }
        for (size_t j = 0; j + 1 < comparison->trial_count; j++) {
            if (trial_counts(&comparison->trial[j])) {
                text_pairs_add(&comparison->trial[j].own, pair->name, pair->value);
            }
        }
    }
    text_pairs_fini(&comparison->same);
    comparison->same = same;
}

/* ---- of many zeros nearly all are those of all trials ---- */

/* Move *cursor behind the word, if it is there or further on. */
static bool pass_word(const char **cursor, const char *word, size_t length)
{
    for (const char *at = *cursor; *at != '\0';) {
        size_t size = strcspn(at, " ");
        if (size == length && strncmp(at, word, length) == 0) {
            *cursor = at + size;
            return true;
        }
        at += size + (at[size] == ' ');
    }
    return false;
}

/* The words of `list` that `other` has as well, in the same order; or those that it has not. */
static char *pick_words(const char *list, const char *other, bool had)
{
    struct grow_stream picked;

    grow_stream_open(&picked);
    while (*list != '\0') {
        size_t length = strcspn(list, " ");
        if (length > 0 && pass_word(&other, list, length) == had) {
            fprintf(picked.out, " %.*s", (int)length, list);
        }
        list += length + (list[length] == ' ');
    }
    return grow_stream_close(&picked);
}

/* The list of zeros among the pairs; NULL: there is none. */
static char **zeros_of(struct text_pairs *pairs)
{
    struct text_pair *pair = NAMED(ABOUT_ZEROS, pairs->item, pairs->count);

    return pair != NULL ? &pair->value : NULL;
}

static void add_zeros(struct text_pairs *pairs, const char *more)
{
    char **zeros = zeros_of(pairs);

    if (zeros != NULL) {
        remark_append(zeros, "", more);
    } else if (more[0] != '\0') {
        text_pairs_add(pairs, ABOUT_ZEROS, more);
    }
}

/* What all trials have stays the same; what else was so is each earlier one's own from now on.
 * `about` is left with the same as all. */
static void split_zeros(struct comparison *comparison, struct text_pairs *about,
                        struct text_pairs *own)
{
    char **same = zeros_of(&comparison->same);
    char **now = zeros_of(about);

    if (same == NULL) { /* read from a file that somebody changed */
        return;
    }
    char *common = pick_words(*same, *now, true);
    char *gone = pick_words(*same, common, false);
    char *further = pick_words(*now, common, false);

    for (size_t j = 0; j + 1 < comparison->trial_count; j++) {
        if (trial_counts(&comparison->trial[j])) {
            add_zeros(&comparison->trial[j].own, gone);
        }
    }
    add_zeros(own, further);
    free(*same);
    free(*now);
    *same = common;
    *now = grow_text(common);
    free(gone);
    free(further);
}

static bool is_first(const struct comparison *comparison)
{
    for (size_t i = 0; i + 1 < comparison->trial_count; i++) {
        if (trial_counts(&comparison->trial[i])) {
            return false;
        }
    }
    return true;
}

void about_keep(struct comparison *comparison, const struct result *result)
{
    struct comparison_trial *trial = &comparison->trial[comparison->trial_count - 1];
    struct text_pairs about = {0};

    collect(&about, result);
    if (is_first(comparison)) {
        comparison->same = about;
        return;
    }
    split_zeros(comparison, &about, &trial->own);
    split_same(comparison, &about);
    for (size_t i = 0; i < about.count; i++) {
        if (!is_in(&comparison->same, &about.item[i])) {
            text_pairs_add(&trial->own, about.item[i].name, about.item[i].value);
        }
    }
    text_pairs_fini(&about);
}

const char *about_get(const struct comparison *comparison, const struct comparison_trial *trial,
                      const char *name)
{
    const char *own = text_pairs_get(&trial->own, name);

    return own != NULL ? own : text_pairs_get(&comparison->same, name);
}

/* ---- metrics ---- */

/* Whether one of the words of `list` covers `name`. */
static bool lists(const char *list, const char *name)
{
    while (list != NULL && *list != '\0') {
        size_t length = strcspn(list, " ");
        if (is_covered(list, length, name)) {
            return true;
        }
        list += length + (list[length] == ' ');
    }
    return false;
}

bool comparison_metric(const struct comparison *comparison, const struct comparison_trial *trial,
                       const char *name, double *value)
{
    const struct metric_value *metric = NAMED(name, trial->metric, trial->metric_count);

    *value = metric != NULL ? metric->value : 0;
    return metric != NULL || lists(text_pairs_get(&comparison->same, ABOUT_ZEROS), name) ||
           lists(text_pairs_get(&trial->own, ABOUT_ZEROS), name);
}
