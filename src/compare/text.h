#ifndef FINWAIT_COMPARE_TEXT_H
#define FINWAIT_COMPARE_TEXT_H

#include <stdio.h>

#include "finwait/comparison.h"

/* The columns that nothing of the table goes beyond. */
#define TEXT_WIDTH 80

/* Print a sentence, wrapped, `indent` columns in.  Frees it (text_say.c). */
void text_say(char *sentence, size_t indent, FILE *out);

/* What is to be said of one variant against the baseline (text_rows.c). */
void text_variant(const struct comparison *comparison, size_t variant, FILE *out);

#endif
