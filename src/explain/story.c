#include "story.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"

/* The remark that is being made; the first word or number about it begins it. */
static struct remark *current(struct story *story)
{
    struct result *result = story->result;

    if (!story->open) {
        struct remark *remark = result_add_remark(result, story->row->id, story->row->kind);
        remark->has_side = story->has_side;
        remark->side = side_player(story->end);
        story->open = true;
    }
    return &result->remark[result->remark_count - 1];
}

/* One that in the end says nothing is none. */
static void finish(struct story *story)
{
    if (story->open && current(story)->text == NULL) {
        remark_fini(&story->result->remark[--story->result->remark_count]);
    }
    story->open = false;
}

void story_next(struct story *story)
{
    finish(story);
    story->has_side = false;
    story->end = SIDE_CLIENT;
}

void story_about(struct story *story, enum side end)
{
    finish(story);
    story->has_side = true;
    story->end = end;
}

/* Whether it is a whole sentence that the result has already. */
static bool was_said(const struct result *result, const char *sentence)
{
    size_t length = strlen(sentence);
    bool whole = length > 0 && sentence[length - 1] == '.';

    for (size_t i = 0; whole && i < result->remark_count; i++) {
        const char *text = result->remark[i].text;
        if (text != NULL && strstr(text, sentence) != NULL) {
            return true;
        }
    }
    return false;
}

void story_say(struct story *story, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    char *sentence = grow_vformat(format, arguments);
    va_end(arguments);
    if (!was_said(story->result, sentence)) {
        remark_append(&current(story)->text, " ", sentence);
    }
    free(sentence);
}

void story_add(struct story *story, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    char *more = grow_vformat(format, arguments);
    va_end(arguments);
    remark_append(&current(story)->text, "", more);
    free(more);
}

void story_advise(struct story *story, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    char *advice = grow_vformat(format, arguments);
    va_end(arguments);
    remark_append(&current(story)->advice, "; ", advice);
    free(advice);
}

void story_certainty(struct story *story, enum certainty certainty)
{
    current(story)->certainty = certainty;
}

/* ---- evidence ---- */

/* The number that a setting's text is: "4096", "1.5s" in seconds, "2500/s" a second. */
static bool number_of(const char *text, double *value)
{
    char *end;
    int64_t ns;

    *value = strtod(text, &end);
    if (end != text && *end == '\0') {
        return true;
    }
    if (units_parse_duration(text, &ns) == 0) {
        *value = (double)ns / (double)NS_PER_S;
        return true;
    }
    return units_parse_rate(text, value) == 0 && *value > 0;
}

static const char *setting_of(const struct facts *facts, const char *name)
{
    static const char between[] = ".sysctl.";

    for (unsigned i = 0; i < SIDE_N; i++) {
        const char *side = side_name((enum side)i);
        size_t length = strlen(side);
        if (strncmp(name, side, length) == 0 &&
            strncmp(name + length, between, sizeof between - 1) == 0) {
            return facts_sysctl(facts, (enum side)i, name + length + sizeof between - 1);
        }
    }
    return facts_scenario(facts, name);
}

/* The machine's counters hold what other programs did, so what rests on them is not proven. */
static void add_evidence(struct story *story, const char *name)
{
    static const char machine[] = "host.counter.";
    const struct facts *facts = &story->facts;
    double value;

    if (!facts_metric(facts, &value, "%s", name) && !number_of(setting_of(facts, name), &value)) {
        return;
    }
    struct remark *remark = current(story);
    remark_add_evidence(remark, name, value);
    if (remark->certainty == CERTAINTY_PROVEN && strncmp(name, machine, sizeof machine - 1) == 0) {
        remark->certainty = CERTAINTY_LIKELY;
    }
}

void story_evidence(struct story *story, const char *format, ...)
{
    va_list arguments;
    char *rest = NULL;

    va_start(arguments, format);
    char *names = grow_vformat(format, arguments);
    va_end(arguments);
    for (char *word = strtok_r(names, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        char *name = grow_format("%s%s", word[0] == '.' ? side_name(story->end) : "", word);
        add_evidence(story, name);
        free(name);
    }
    free(names);
}

char *story_here(char *text, size_t size, struct story *story, enum side side, const char *sysctl)
{
    const char *value = facts_sysctl(&story->facts, side, sysctl);

    story_evidence(story, "%s.sysctl.%s", side_name(side), sysctl);
    snprintf(text, size, value[0] != '\0' ? " (%s here)" : "%s", value);
    return text;
}

char *story_orphan_retries(char *text, size_t size, struct story *story, enum side side)
{
    static const char name[] = "net.ipv4.tcp_orphan_retries";

    story_here(text, size, story, side, name);
    if (strcmp(facts_sysctl(&story->facts, side, name), "0") == 0) {
        snprintf(text, size, " (0 here, which stands for 8)");
    }
    return text;
}

char *story_syn_retries(char *text, size_t size, struct story *story, enum side side)
{
    static const char name[] = "net.ipv4.tcp_syn_retries";
    static const char linear_name[] = "net.ipv4.tcp_syn_linear_timeouts";
    uint64_t retries = facts_sysctl_count(&story->facts, side, name);
    uint64_t linear = facts_sysctl_count(&story->facts, side, linear_name);

    if (retries == 0 || linear == 0) {
        snprintf(text, size, "tcp_syn_retries%s bounds", HERE(story, side, name));
        return text;
    }
    story_evidence(story, "%s.sysctl.%s %s.sysctl.%s", side_name(side), name, side_name(side),
                   linear_name);
    snprintf(text, size, "tcp_syn_retries and tcp_syn_linear_timeouts (%s + %s = %s here) bound",
             COUNT(retries), COUNT(linear), COUNT(retries + linear));
    return text;
}
