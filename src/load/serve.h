#ifndef FINWAIT_LOAD_SERVE_H
#define FINWAIT_LOAD_SERVE_H

#include <stdint.h>

/* How a server's connections begin. */

struct worker;
struct serve;

/* Accept on `listeners` from now on.  NULL when out of memory. */
struct serve *serve_new(struct worker *worker, const int *listeners, uint32_t count);

/* See anew whether it is this worker's turn to accept.  Returns after how many ns that is due
 * again: 100 ms, or up to 500 where many stand by before this one. */
int64_t serve_review(struct serve *serve);

#endif
