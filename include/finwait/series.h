#ifndef FINWAIT_SERIES_H
#define FINWAIT_SERIES_H

#include <stddef.h>
#include <stdint.h>

/*
 * A value observed at moments in time, e.g. the number of sockets in TIME_WAIT.
 * Between two samples the value is taken to move in a straight line.
 */

struct series_point {
    int64_t at; /* ns */
    double value;
};

/* Summary of the points with from <= at <= to. */
struct series_summary {
    size_t count;
    double peak;  /* the highest value */
    double mean;  /* time-weighted (trapezoids); the plain value for a single point */
    double last;  /* the latest value */
    double slope; /* least squares, per second; 0 for fewer than two points */
    double area;  /* integral over time, value × seconds */
};

/*
 * End the series at `to`: what comes later goes, and a point at `to` is put in its place, on the
 * straight line to the first of them, or at the last value seen where there are none.  `points` are
 * in order of time, the first not after `to`, with room for one more.  Returns how many they are.
 */
size_t series_end(struct series_point *points, size_t count, int64_t to);

/* All fields 0 when no point lies in the range.  `points` are in order of time. */
struct series_summary series_summarise(const struct series_point *points, size_t count,
                                       int64_t from, int64_t to);

/*
 * Share the time from `from` to `to` out among `count` cells: of each the highest of its points,
 * or, where it has none, what the straight line between its neighbours is at its middle; NAN before
 * the first point and after the last.  For a sparkline (finwait/spark.h): no peak is lost.
 */
void series_cells(const struct series_point *points, size_t point_count, int64_t from, int64_t to,
                  double *cell, size_t count);

#endif
