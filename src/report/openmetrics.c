#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "finwait/escape.h"
#include "finwait/grow.h"
#include "finwait/histogram.h"
#include "finwait/report.h"

/*
 * OpenMetrics 1.0 that a reader of Prometheus' text format 0.0.4 takes as well, as node_exporter's
 * textfile collector is one: no counters, whose names differ in the two, no moments, no quotes in a
 * HELP.  A family is a row of the metrics' table, of all results.
 */

/* ---- names ---- */

struct family {
    char name[96];
    const char *unit; /* as the name ends; "": none */
    size_t used;
};

/* Base units, as OpenMetrics would have them. */
static const char *base_unit(const char *unit)
{
    static const char *const units[][2] = {
        {"s", "seconds"},
        {"1/s", "per_second"},
        {"sockets/s", "sockets_per_second"},
        {"socket·s", "socket_seconds"},
    };

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(unit, units[i][0]) == 0) {
            return units[i][1];
        }
    }
    return unit;
}

static void add_word(struct family *family, const char *word, size_t length)
{
    int added = snprintf(family->name + family->used, sizeof family->name - family->used, "_%.*s",
                         (int)length, word);

    family->used += (size_t)added;
}

/* The words of a part that stands for itself, but for the unit, which ends the name. */
static void add_literal(struct family *family, const char *part, size_t length)
{
    size_t unit = strlen(family->unit);

    if (length == strlen("counter") && memcmp(part, "counter", length) == 0) {
        part = "kernel"; /* no name may hold the name of a type */
        length = strlen(part);
    }
    for (const char *word = part; word < part + length;) {
        size_t left = length - (size_t)(word - part);
        const char *end = memchr(word, '_', left);
        size_t size = end != NULL ? (size_t)(end - word) : left;
        if (size != unit || memcmp(word, family->unit, unit) != 0) {
            add_word(family, word, size);
        }
        word += size + 1;
    }
}

/*
 * "<end>.<state>.peak" in sockets is finwait_peak_sockets.  What is a side's own count begins with
 * side_, for without it is what both have: finwait_errors is no sum of its side's.
 */
static void family_of(struct family *family, const struct metric_info *info)
{
    const char *part = info->pattern;

    *family = (struct family){.name = "finwait", .unit = base_unit(info->unit)};
    family->used = strlen(family->name);
    for (;;) {
        size_t length = strcspn(part, ".");
        if (strncmp(part, "<stat>", length) == 0 ||
            (strncmp(part, "<side>", length) == 0 && part == info->pattern)) {
            add_word(family, part + 1, length - 2);
        } else if (part[0] != '<') {
            add_literal(family, part, length);
        }
        if (part[length] == '\0') {
            break;
        }
        part += length + 1;
    }
    add_word(family, family->unit, strlen(family->unit));
}

/* ---- lines ---- */

static void put_family(const struct family *family, const char *type, const char *help, FILE *out)
{
    fprintf(out, "# TYPE %s %s\n", family->name, type);
    if (family->unit[0] != '\0') {
        fprintf(out, "# UNIT %s %s\n", family->name, family->unit);
    }
    fprintf(out, "# HELP %s %s\n", family->name, help);
}

/* What has one set of labels in a result. */
struct source {
    const struct result *result;
    size_t run;                     /* of those of its scenario, from 1 on */
    const struct metric_info **row; /* of each metric, or NULL */
};

static void put_source(const char *family, const struct source *source, FILE *out)
{
    const char *name = result_setting(source->result, "name");

    fprintf(out, "%s{scenario=\"", family);
    escape_label(name, strlen(name), out);
    fputc('"', out);
    if (source->run > 1) { /* no sample twice */
        fprintf(out, ",run=\"%zu\"", source->run);
    }
}

/* ---- labels ---- */

static bool is(const struct metric_part *part, const char *placeholder)
{
    return strcmp(part->placeholder, placeholder) == 0;
}

