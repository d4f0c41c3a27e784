#include "finwait/series.h"

#include <math.h>

#include "finwait/clock.h"

/* Unsigned: any two times in order have a distance that fits. */
static double seconds_between(int64_t from, int64_t to)
{
    return (double)((uint64_t)to - (uint64_t)from) / (double)NS_PER_S;
}

/*
 * Sums here run over differences from the first point: a series that never moves then has exactly
 * its value as its mean and 0 as its slope, and times lose no digits.
 */

static double highest(const struct series_point *points, size_t count)
{
    double peak = points[0].value;

    for (size_t i = 1; i < count; i++) {
        if (points[i].value > peak) {
            peak = points[i].value;
        }
    }
    return peak;
}

static double plain_mean(const struct series_point *points, size_t count)
{
    double rise = 0;

    for (size_t i = 1; i < count; i++) {
        rise += points[i].value - points[0].value;
    }
    return points[0].value + rise / (double)count;
}

static double weighted_mean(const struct series_point *points, size_t count)
{
    double span = seconds_between(points[0].at, points[count - 1].at);
    double area = 0; /* above the first value */

    if (span <= 0) {
        return plain_mean(points, count);
    }
    for (size_t i = 1; i < count; i++) {
        double height = (points[i - 1].value + points[i].value) / 2 - points[0].value;
        area += height * seconds_between(points[i - 1].at, points[i].at);
    }
    return points[0].value + area / span;
}

static double least_squares_slope(const struct series_point *points, size_t count)
{
    double mean_time = 0;
    double mean_value = plain_mean(points, count);
    double covariance = 0;
    double variance = 0;

    for (size_t i = 0; i < count; i++) {
        mean_time += seconds_between(points[0].at, points[i].at) / (double)count;
    }
    for (size_t i = 0; i < count; i++) {
        double time = seconds_between(points[0].at, points[i].at) - mean_time;
        covariance += time * (points[i].value - mean_value);
        variance += time * time;
    }
    return variance > 0 ? covariance / variance : 0;
}

size_t series_end(struct series_point *points, size_t count, int64_t to)
{
    size_t kept = count;

    while (kept > 0 && points[kept - 1].at > to) {
        kept--;
    }
    if (kept == 0) {
        return 0;
    }
    double value = points[kept - 1].value;
    if (kept < count) {
        double whole = seconds_between(points[kept - 1].at, points[kept].at);
        double part = seconds_between(points[kept - 1].at, to);
        value += (points[kept].value - value) * (part / whole);
    }
    points[kept] = (struct series_point){to, value};
    return kept + 1;
}

struct series_summary series_summarise(const struct series_point *points, size_t count,
                                       int64_t from, int64_t to)
{
    while (count > 0 && points->at < from) {
        points++;
        count--;
    }
    while (count > 0 && points[count - 1].at > to) {
        count--;
    }
    if (count == 0) {
        return (struct series_summary){0};
    }
    double mean = weighted_mean(points, count);
    return (struct series_summary){
        .count = count,
        .peak = highest(points, count),
        .mean = mean,
        .last = points[count - 1].value,
        .slope = least_squares_slope(points, count),
        .area = mean * seconds_between(points[0].at, points[count - 1].at),
    };
}

/* The place of `at` among `count` equal cells of the span; `at` is within it. */
static size_t cell_at(int64_t at, int64_t from, int64_t to, size_t count)
{
    double share = to > from ? seconds_between(from, at) / seconds_between(from, to) : 0;
    size_t cell = (size_t)(share * (double)count);

    return cell < count ? cell : count - 1;
}

/* The straight line through two points at `seconds` behind the first. */
static double on_line(const struct series_point *points, double seconds)
{
    double whole = seconds_between(points[0].at, points[1].at);

    return whole > 0 ? points[0].value + (points[1].value - points[0].value) * seconds / whole
                     : points[1].value;
}

/* The value in the middle of a cell that no point lies in. */
static double between(const struct series_point *points, size_t point_count, int64_t middle)
{
    size_t after = 0;

    while (after < point_count && points[after].at < middle) {
        after++;
    }
    if (after == 0 || after == point_count) {
        return NAN;
    }
    return on_line(points + after - 1, seconds_between(points[after - 1].at, middle));
}

void series_cells(const struct series_point *points, size_t point_count, int64_t from, int64_t to,
                  double *cell, size_t count)
{
    double width = seconds_between(from, to) * (double)NS_PER_S / (double)count;

    for (size_t i = 0; i < count; i++) {
        cell[i] = NAN;
    }
    for (size_t i = 0; i < point_count; i++) {
        if (points[i].at >= from && points[i].at <= to) {
            double *mine = &cell[cell_at(points[i].at, from, to, count)];
            *mine = fmax(*mine, points[i].value);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (isnan(cell[i])) {
            cell[i] = between(points, point_count, from + (int64_t)(width * ((double)i + 0.5)));
        }
    }
}
