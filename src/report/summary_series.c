#include <stdlib.h>

#include "finwait/grow.h"
#include "finwait/series.h"
#include "finwait/spark.h"
#include "summary.h"

/* How the sockets of a state came and went. */

struct points {
    size_t count;
    struct series_point *point; /* owned */
};

static struct points points_of(const struct result *result, enum side side, enum tcp_state state)
{
    struct points points;

    points.point = result_points(&result->side[side], state, &points.count);
    return points;
}

/* ---- its shape ---- */

enum { QUARTERS = 4 };

/* A quarter's mean is some of the one's before it at least, or at most. */
#define MORE 1.1
#define LESS 0.9
/* All of them are within so much of the highest. */
#define LEVEL 0.8
/* A sample that falls by no more goes on growing, and one that rises by no more falling; of all of
 * them so many do. */
#define RIPPLE 0.05
#define MOST   0.9
/* Of fewer sockets nothing is said. */
#define FEW 10

/* The means of the load's quarters; false where samples are too few to tell. */
static bool quarters_of(const struct points *points, int64_t load, double mean[QUARTERS])
{
    for (int i = 0; i < QUARTERS; i++) {
        struct series_summary summary = series_summarise(
            points->point, points->count, load / QUARTERS * i, load / QUARTERS * (i + 1));
        if (summary.count < 2) {
            return false;
        }
        mean[i] = summary.mean;
    }
    return true;
}

/* The share of the load's samples that go on in the direction of `sign`, but for ripples. */
static double share_that_go(const struct points *points, int64_t load, double sign)
{
    size_t steps = 0, going = 0;

    for (size_t i = 1; i < points->count && points->point[i].at <= load; i++) {
        double before = points->point[i - 1].value;
        steps += points->point[i].at > 0;
        going +=
            points->point[i].at > 0 && (points->point[i].value - before) * sign >= -RIPPLE * before;
    }
    return steps > 0 ? (double)going / (double)steps : 0;
}

enum shape { SHAPE_NONE, SHAPE_GROWING, SHAPE_FLAT, SHAPE_FALLING, SHAPE_N };

static enum shape shape_of(const struct points *points, int64_t load)
{
    double mean[QUARTERS];
    bool grows = share_that_go(points, load, 1) >= MOST;
    bool falls = share_that_go(points, load, -1) >= MOST;
    double least, most;

    if (!quarters_of(points, load, mean)) {
        return SHAPE_NONE;
    }
    least = most = mean[0];
    for (int i = 1; i < QUARTERS; i++) {
        grows &= mean[i] > mean[i - 1] * MORE;
        falls &= mean[i] < mean[i - 1] * LESS;
        least = mean[i] < least ? mean[i] : least;
        most = mean[i] > most ? mean[i] : most;
    }
    return grows                               ? SHAPE_GROWING
           : falls                             ? SHAPE_FALLING
           : most > 0 && least >= most * LEVEL ? SHAPE_FLAT
                                               : SHAPE_NONE;
}

const char *summary_shape(const struct summary *summary, enum side side, enum tcp_state state)
{
    static const char *const words[SHAPE_N][2] = {
        [SHAPE_NONE] = {"", "drained"},
        [SHAPE_GROWING] = {"growing", "growing, drained"},
        [SHAPE_FLAT] = {"flat", "flat, drained"},
        [SHAPE_FALLING] = {"falling", "falling, drained"},
    };
    const struct phase_span *load = &summary->facts.result->phase[PHASE_LOAD];
    struct points points = points_of(summary->facts.result, side, state);
    enum shape shape = load->reached ? shape_of(&points, load->end) : SHAPE_NONE;
    bool drained = summary->facts.side[side].settled && points.count > 0 &&
                   points.point[points.count - 1].value <= 0;

    free(points.point);
    return summary->facts.side[side].peak[state] < FEW ? "" : words[shape][drained];
}

/* ---- its sparkline ---- */

int64_t summary_span(const struct summary *summary, enum side side)
{
    const struct result_side *seen = &summary->facts.result->side[side];

    return seen->observation_count > 0 ? seen->observation[seen->observation_count - 1].at : 0;
}

char *summary_spark(const struct summary *summary, enum side side, enum tcp_state state,
                    size_t columns)
{
    struct points points = points_of(summary->facts.result, side, state);
    int64_t end = summary_span(summary, side);
    double *cell = grow_new(columns + 1, sizeof *cell);
    char *text = grow_bytes(SPARK_TEXT(columns));

    text[0] = '\0';
    if (end > 0) {
        series_cells(points.point, points.count, 0, end, cell, columns);
        spark_draw(text, cell, columns, 0, summary->plain);
    }
    free(cell);
    free(points.point);
    return text;
}