/* What `part` of a row is called: its placeholder, a side by whichever, a name by what it names. */
static void put_label(const struct metric_info *info, const struct metric_part *part, FILE *out)
{
    const char *name = is(part, "<end>") || is(part, "<player>") ? "<side>" : part->placeholder;

    if (is(part, "<name>")) {
        name = strstr(info->pattern, "mix.<name>") != NULL ? "<mix>" : "<counter>";
    }
    for (name++; *name != '>'; name++) {
        fputc(tolower((unsigned char)*name), out);
    }
}

static void put_word(const struct metric_part *part, FILE *out)
{
    for (size_t i = 0; is(part, "<quantile>") && i < QUANTILE_N; i++) {
        if (strncmp(quantile_table[i].name, part->word, part->length) == 0 &&
            quantile_table[i].name[part->length] == '\0') {
            fprintf(out, "%g", quantile_table[i].value);
            return;
        }
    }
    escape_label(part->word, part->length, out);
}

static void put_metric(const struct family *family, const struct source *source,
                       const struct metric_value *metric, FILE *out)
{
    struct metric_part part[METRIC_PARTS];
    size_t count;
    const struct metric_info *info = metric_take_apart(metric->name, part, &count);

    put_source(family->name, source, out);
    for (size_t i = 0; i < count; i++) {
        fputc(',', out);
        put_label(info, &part[i], out);
        fputs("=\"", out);
        put_word(&part[i], out);
        fputc('"', out);
    }
    fprintf(out, "} %.17g\n", metric->value);
}

/* ---- families ---- */

/* The next metric of the row from number `at` on; metric_count: there is none. */
static size_t next_of(const struct source *source, const struct metric_info *info, size_t at)
{
    while (at < source->result->metric_count && source->row[at] != info) {
        at++;
    }
    return at;
}

static void put_gauges(const struct family *family, const struct metric_info *info,
                       const struct source *source, FILE *out)
{
    const struct result *result = source->result;

    for (size_t i = 0; (i = next_of(source, info, i)) < result->metric_count; i++) {
        put_metric(family, source, &result->metric[i], out);
    }
}

/* What a summary has besides: a reader takes what is absent for 0. */
static void put_sum(const struct family *family, const struct source *source, enum latency kind,
                    FILE *out)
{
    const struct result *result = source->result;
    enum side side = result->side[SIDE_CLIENT].played ? SIDE_CLIENT : SIDE_SERVER;
    const struct histogram *times = &result->side[side].account.latency[kind];
    char name[sizeof family->name + sizeof "_count"];

    snprintf(name, sizeof name, "%s_sum", family->name);
    put_source(name, source, out);
    fprintf(out, ",latency=\"%s\"} %.17g\n", latency_name(kind), times->sum / 1e9);
    snprintf(name, sizeof name, "%s_count", family->name);
    put_source(name, source, out);
    fprintf(out, ",latency=\"%s\"} %" PRIu64 "\n", latency_name(kind), times->count);
}

/* All of a latency in one place, in whatever order a file has them. */
static void put_summary(const struct family *family, const struct metric_info *info,
                        const struct source *source, FILE *out)
{
    const struct result *result = source->result;

    for (unsigned kind = 0; kind < LATENCY_N; kind++) {
        char begin[64];
        bool any = false;
        int length = snprintf(begin, sizeof begin, "latency.%s.", latency_name((enum latency)kind));
        for (size_t i = 0; (i = next_of(source, info, i)) < result->metric_count; i++) {
            if (strncmp(result->metric[i].name, begin, (size_t)length) == 0) {
                put_metric(family, source, &result->metric[i], out);
                any = true;
            }
        }
        if (any) {
            put_sum(family, source, (enum latency)kind, out);
        }
    }
}

