#ifndef FINWAIT_SPARK_H
#define FINWAIT_SPARK_H

#include <stdbool.h>
#include <stddef.h>

/* A sparkline: a row of bars, one column wide each, that shows how a value moved. */

/* Bytes that a bar takes at most: those of the blocks are three in UTF-8. */
#define SPARK_BYTES 3

/* The size of a text for so many bars. */
#define SPARK_TEXT(bars) ((bars)*SPARK_BYTES + 1)

/*
 * Draw a bar for each of `count` values into `text`, which has room for SPARK_TEXT(count), and
 * return it.  `full` is what fills a bar, and 0 or less: the highest of the values.  Only 0 and
 * less has the lowest bar, however small a value above it is; NAN, which was not measured, is a
 * blank.  `plain`: in ASCII, "_.:-=+*#", else in the blocks of UTF-8, "▁▂▃▄▅▆▇█".
 */
char *spark_draw(char *text, const double *value, size_t count, double full, bool plain);

#endif
