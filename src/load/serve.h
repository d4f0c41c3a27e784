#ifndef FINWAIT_LOAD_SERVE_H
#define FINWAIT_LOAD_SERVE_H

#include <stdint.h>

/* How a server's connections begin. */

struct worker;
struct serve;

/* Accept on `listeners` from now on.  NULL when out of memory. */
struct serve *serve_new(struct worker *worker, const int *listeners, uint32_t count);

/* Whether it is this worker's turn to accept is to be seen anew: some ten times a second. */
void serve_review(struct serve *serve);

#endif