static void put_metrics(const struct metric_info *info, const struct source *sources, size_t count,
                        FILE *out)
{
    bool summary = strstr(info->pattern, "<quantile>") != NULL;
    struct family family;
    bool begun = false;

    family_of(&family, info);
    for (size_t i = 0; i < count; i++) {
        if (next_of(&sources[i], info, 0) == sources[i].result->metric_count) {
            continue;
        }
        if (!begun) {
            put_family(&family, summary ? "summary" : "gauge", info->about, out);
        }
        begun = true;
        (summary ? put_summary : put_gauges)(&family, info, &sources[i], out);
    }
}

/* RFC 3339 in UTC; -1: it is not. */
static long long seconds_of(const char *started)
{
    struct tm when = {0};
    const char *end = started != NULL ? strptime(started, "%Y-%m-%dT%H:%M:%SZ", &when) : NULL;

    return end != NULL && *end == '\0' ? (long long)timegm(&when) : -1;
}

static void put_started(const struct source *sources, size_t count, FILE *out)
{
    struct family family = {.name = "finwait_started_timestamp_seconds", .unit = "seconds"};
    bool begun = false;

    for (size_t i = 0; i < count; i++) {
        long long started = seconds_of(sources[i].result->started);
        if (started < 0) {
            continue;
        }
        if (!begun) {
            put_family(&family, "gauge", "when the run was started, since 1970", out);
        }
        begun = true;
        put_source(family.name, &sources[i], out);
        fprintf(out, "} %lld\n", started);
    }
}

static void put_partial(const struct source *sources, size_t count, FILE *out)
{
    struct family family = {.name = "finwait_partial", .unit = ""};

    put_family(&family, "gauge", "1: the run was cut short, or did not do all it was asked", out);
    for (size_t i = 0; i < count; i++) {
        put_source(family.name, &sources[i], out);
        fprintf(out, "} %d\n", sources[i].result->partial ? 1 : 0);
    }
}

static void put_expectations(const struct source *sources, size_t count, FILE *out)
{
    struct family family = {.name = "finwait_expectations", .unit = "expectations"};

    put_family(&family, "gauge", "expectations of the scenario, by their verdict", out);
    for (size_t i = 0; i < count; i++) {
        const struct result *result = sources[i].result;
        size_t sum[VERDICT_N] = {0};
        for (size_t j = 0; j < result->expectation_count; j++) {
            sum[result->expectation[j].verdict]++;
        }
        for (size_t verdict = 0; verdict < VERDICT_N; verdict++) {
            put_source(family.name, &sources[i], out);
            fprintf(out, ",verdict=\"%s\"} %zu\n", verdict_name((enum verdict)verdict),
                    sum[verdict]);
        }
    }
}

/* Number `index` of the results. */
static struct source source_of(const struct result *const *results, size_t index)
{
    const struct result *result = results[index];
    struct source source = {
        .result = result,
        .run = 1,
        .row = grow_new(result->metric_count, sizeof(const struct metric_info *)),
    };

    for (size_t i = 0; i < index; i++) {
        source.run +=
            strcmp(result_setting(results[i], "name"), result_setting(result, "name")) == 0;
    }
    for (size_t i = 0; i < result->metric_count; i++) {
        source.row[i] = metric_find(result->metric[i].name);
    }
    return source;
}

static void openmetrics_write(const struct result *const *results, size_t count, FILE *out)
{
    struct source *sources = grow_new(count, sizeof *sources);

    for (size_t i = 0; i < count; i++) {
        sources[i] = source_of(results, i);
    }
    put_started(sources, count, out);
    put_partial(sources, count, out);
    put_expectations(sources, count, out);
    for (size_t i = 0; i < metric_count; i++) {
        put_metrics(&metric_table[i], sources, count, out);
    }
    for (size_t i = 0; i < count; i++) {
        free(sources[i].row);
    }
    free(sources);
}

const struct report_ops report_openmetrics = {
    .name = "openmetrics",
    .about = "the metrics for Prometheus: a family a metric, a sample a result",
    .tail = "# EOF\n",
    .write_all = openmetrics_write,
};
