#ifndef FINWAIT_EXPECT_H
#define FINWAIT_EXPECT_H

#include "finwait/error.h"
#include "finwait/result.h"

/*
 * Expectations: "server.time_wait.peak >= 0.98 * connections.completed".
 *
 *   expectation = term OP term       OP: < <= == != >= >
 *   term        = metric | number | number "*" metric
 *   number      = 42, -1.5, 50k, 64Ki: k M G are thousands, Ki Mi Gi 1024s
 *                 250ms, 5000/s, 64KiB: ns us ms s m h; /s k/s M/s /m /h; B kB MB GB KiB MiB GiB
 *
 * Both terms must be of one quantity: a count, a time, a size, a rate.  A number therefore has a
 * unit where the metric has one ("latency.close.p99 < 50ms", "client.fin_wait2.area < 2s *
 * connections.attempted") and none where it counts; 0 alone may go without.
 *
 * Comparisons are exact, but for products: those are equal within one part in 10^9.
 */

/*
 * Check that `text` is an expectation on metrics that exist.  -1 with STATUS_USAGE, pointing into
 * the text from `where`, with the nearest metric's name.
 */
int expect_check(const char *text, struct where where, struct error *error);

/*
 * Judge `text` on `result` and append the outcome to result->expectation.  -1 as
 * expect_check, nothing appended.
 */
int expect_judge(struct result *result, const char *text, struct where where, struct error *error);

/* Take the one that was judged last back, if its metric was not measured. */
void expect_drop_unmeasured(struct result *result);

/*
 * Judge those of a result that was read again, by its metrics: what the file says of them may have
 * been changed, or be of a finwait that judged otherwise.  What is none, such as one of before
 * units were due, becomes VERDICT_UNJUDGED.
 */
void expect_again(struct result *result);

/*
 * To be called once all are judged.  Where no connection was established, what holds when every
 * metric is 0 holds vacuously, and a connection is expected besides ("connections.opened > 0"),
 * unless an expectation that held asks for just that: "connections.opened == 0", or one that does
 * not hold when every metric is 0, "errors.ECONNREFUSED == 100".  (Attempts, CPU time and the cost
 * of sampling are never 0: they stay as they are.)  Where connections were established, a
 * metric beside connections.completed (foreseen, rate) at 0 holds vacuously, if it would at 0.
 * Where the scenario says load.may_fail: on, all stays as it was judged.  -1: out of memory.
 */
int expect_conclude(struct result *result, struct error *error);

/*
 * What a result comes to: STATUS_OK, every expectation held; STATUS_UNMET, one did not;
 * STATUS_INTERRUPTED, it was cut short.
 */
enum status expect_status(const struct result *result);

#endif
