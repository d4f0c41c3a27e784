#include <string.h>

#include "summary.h"

/* How long the steps took, as each side timed them. */

/* One figure of a histogram; negative: the longest. */
struct figure {
    const char *name;
    double quantile;
    bool wide; /* where there is room for more */
};

static const struct figure figures[] = {
    {"p50", 0.5, false},   {"p90", 0.9, true}, {"p99", 0.99, false},
    {"p999", 0.999, true}, {"max", -1, false},
};
#define FIGURES (sizeof figures / sizeof figures[0])

enum { NAME = 14, COLUMN = 10, NARROW = 80, WIDE = 120 };

static const struct histogram *timed(const struct summary *summary, unsigned side, unsigned kind)
{
    return &summary->facts.result->side[side].account.latency[kind];
}

static bool was_timed(const struct summary *summary, unsigned kind)
{
    return timed(summary, SIDE_CLIENT, kind)->count + timed(summary, SIDE_SERVER, kind)->count > 0;
}

/* What a life took is told where nothing in it was timed. */
static bool is_told(const struct summary *summary, unsigned kind)
{
    bool told = was_timed(summary, kind);

    for (unsigned other = 0; kind == LATENCY_LIFE && other < LATENCY_LIFE; other++) {
        told &= !was_timed(summary, other);
    }
    return told;
}

static bool is_timed(const struct summary *summary, unsigned side)
{
    for (unsigned kind = 0; kind < LATENCY_N; kind++) {
        if (is_told(summary, kind) && timed(summary, side, kind)->count > 0) {
            return true;
        }
    }
    return false;
}

static bool has_column(const struct summary *summary, const struct figure *figure)
{
    return !figure->wide || summary->width >= WIDE;
}

/* The sides that a table tells of. */
struct sides {
    size_t count;
    unsigned side[SIDE_N];
};

static void print_title(const struct summary *summary, unsigned side)
{
    const char *name = side_name((enum side)side);
    int room = COLUMN - (int)strlen(name);

    fprintf(summary->out, "  %s", name);
    for (size_t i = 0; i < FIGURES; i++) {
        if (has_column(summary, &figures[i])) {
            fprintf(summary->out, "%*s", i == 0 ? room : COLUMN, figures[i].name);
        }
    }
}

static void print_titles(const struct summary *summary, const struct sides *sides)
{
    FILE *out = summary->out;

    fputc('\n', out);
    ink_begin(INK_BOLD, out);
    fprintf(out, "%-*s", NAME, "Latency");
    ink_end(out);
    for (size_t i = 0; i < sides->count; i++) {
        print_title(summary, sides->side[i]);
    }
    fputc('\n', out);
}

static void print_figures(const struct summary *summary, const struct histogram *histogram)
{
    fputs("  ", summary->out);
    for (size_t i = 0; i < FIGURES; i++) {
        if (has_column(summary, &figures[i])) {
            int64_t ns = figures[i].quantile < 0
                             ? histogram->max
                             : histogram_quantile(histogram, figures[i].quantile);
            fprintf(summary->out, "%*s", COLUMN, histogram->count > 0 ? DURATION(ns) : "-");
        }
    }
}

static void print_kind(const struct summary *summary, const struct sides *sides, unsigned kind)
{
    bool any = false;

    for (size_t i = 0; i < sides->count; i++) {
        any |= timed(summary, sides->side[i], kind)->count > 0;
    }
    if (any && is_told(summary, kind)) {
        fprintf(summary->out, "  %-*s", NAME - 2, latency_name((enum latency)kind));
        for (size_t i = 0; i < sides->count; i++) {
            print_figures(summary, timed(summary, sides->side[i], kind));
        }
        fputc('\n', summary->out);
    }
}

static void print_table(const struct summary *summary, const struct sides *sides)
{
    print_titles(summary, sides);
    for (unsigned kind = 0; kind < LATENCY_N; kind++) {
        print_kind(summary, sides, kind);
    }
}

/* Both sides in a table where there is room, else one below the other. */
void summary_latency(const struct summary *summary)
{
    struct sides sides = {0};

    for (unsigned side = 0; side < SIDE_N; side++) {
        if (is_timed(summary, side)) {
            sides.side[sides.count++] = side;
        }
    }
    if (sides.count == SIDE_N && summary->width < NARROW) {
        for (unsigned side = 0; side < SIDE_N; side++) {
            print_table(summary, &(struct sides){.count = 1, .side = {side}});
        }
    } else if (sides.count > 0) {
        print_table(summary, &sides);
    }
}
