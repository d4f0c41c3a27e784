#ifndef FINWAIT_RESULT_METRICS_H
#define FINWAIT_RESULT_METRICS_H

#include <stdbool.h>
#include <stddef.h>

#include "finwait/account.h"
#include "finwait/metric.h"

/*
 * The metrics, one row each: pattern, unit, how it is read (readers.h) and what it means.  The
 * plain counters of the roles, the rows of ACCOUNT, follow.
 */
#define METRICS(X)                                                                                 \
    X(METRIC_PEAK, "<end>.<state>.peak", "sockets", read_peak,                                     \
      "most sockets seen in the state from the start of load on, decay included")                  \
    X(METRIC_MEAN, "<end>.<state>.mean", "sockets", read_mean,                                     \
      "sockets in the state, averaged over the time from the start of load to the end of settle: " \
      "trapezoids between what stood at the start and each observation")                           \
    X(METRIC_FINAL, "<end>.<state>.final", "sockets", read_final,                                  \
      "sockets in the state at the end of settle, before anything is torn down")                   \
    X(METRIC_SLOPE, "<end>.<state>.slope", "sockets/s", read_slope,                                \
      "how fast the sockets in the state grow during load (least squares)")                        \
    X(METRIC_AREA, "<end>.<state>.area", "socket·s", read_area,                                    \
      "time spent in the state from the start of load on, summed over all sockets and all "        \
      "observations: trapezoids, as of mean")                                                      \
    X(METRIC_LAST, "<end>.<state>.last", "s", read_last,                                           \
      "from the start of load until the last observation that saw a socket in the state, decay "   \
      "included; absent: none did")                                                                \
    X(METRIC_UNACCEPTED, "<end>.close_wait.unaccepted", "sockets", read_unaccepted,                \
      "of close_wait.final: in the accept queue, where no descriptor names them")                  \
    X(METRIC_ACCEPT_QUEUE, "<end>.accept_queue.final", "sockets", read_accept_queue,               \
      "connections that waited to be accepted at the end of settle (Recv-Q of LISTEN); absent: "   \
      "no listener was seen")                                                                      \
    X(METRIC_LISTEN_BACKLOG, "<end>.listen_backlog.final", "connections", read_listen_backlog,     \
      "how many the accept queue may hold: listen's backlog, cut to net.core.somaxconn (Send-Q "   \
      "of LISTEN); absent: no listener was seen")                                                  \
    X(METRIC_FIN_UNSENT, "<end>.fin_unsent.final", "sockets", read_fin_unsent,                     \
      "sockets in fin_wait1, closing or last_ack that probed a closed window at the end of "       \
      "settle: their FIN has not been sent")                                                       \
    X(METRIC_STOOD_BEFORE, "<side>.stood_before", "sockets", read_stood_before,                    \
      "lab: host: sockets that stood on the server's port before the run, left out of all others") \
    X(METRIC_COUNTER, "<side>.counter.<name>", "events", read_counter,                             \
      "a counter of the side's own host as nstat names it, over load and settle")                  \
    X(METRIC_HOST_COUNTER, "host.counter.<name>", "events", read_host_counter,                     \
      "lab: host: a counter of the whole machine, over load and settle")                           \
    X(METRIC_PROXY_COUNTER, "proxy.counter.<name>", "events", read_proxy_counter,                  \
      "with a proxy in a private lab: a counter of the server's host, which the proxy shares; no " \
      "server.counter.<name> is told then, for nobody knows whose events it counted")              \
    X(METRIC_ATTEMPTED, "connections.attempted", "connections", read_tally,                        \
      "connections begun (by the client; accepted, when only the server is played)")               \
    X(METRIC_SCHEDULED, "connections.scheduled", "connections", read_scheduled,                    \
      "with load.rate: how many were to be begun, in time or late; absent: the run was cut short") \
    X(METRIC_MISSED, "connections.missed", "connections", read_missed,                             \
      "how many were to be begun and never were: due in an open loop, or of load.connections "     \
      "where no load.duration ends it sooner; absent: the run was cut short")                      \
    X(METRIC_OPENED, "connections.opened", "connections", read_opened,                             \
      "connections that were established: those that the client saw, and of its killed ones "      \
      "those that the server accepted")                                                            \
    X(METRIC_SLOWDOWN, "connections.opened.slowdown", "ratio", read_slowdown,                      \
      "by which part the rate of opening fell from their first tenth to the last: 0.2 is a "       \
      "fifth, "                                                                                    \
      "less than 0: it rose; absent: one of the two took less than 100 ms")                        \
    X(METRIC_COMPLETED, "connections.completed", "connections", read_tally,                        \
      "connections that ended as their order foresees, with every message that was due to them, "  \
      "and no status outside http.ok")                                                             \
    X(METRIC_FAILED, "connections.failed", "connections", read_tally,                              \
      "connections that ended otherwise: attempted, less completed, less still open")              \
    X(METRIC_CLOSED_FIRST, "closed_first.<closer>", "connections", read_closed_first,              \
      "whose FIN or RST was the first, as the kernels counted it or else as both roles saw it; "   \
      "client: of a foreign server, whose own may have crossed it on the way; proxy: the one "     \
      "between, as the client saw it (the server without a client)")                               \
    X(METRIC_FORESEEN, "connections.foreseen", "connections", read_tally,                          \
      "connections that ended as the model foresees, with their messages or without; where it "    \
      "knows nothing: that came to the end of their program")                                      \
    X(METRIC_RATE, "connections.rate", "1/s", read_rate, "connections completed a second of load") \
    X(METRIC_LATENCY, "latency.<latency>.<stat>", "s", read_latency,                               \
      "a stretch of each connection's life, as the client saw it (the server without a client)")   \
    X(METRIC_QUANTILE, "latency.<latency>.<quantile>", "s", read_quantile,                         \
      "the time that 50, 90, 99 or 99.9 % of the connections needed at most")                      \
    X(METRIC_ERRORS, "errors.<ERRNO>", "errors", read_errors,                                      \
      "how often either role met the errno")                                                       \
    X(METRIC_SIDE_ERRORS, "<side>.errors.<ERRNO>", "errors", read_side_errors,                     \
      "how often the role met the errno")                                                          \
    X(METRIC_OUTCOME, "outcome.<outcome>", "connections", read_outcome,                            \
      "connections that ended so, as the client saw them (the server without a client)")           \
    X(METRIC_SIDE_OUTCOME, "<side>.outcome.<outcome>", "connections", read_side_outcome,           \
      "connections that ended so, as the role saw them")                                           \
    X(METRIC_DUE, "<side>.message_due", "connections", read_due,                                   \
      "connections that were established and ended while a message was due to the role, or after " \
      "a status outside http.ok")                                                                  \
    X(METRIC_HTTP, "<side>.http.<class>", "responses", read_http,                                  \
      "protocol: http: responses the role read (server: sent), by the class of their status; 1xx " \
      "are skipped, and a response follows")                                                       \
    X(METRIC_HTTP_STATUS, "<side>.http.status.<code>", "responses", read_http,                     \
      "protocol: http: responses the role read (server: sent), by their status")                   \
    X(METRIC_HTTP_OK, "client.http.ok", "responses", read_http_ok,                                 \
      "protocol: http: responses whose status is within http.ok; absent: none was read")           \
    X(METRIC_MIX_ATTEMPTED, "client.mix.<name>.attempted", "connections", read_mix,                \
      "client.mix: connections begun that ran the program of that name")                           \
    X(METRIC_MIX_OPENED, "client.mix.<name>.opened", "connections", read_mix,                      \
      "client.mix: those of them that were established")                                           \
    X(METRIC_MIX_COMPLETED, "client.mix.<name>.completed", "connections", read_mix,                \
      "client.mix: those that ended as foreseen, as of connections.completed")                     \
    X(METRIC_MIX_FAILED, "client.mix.<name>.failed", "connections", read_mix,                      \
      "client.mix: those that ended otherwise, as of connections.failed")                          \
    X(METRIC_MIX_OUTCOME, "client.mix.<name>.outcome.<outcome>", "connections", read_mix,          \
      "client.mix: those that ended so, as the client saw them")                                   \
    X(METRIC_WORKERS_DIED, "<side>.workers_died", "processes", read_workers_died,                  \
      "workers of the role that ended before they were told to")                                   \
    X(METRIC_STOOD_STILL, "<side>.stood_still", "s", read_stood_still,                             \
      "longest time in which a worker of the role did nothing it had to, to 0.1 s: it was "        \
      "stopped, "                                                                                  \
      "had no CPU, or was at one thing")                                                           \
    X(METRIC_FIRST_NO_PORT, "client.first_no_port", "s", read_first_no_port,                       \
      "from the start of the load until no local port was left for the first time; absent: never") \
    X(METRIC_LAST_BEGUN, "client.last_begun", "s", read_last_begun,                                \
      "from the start of the load until the client began its last connection; absent: none")       \
    X(METRIC_KEEP_ALIVE, "client.http.keep_alive_timeout", "s", read_keep_alive,                   \
      "protocol: http: the shortest time for which a response said that an idle connection is "    \
      "kept, by Keep-Alive: timeout; absent: none said so")                                        \
    X(METRIC_RESTART, "timeline.restart", "s", read_restart,                                       \
      "time from the last start of a killed role until its workers were ready")                    \
    X(METRIC_SIDE_RESTART, "<side>.restart", "s", read_side_restart,                               \
      "the same of the role's own last start")                                                     \
    X(METRIC_RESTART_LONGER, "<side>.restart.longer", "s", read_restart_longer,                    \
      "by how much that took longer than the first start of the side's command; less than 0: "     \
      "not so long")                                                                               \
    X(METRIC_REFUSALS, "timeline.refusals", "errors", read_refusals,                               \
      "how often bind(2) said EADDRINUSE to roles that were started again")                        \
    X(METRIC_TLS, "<side>.tls.<tls>", "events", read_tls,                                          \
      "transport: tls: what the role counted of it, over all of its connections")                  \
    X(METRIC_TLS_FULL, "tls.full.rate", "1/s", read_tls_rate,                                      \
      "full TLS handshakes a second of load, as the client saw them (the server without a "        \
      "client)")                                                                                   \
    X(METRIC_TLS_RESUMED, "tls.resumed.rate", "1/s", read_tls_rate,                                \
      "TLS handshakes that resumed a session, a second of load, as above")                         \
    X(METRIC_MEMORY, "<side>.memory_per_connection", "bytes", read_memory,                         \
      "memory the role's workers took for a connection, by when most were open; absent: none")     \
    X(METRIC_KERNEL_MEMORY, "<side>.kernel_memory.<state>", "bytes", read_kernel_memory,           \
      "memory the kernel took for a socket in the state at the end of settle: its objects and "    \
      "what "                                                                                      \
      "was queued; absent: there was none, or /sys/kernel/slab is not readable (root's)")          \
    X(METRIC_COMMAND_STATUS, "<player>.command.status", "status", read_command_status,             \
      "how the first process of the command ended: its exit status, or 128 and the "               \
      "signal's number")                                                                           \
    X(METRIC_COMMAND_CPU, "<player>.command.cpu", "s", read_command_cpu,                           \
      "CPU time of the command, of all of its processes, from its start to its end")               \
    X(METRIC_COMMAND_RSS, "<player>.command.rss", "bytes", read_command_rss,                       \
      "most memory that one process of the command had in RAM")                                    \
    X(METRIC_COMMAND_KILLED, "<player>.command.killed", "processes", read_command_killed,          \
      "processes of the command that had not ended when its grace was over")                       \
    X(METRIC_COMMAND_RUNS, "<player>.command.runs", "processes", read_command_runs,                \
      "1: the first process of the command had not ended at the end of settle; 0: it had")         \
    X(METRIC_COMMAND_PROCESSES, "<player>.command.processes.final", "processes",                   \
      read_command_processes, "processes of the command at the end of settle")                     \
    X(METRIC_COMMAND_OLD, "<player>.command.processes.old", "processes", read_command_old,         \
      "of those, other than the first: that were there when an event first sent it a signal, as "  \
      "workers from before a reload; absent: none did")                                            \
    X(METRIC_COMMAND_NEW, "<player>.command.processes.new", "processes", read_command_new,         \
      "of those: that were not there then; absent: no event sent a signal")                        \
    X(METRIC_COMMAND_ENDED, "<player>.command.ended", "s", read_command_ended,                     \
      "time from the first signal that an event sent to the command to the end of its first "      \
      "process; absent: there was none, or it had not ended at the end of settle")                 \
    X(METRIC_COMMAND_DESCRIPTORS, "<player>.command.descriptors", "descriptors", read_descriptors, \
      "descriptors that the command's processes had open at the end of settle, all of them; "      \
      "absent: "                                                                                   \
      "they may not be looked at")                                                                 \
    X(METRIC_COMMAND_DESCRIPTORS_GROWTH, "<player>.command.descriptors.growth", "descriptors",     \
      read_descriptors_growth, "how many more these are than at the start of the load")            \
    X(METRIC_COMMAND_RSS_GROWTH, "<player>.command.rss.growth", "bytes", read_rss_growth,          \
      "how much more the command's processes had in RAM at the end of settle than when half of "   \
      "the "                                                                                       \
      "load had begun, all of them together; absent: that was not met")                            \
    X(METRIC_COMMAND_CPU_LOAD, "<player>.command.cpu.load", "s", read_command_cpu_load,            \
      "CPU time of the command from the start of the load to the end of settle")                   \
    X(METRIC_LAB_SETUP, "lab.setup", "s", read_lab,                                                \
      "what the making of a private lab took, part of setup: namespaces, link, sysctls; absent: "  \
      "lab: host")                                                                                 \
    X(METRIC_LAB_TEARDOWN, "lab.teardown", "s", read_lab,                                          \
      "from the end of the last phase until workers and lab were gone: the kernel closes what "    \
      "descriptors a worker had")                                                                  \
    X(METRIC_CPU, "cpu.<side>", "s", read_cpu,                                                     \
      "CPU time of the role's workers, user and system; softirqs that ran on top of them are in "  \
      "it, whoever they were for")                                                                 \
    X(METRIC_HOST_CPU, "cpu.host", "s", read_host_cpu,                                             \
      "CPU time of the whole machine over the load, everybody's, but for idle and iowait: user, "  \
      "nice, system, irq, softirq and steal of /proc/stat")                                        \
    X(METRIC_HOST_SOFTIRQ, "cpu.host.softirq", "s", read_host_cpu,                                 \
      "what the kernel counted as softirq of that")                                                \
    X(METRIC_SAMPLER_COST, "sampler.cost", "s", read_sampler, "CPU time that watching took")       \
    X(METRIC_SAMPLER_GAP, "sampler.gap", "s", read_sampler,                                        \
      "longest time between two observations")                                                     \
    X(METRIC_SAMPLER_TIME_WAIT_GAP, "sampler.time_wait_gap", "s", read_sampler_tick,               \
      "longest time between two counts of TIME_WAIT: observations, and sockstat between them")     \
    X(METRIC_SAMPLER_LATE, "sampler.late", "s", read_sampler_tick,                                 \
      "longest time that a look began after it was due: the machine had other things to do")

