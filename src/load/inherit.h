#ifndef FINWAIT_LOAD_INHERIT_H
#define FINWAIT_LOAD_INHERIT_H

#include <stdint.h>

/*
 * Let a child of this process have `fd`, and nothing else, open for `ns`: until then a close(2) in
 * this process sends nothing, nor does its death.  The child ends earlier when the other end of
 * `leash` is closed (leash.h); the kernel reaps it (SIGCHLD must be ignored).  Returns at once: 0,
 * or the errno of fork(2).
 */
int inherit_descriptor(int fd, int64_t ns, int leash);

#endif
