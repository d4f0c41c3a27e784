#ifndef FINWAIT_LOAD_INHERIT_H
#define FINWAIT_LOAD_INHERIT_H

#include <stdint.h>

/*
 * Let a child of this process have `fd`, and nothing else, open for `ns`: until then a close(2) in
 * this process sends nothing.  It ends with this process; the kernel reaps it (SIGCHLD must be
 * ignored).  Returns at once: 0, or the errno of fork(2).
 */
int inherit_descriptor(int fd, int64_t ns);

#endif