enum metric_id {
#define X(id, ...) id,
    METRICS(X)
#undef X
#define X(name, unit, about) METRIC_ACCOUNT_##name,
        ACCOUNT(X)
#undef X
            METRIC_N,
};

/* What a <…> stands for. */
enum domain {
    DOMAIN_SIDE,
    DOMAIN_PLAYER,
    DOMAIN_END, /* whose words may have points in them */
    DOMAIN_STATE,
    DOMAIN_LATENCY,
    DOMAIN_STAT,
    DOMAIN_QUANTILE,
    DOMAIN_OUTCOME,
    DOMAIN_TLS,
    DOMAIN_CLOSER,
    DOMAIN_CLASS,
    DOMAIN_ERRNO,
    DOMAIN_STATUS,
    DOMAIN_CLOSED_N, /* up to here the words are known beforehand */
    DOMAIN_NAME = DOMAIN_CLOSED_N,
    DOMAIN_N,
};

enum stat {
    STAT_MIN,
    STAT_MEAN,
    STAT_MAX,
    STAT_N,
};

/* The words of <closer>. */
enum closer {
    CLOSER_CLIENT,
    CLOSER_SERVER,
    CLOSER_PROXY,
    CLOSER_BOTH,
    CLOSER_UNKNOWN,
    CLOSER_N,
};

