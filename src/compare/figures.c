#include "figures.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "finwait/clock.h"
#include "finwait/units.h"

static bool has_unit(const char *metric, const char *unit)
{
    const struct metric_info *info = metric_find(metric);

    return info != NULL && strcmp(info->unit, unit) == 0;
}

char *figure_value(char text[FIGURE_TEXT], const char *metric, double value)
{
    if (has_unit(metric, "s") && fabs(value) < 1e9) {
        return units_human_duration(text, FIGURE_TEXT, llround(value * (double)NS_PER_S));
    }
    char count[UNITS_TEXT];
    bool rate = has_unit(metric, "1/s") || has_unit(metric, "sockets/s");
    snprintf(text, FIGURE_TEXT, "%s%s", units_human_count(count, sizeof count, value),
             rate ? "/s" : "");
    return text;
}

/* Of a baseline near 0, shares grow beyond what they tell. */
static bool is_share(const struct comparison_row *row)
{
    return fabs(row->baseline) > 0 && fabs(row->difference) < 10 * fabs(row->baseline);
}

/* A share as a number of percent: two digits, or all of those before the point. */
static int put_percent(char *text, size_t size, const char *sign, double percent)
{
    return snprintf(text, size, "%s%.*f", percent < 0 ? "-" : sign, fabs(percent) < 9.95 ? 1 : 0,
                    fabs(percent));
}

/* A difference in the metric's unit, with its sign. */
static void put_signed(char *text, const char *metric, double value)
{
    char figure[FIGURE_TEXT];

    figure_value(figure, metric, fabs(value));
    snprintf(text, FIGURE_TEXT, "%s%.40s", value < 0 ? "-" : value > 0 ? "+" : "", figure);
}

char *figure_change(char text[FIGURE_TEXT], const struct comparison_row *row)
{
    if (is_share(row)) {
        int length =
            put_percent(text, FIGURE_TEXT, "+", 100 * row->difference / fabs(row->baseline));
        snprintf(text + length, FIGURE_TEXT - (size_t)length, " %%");
    } else {
        put_signed(text, row->metric, row->difference);
    }
    return text;
}

char *figure_interval(char text[FIGURE_TEXT], const struct comparison_row *row)
{
    char low[FIGURE_TEXT];
    char high[FIGURE_TEXT];

    if (row->exact || !row->has_interval) {
        snprintf(text, FIGURE_TEXT, "%s", row->exact ? "exact" : "n too small");
        return text;
    }
    if (is_share(row)) {
        put_percent(low, sizeof low, "+", 100 * row->low / fabs(row->baseline));
        put_percent(high, sizeof high, "+", 100 * row->high / fabs(row->baseline));
    } else {
        put_signed(low, row->metric, row->low);
        put_signed(high, row->metric, row->high);
    }
    snprintf(text, FIGURE_TEXT, "%.20s to %.20s%s", low, high, is_share(row) ? " %" : "");
    return text;
}

char *figure_detectable(char text[FIGURE_TEXT], const struct comparison_row *row)
{
    double share = fabs(row->detectable / row->baseline); /* of 0: infinite, or no number */

    if (!row->has_detectable) {
        text[0] = '\0';
    } else if (share < 10) {
        int length = put_percent(text, FIGURE_TEXT, "", 100 * share);
        snprintf(text + length, FIGURE_TEXT - (size_t)length, "%%");
    } else {
        figure_value(text, row->metric, row->detectable);
    }
    return text;
}

char *figure_p(char text[FIGURE_TEXT], const struct comparison_row *row)
{
    if (!row->has_p) {
        text[0] = '\0';
    } else if (row->p < 0.001) {
        snprintf(text, FIGURE_TEXT, "<.001");
    } else {
        snprintf(text, FIGURE_TEXT, "%.3f", row->p);
    }
    return text;
}
