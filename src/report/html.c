#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/codec.h"
#include "finwait/embed.h"
#include "finwait/grow.h"
#include "finwait/report.h"

/*
 * One page that holds the results as JSON, and a script that draws them: page.cmake makes what is
 * in front of the results and behind them, of the files in html/.
 */

#ifdef FINWAIT_HTML

EMBED("html_head", FINWAIT_HTML "/head.html");
EMBED("html_tail", FINWAIT_HTML "/tail.html");
extern const char html_head[], html_tail[];

/* So many moments of all series of an end are kept, and of one result's at most MOMENTS. */
#define MOMENTS     400
#define ALL_MOMENTS 1200

/* And so many bytes of what an inspection printed. */
#define PRINTED 16384

/* ---- the series, thinned ---- */

/* Mark the lowest and the highest of a column's values in [from, to). */
static void mark_extremes(const json_t *column, size_t from, size_t to, bool *keep)
{
    size_t low = from;
    size_t high = from;

    for (size_t i = from; i < to; i++) {
        double value = json_number_value(json_array_get(column, i));
        low = value < json_number_value(json_array_get(column, low)) ? i : low;
        high = value > json_number_value(json_array_get(column, high)) ? i : high;
    }
    keep[low] = keep[high] = true;
}

/* Mark what is kept when the series is cut into `windows`: peaks and troughs stay.  How many. */
static size_t mark(json_t *series, size_t count, size_t windows, bool *keep)
{
    const char *name;
    json_t *column;
    size_t kept = 0;

    memset(keep, 0, count * sizeof *keep);
    keep[0] = keep[count - 1] = true;
    json_object_foreach (series, name, column) {
        for (size_t i = 0; strcmp(name, "at") != 0 && i < windows; i++) {
            mark_extremes(column, i * count / windows, (i + 1) * count / windows, keep);
        }
    }
    for (size_t i = 0; i < count; i++) {
        kept += keep[i];
    }
    return kept;
}

static json_t *kept_of(const json_t *column, size_t count, const bool *keep)
{
    json_t *thin = json_array();

    for (size_t i = 0; i < count; i++) {
        if (keep[i]) {
            json_array_append(thin, json_array_get(column, i));
        }
    }
    return thin;
}

static void thin(json_t *series, size_t room)
{
    size_t count = json_array_size(json_object_get(series, "at"));
    size_t windows = room / 2;
    const char *name;
    json_t *column;

    if (count <= room) {
        return;
    }
    bool *keep = grow_new(count, sizeof *keep);
    while (mark(series, count, windows, keep) > room && windows > 1) {
        windows /= 2;
    }
    json_object_foreach (series, name, column) {
        json_object_set_new(series, name, kept_of(column, count, keep));
    }
    json_object_set_new(series, "thinned_from", json_integer((json_int_t)count));
    free(keep);
}

/* ---- what a page need not hold ---- */

static void shorten_output(json_t *inspection)
{
    const json_t *output = json_object_get(inspection, "output");
    const char *text = json_string_value(output);
    size_t length = PRINTED;

    if (json_string_length(output) <= PRINTED) {
        return;
    }
    while (((unsigned char)text[length] & 0xc0) == 0x80) { /* within a character */
        length--;
    }
    json_object_set_new(inspection, "output", json_stringn(text, length));
    json_object_set_new(inspection, "cut", json_true());
}

/* What did not move is 0 on the page, as long as its kernel has a counter of that name. */
static void drop_unmoved(json_t *counters)
{
    const char *name;
    json_t *pair;
    void *next;

    json_object_foreach_safe(counters, next, name, pair)
    {
        if (json_equal(json_array_get(pair, 0), json_array_get(pair, 1))) {
            json_object_del(counters, name);
        }
    }
}

/* What the server's host has as the client's is told once; null: the server's has none of it. */
static void drop_same(const json_t *client, json_t *server)
{
    const char *name;
    json_t *value;

    json_object_foreach ((json_t *)client, name, value) {
        const json_t *other = json_object_get(server, name);
        if (json_equal(value, other)) {
            json_object_del(server, name);
        } else if (other == NULL && server != NULL) {
            json_object_set_new(server, name, json_null());
        }
    }
}

static void shorten(json_t *result, size_t room)
{
    const json_t *proxy = json_object_get(result, "proxy");
    const json_t *ends[] = {json_object_get(result, "client"), json_object_get(result, "server"),
                            json_object_get(proxy, "front"), json_object_get(proxy, "back")};
    size_t index;
    json_t *inspection;

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        thin(json_object_get(ends[i], "observations"), room);
        thin(json_object_get(ends[i], "sockstat"), room);
        drop_unmoved(json_object_get(ends[i], "counters"));
    }
    drop_unmoved(json_object_get(proxy, "counters"));
    drop_unmoved(json_object_get(result, "host_counters"));
    drop_same(json_object_get(ends[0], "sysctl"), json_object_get(ends[1], "sysctl"));
    json_array_foreach (json_object_get(result, "inspections"), index, inspection) {
        shorten_output(inspection);
    }
}

/* ---- the page ---- */

/* Without a `<`, which JSON has in texts alone, nothing in there is an end tag or a comment. */
static int put_inert(const char *bytes, size_t length, void *out)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '<') {
            fputs("\\u003c", out);
        } else {
            fputc(bytes[i], out);
        }
    }
    return 0;
}

/* The units of metrics that are no plain counts. */
static json_t *units_of(const struct result *result)
{
    json_t *units = json_object();

    for (size_t i = 0; i < result->metric_count; i++) {
        const char *name = result->metric[i].name;
        const struct metric_info *info = metric_find(name);
        if (info != NULL && (strcmp(info->unit, "s") == 0 || strcmp(info->unit, "bytes") == 0 ||
                             strpbrk(info->unit, "/\xc2") != NULL)) { /* sockets/s, socket·s */
            json_object_set_new(units, name, json_string(info->unit));
        }
    }
    return units;
}

static void write_html(const struct result *const *results, size_t count, FILE *out)
{
    size_t share = ALL_MOMENTS / count;

    for (size_t i = 0; i < count; i++) {
        json_t *json = result_to_json(results[i]);
        shorten(json, share < MOMENTS ? share : MOMENTS);
        json_object_set_new(json, "units", units_of(results[i]));
        fputs("<script type=\"application/json\" class=\"result\">", out);
        (void)json_dump_callback(json, put_inert, out, JSON_COMPACT | JSON_REAL_PRECISION(12));
        fputs("</script>\n", out);
        json_decref(json);
    }
}

const struct report_ops report_html = {
    .name = "html",
    .about = "one page with charts that move, to be opened in a browser; of several results, each "
             "over the others",
    .head = html_head,
    .tail = html_tail,
    .write_all = write_html,
};

#else

const struct report_ops report_html = {
    .name = "html",
    .about = "a page with charts: this finwait was built without it",
    .absent = "this finwait was built without it (cmake -DFINWAIT_HTML=OFF)",
};

#endif
