#ifndef FINWAIT_RESULT_GROW_H
#define FINWAIT_RESULT_GROW_H

#include <stddef.h>

/* Memory for the lists of a result.  Without memory the process aborts: a result that silently
 * lacks a line would be worse. */

/* `count` zeroed items of `size` bytes. */
void *grow_new(size_t count, size_t size);

/* `items` with room for one more than the `count` there are. */
void *grow_by_one(void *items, size_t count, size_t size);

/* A copy of `text`; NULL stays NULL. */
char *grow_text(const char *text);

#endif