/* One metric: a row with its parts filled in. */
struct metric_key {
    enum metric_id id;
    unsigned part[DOMAIN_CLOSED_N]; /* which word of the domain; its enum's value */
    const char *name;               /* <name>, borrowed, up to its end or a point; NULL: none */
};

/* The longest <name>, and room for every metric's name. */
#define METRIC_WORD 64
#define METRIC_TEXT 128

/* Take `name` apart.  False: it is no metric.  key->name points into `name`. */
bool metrics_match(const char *name, struct metric_key *key);

/* Put the name together.  Returns `text`. */
char *metrics_format(char *text, size_t size, const struct metric_key *key);

/* Call `visit` for each combination of words of row key->id; <name> stays key->name. */
typedef void metrics_visit(void *context, const struct metric_key *key);
void metrics_expand(struct metric_key *key, metrics_visit *visit, void *context);

/* Whether `name` can stand for <name>: a word of letters and digits, as nstat(8)'s are. */
bool metrics_is_word(const char *name);

/* Whether the row has a <name>, and whether that is a counter's, a pattern's last part. */
bool metrics_is_open(enum metric_id id);
bool metrics_is_counter(enum metric_id id);

/* Whether it stands for so many names that those at 0 are not listed. */
bool metrics_is_sparse(enum metric_id id);

#endif
