#ifndef FINWAIT_CLOCK_H
#define FINWAIT_CLOCK_H

#include <stdint.h>
#include <sys/time.h>

/* Times and durations are int64_t nanoseconds everywhere. */

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

/* CLOCK_MONOTONIC, the same for every process of the machine. */
int64_t clock_now(void);

/* CPU time of the calling thread (CLOCK_THREAD_CPUTIME_ID). */
int64_t clock_thread_cpu(void);

/* `ns` as the struct timeval that libevent takes, rounded up to 1 µs; 0 for a time gone by. */
struct timeval clock_timeval(int64_t ns);

#endif
