#ifndef FINWAIT_PROGRAM_DRAW_H
#define FINWAIT_PROGRAM_DRAW_H

#include "finwait/model.h"

/* In words: what each side passes through and rests in. */
void tell_end(const struct model_end *end, const struct model_input *input, FILE *out);

/* Print `text` in lines of at most 78 columns, those after the first indented. */
void tell_wrapped(const char *text, FILE *out);

#endif
