#ifndef FINWAIT_COMPARE_FIGURES_H
#define FINWAIT_COMPARE_FIGURES_H

#include <stdbool.h>
#include <stddef.h>

#include "finwait/comparison.h"

/* Figures of a row as the table has them. */
#define FIGURE_TEXT 48

/* A value in the metric's unit: "11,309/s", "1.23 ms", "200". */
char *figure_value(char text[FIGURE_TEXT], const char *metric, double value);

/* By how much it differs: "+9.6 %" of the baseline's median, or "+200" where that says little. */
char *figure_change(char text[FIGURE_TEXT], const struct comparison_row *row);

/* The interval in the same form, "+8.1 to +11 %", or why there is none. */
char *figure_interval(char text[FIGURE_TEXT], const struct comparison_row *row);

/* The smallest difference it could have seen, "4.1%"; "" when there is none. */
char *figure_detectable(char text[FIGURE_TEXT], const struct comparison_row *row);

/* "0.019", "<.001", "" for none. */
char *figure_p(char text[FIGURE_TEXT], const struct comparison_row *row);

#endif
