#include "finwait/spark.h"

#include <math.h>
#include <string.h>

static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const signs[] = {"_", ".", ":", "-", "=", "+", "*", "#"};

enum { HEIGHTS = sizeof blocks / sizeof blocks[0] };

static double highest(const double *value, size_t count)
{
    double most = 0;

    for (size_t i = 0; i < count; i++) {
        most = fmax(most, value[i]); /* which passes over NAN */
    }
    return most;
}

/* The lowest bar is 0's alone. */
static size_t height(double value, double full)
{
    if (value <= 0) {
        return 0;
    }
    return value >= full ? HEIGHTS - 1 : 1 + (size_t)(value / full * (HEIGHTS - 1));
}

char *spark_draw(char *text, const double *value, size_t count, double full, bool plain)
{
    const char *const *bars = plain ? signs : blocks;
    char *end = text;

    if (!(full > 0)) {
        full = highest(value, count);
    }
    for (size_t i = 0; i < count; i++) {
        end = stpcpy(end, isnan(value[i]) ? " " : bars[height(value[i], full)]);
    }
    *end = '\0';
    return text;
}
