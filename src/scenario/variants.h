#ifndef FINWAIT_SCENARIO_VARIANTS_H
#define FINWAIT_SCENARIO_VARIANTS_H

#include "finwait/grow.h"
#include "tree.h"

/* Values of variants as text (variant_text.c). */

/* What --set would take for `node` as the option `path`; free() it. */
char *variant_text(const char *path, const struct tree *node);

/* Such a text as a value of YAML within brackets. */
void variant_write(struct grow_stream *stream, const char *text);

#endif
