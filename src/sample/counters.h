#ifndef SAMPLE_COUNTERS_H
#define SAMPLE_COUNTERS_H

#include "finwait/error.h"
#include "finwait/observation.h"

/* The counters of /proc/net/snmp and /proc/net/netstat, named as nstat(8) names them. */

/* The two files of one namespace; -1 for one that is not there. */
struct counter_files {
    int snmp;
    int netstat;
};

/*
 * Open them in the calling thread's namespace.  A file that /proc does not show is no error: its
 * counters are then absent.  After a failure counter_files_close is allowed.
 */
int counter_files_open(struct counter_files *files, struct error *error);
void counter_files_close(struct counter_files *files);

/*
 * Read all counters as `after`.  One seen earlier keeps its `before`; a new one has begun at 0,
 * as the kernel lists some (IcmpMsg) only once they count.  `counters` grows as needed.
 */
int counters_read(struct counters *counters, const struct counter_files *files,
                  struct error *error);

/* Make every `before` what `after` is. */
void counters_mark(struct counters *counters);

/*
 * The parser of both files: pairs of lines "Tcp: NAME...", "Tcp: VALUE...".  A column without a
 * value, or with one that is no 64-bit number, is absent; lines that pair with none are skipped.
 * Negative values (MaxConn) are kept as two's complement.  -1 only when out of memory.
 */
int counters_parse(struct counters *counters, const char *text);

#endif
