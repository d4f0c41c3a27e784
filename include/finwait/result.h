#ifndef FINWAIT_RESULT_H
#define FINWAIT_RESULT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "finwait/account.h"
#include "finwait/command.h"
#include "finwait/error.h"
#include "finwait/kernel_state.h"
#include "finwait/lost.h"
#include "finwait/metric.h"
#include "finwait/observation.h"
#include "finwait/owner.h"
#include "finwait/program.h"
#include "finwait/remark.h"
#include "finwait/seen.h"
#include "finwait/series.h"
#include "finwait/side.h"
#include "finwait/timeline.h"
#include "finwait/words.h"

/*
 * A result is a value: all that a trial found out.  It serialises to JSON and
 * loads back without loss; reports, expectations and comparisons read it and
 * nothing else.  docs/result.md describes the JSON; RESULT_SCHEMA is its version.
 *
 * What was not measured is absent (count 0, NULL, `has_…` false), never zero.
 */

#define RESULT_SCHEMA 2

/* An ordered list of name/value texts; strings are owned. */
struct text_pair {
    char *name;
    char *value;
};
struct text_pairs {
    size_t count;
    struct text_pair *item;
};
void text_pairs_add(struct text_pairs *pairs, const char *name, const char *value);
void text_pairs_drop(struct text_pairs *pairs); /* the last one of some */
const char *text_pairs_get(const struct text_pairs *pairs, const char *name); /* NULL: none */
void text_pairs_fini(struct text_pairs *pairs);

/* Texts and how often each was met, in the order in which they first were; strings are owned. */
struct text_count {
    char *text;
    uint64_t count;
};
struct text_counts {
    size_t count;
    struct text_count *item;
};
void text_counts_add(struct text_counts *counts, const char *text, uint64_t count);
void text_counts_fini(struct text_counts *counts);

/* The phases of a trial, ns from the start of load (setup lies before: negative). */
enum phase {
    PHASE_SETUP,
    PHASE_LOAD,
    PHASE_SETTLE,
    PHASE_DECAY,
    PHASE_N,
};
const char *phase_name(enum phase phase);

struct phase_span {
    bool reached;
    int64_t begin, end;
};

/* What a file of before it was counted does not have: it is absent, not 0. */
struct lacking {
#define X(name, ...) bool name;
    ACCOUNT(X)
    SOCKETS_TOLD(X)
#undef X
    bool due, statuses;
};

/* A command of the user's that played a side. */
struct result_command {
    struct words argv;    /* as it was run */
    enum command_end end; /* of its first process */
    int number;           /* exit status, signal or errno */
    bool by_itself;       /* that one ended before anybody had asked for it */
    bool unasked;         /* and so did all of it */
    bool has_ended_at;
    int64_t ended_at;             /* of all of it, ns from the start of load */
    int64_t cpu_user, cpu_system; /* ns, of all of its processes that were reaped */
    uint64_t memory_peak;         /* bytes, of the largest one; 0: not known */
    uint64_t killed;              /* processes that were left after SIGTERM and `grace` */
    uint64_t printed;             /* bytes */
    bool cut;                     /* its log has not all of them */
    struct command_census census;
    int64_t ready; /* ns from its first start until it served; 0: not known, or a client's */
    char *tail;    /* the end of what it printed; NULL: nothing */
};

/* "status", "signal", "not_executed"; NULL: it runs. */
const char *command_end_name(enum command_end end);

/* One of the client's programs, `client.mix`, and what became of the connections that ran it. */
struct result_mix {
    char *name;
    char *program;
    uint64_t weight;
    struct mix_account account;
};

struct result_side {
    bool played;            /* by our role: `account` is there */
    bool has_command;       /* it was `command` that played, and not finwait */
    bool has_tls;           /* transport: tls; `account.tls` is there, but for its errors */
    bool has_stood_before;  /* lab: host; `stood_before` is there */
    bool has_kernel_memory; /* of some state */
    bool has_final;         /* the state counts at the end of settle, `final`, are there */
    char *program; /* what it ran, its order's or its own; NULL: not played, or not recorded */
    struct program steps; /* the same as values; length 0: not recorded, or several */
    size_t mix_count;     /* client.mix: what ran in place of one program */
    struct result_mix *mix;
    struct result_command command;
    uint32_t workers;
    uint32_t workers_died; /* ended before they were told to */
    size_t lost_count; /* of those, and of a start's: as neither the scenario nor a `die` has it */
    struct lost_worker *lost;
    struct account account;
    struct text_counts tls_errors; /* OpenSSL's words, and the connections that met each */
    uint64_t stood_before;         /* sockets that were left out, for they stood there before */
    size_t observation_count;      /* 0: not observed */
    struct observation *observation;
    size_t sockstat_count; /* TIME_WAIT between two observations, by /proc/net/sockstat alone */
    struct series_point *sockstat;
    struct observation final;
    uint32_t kernel_memory[TCP_STATE_N]; /* bytes of a socket of `final`; 0: not measured */
    struct counters
        counters; /* of its own host, over load and settle, unmoved ones too; empty in lab: host */
    struct text_pairs sysctl; /* of its host */
    struct lacking lacking;   /* of `account` and `final` */
};

/* How the model says a connection can end; one for each way. */
struct predicted_side {
    char *path; /* "established fin_wait1 fin_wait2 time_wait" */
    enum tcp_state final;
    char *fate;            /* "done", "held", "reset" … */
    unsigned rst_sent, tw; /* a connection */
};
struct predicted_end {
    struct predicted_side side[SIDE_N];
    bool by_buffers; /* it takes buffers that are large enough, or small enough */
};

/* What bounds the run, as it was worked out before it began (finwait/limits.h). */
struct result_limit {
    char *name;
    bool has_side;
    enum side side;
    double most;   /* sockets there is room for */
    double needed; /* how many the model foresees at a time; 0: none that it counts */
    char *text;    /* more is needed than there is room for: that as a sentence; else NULL */
    char *advice;  /* what to do about it, or NULL */
};

enum verdict {
    VERDICT_PASS,
    VERDICT_FAIL,
    VERDICT_UNMEASURED, /* a metric it needs is absent: counts as not held */
    VERDICT_VACUOUS,    /* it holds because nothing came about: counts as not held */
    VERDICT_UNJUDGED,   /* read from a file, and no expectation to this finwait: not held */
    VERDICT_N,
};
/* "pass", "unmeasured" … */
const char *verdict_name(enum verdict verdict);

/* What the values of an expectation are, and in what they are told: a number, s, bytes, 1/s. */
enum quantity {
    QUANTITY_COUNT,
    QUANTITY_TIME,
    QUANTITY_SIZE,
    QUANTITY_RATE,
    QUANTITY_N,
};

struct expectation_result {
    char *text;
    enum verdict verdict;
    enum quantity quantity;
    double left, right; /* the values compared, if they were */
    char *missing;      /* unmeasured: the metric that is absent */
    char *problem;      /* unjudged: what is wrong with the text */
    bool compared;      /* neither unmeasured nor unjudged */
};

struct inspection {
    char *host; /* "client", "server" or "host" */
    char *command;
    int status;   /* the command's exit status */
    char *output; /* stdout and stderr, at most 1 MiB of it */
    bool cut;     /* there was more; the last line kept is whole, unless it is the first */
};

/* What was captured (`capture`), and the connection of it that is drawn. */
struct result_capture {
    struct capture_tally tally;
    char *file;       /* the packets' in the directory of the result; NULL: they were not written */
    uint64_t drawn;   /* its place among the connections in there, from 1 on; 0: none */
    char *client;     /* its client's end, "198.18.0.1:40000" */
    bool foreseen;    /* it ended as predicted, or nothing was predicted */
    uint64_t skipped; /* as in struct seen_story */
    size_t count;
    struct seen_packet *packet;
};

struct metric_value {
    char *name;
    double value;
};

/* In this order at one time. */
enum moment_kind {
    MOMENT_UNKNOWN, /* read from schema 1, which has `what` alone */
    MOMENT_FAULT_ENDS,
    MOMENT_FAULT_BEGINS,
    MOMENT_EVENT,
    MOMENT_KIND_N,
};
const char *moment_kind_name(enum moment_kind kind); /* "fault_begins"; NULL: unknown */

/* What the scenario's faults and events did: a moment of its timeline. */
struct moment {
    enum moment_kind kind;
    uint64_t index; /* of result.fault or result.event; meaningless when the kind is unknown */
    int64_t due;    /* ns from the start of load */
    char *what;     /* for people: "drop fin toward client", "kill server" … */
    bool happened;
    int64_t at; /* when it was begun; a moment due at 0 comes just before the load */
    bool has_took;
    int64_t took;      /* ns until it was done; a start: until its workers were ready */
    bool restart;      /* a role was started again: */
    uint64_t refusals; /* how often bind(2) said EADDRINUSE before */
    char *error;       /* why it failed, or NULL */
};

/* What a machine's CPUs did, and the column of /proc/stat that tells it, from 0 on (proc(5)); idle
 * and waiting for a disk are not among them, and a guest's time is in the first two. */
#define HOST_CPU(X)                                                                                \
    X(user, 0)                                                                                     \
    X(nice, 1)                                                                                     \
    X(system, 2)                                                                                   \
    X(irq, 5)                                                                                      \
    X(softirq, 6)                                                                                  \
    X(steal, 7)

/* ns of all CPUs. */
struct host_cpu {
#define X(name, column) int64_t name;
    HOST_CPU(X)
#undef X
};

struct result {
    int schema;
    bool older;    /* it was read from a file of an earlier one, which measured otherwise */
    char *version; /* finwait's */
    bool partial;  /* cut short, a worker was lost, or it fell short: see cut_by, side[].lost,
                      unkept */
    char *cut_by;  /* cut short: "SIGINT" …; else NULL */
    struct text_pairs unkept; /* of what was to be measured, and why it was not: "ENOMEM" … */
    char *started;            /* RFC 3339, UTC */
    bool private_lab;
    bool has_capture;
    bool has_host_cpu;
    bool has_opening;
    struct text_pairs scenario;    /* the effective scenario */
    struct text_pairs environment; /* kernel, CPUs, limits … */
    struct phase_span phase[PHASE_N];
    bool has_lab;         /* else a file that does not tell of these */
    int64_t lab_setup;    /* ns that the making of a private lab took; 0: there was none */
    int64_t lab_teardown; /* ns until its roles and it were gone */
    struct result_side side[ENDS_N]; /* a proxy's have `command`; those of its ends what was seen */
    struct counters host_counters;   /* lab: host; the whole machine's */
    int64_t opening_first; /* ns in which the first tenth of the driver's connections was opened, */
    int64_t opening_last;  /* and the last; from 0 on */
    struct host_cpu host_cpu; /* of the whole machine, everybody's, over the load */
    bool has_sampler;
    int64_t sampler_cpu;  /* ns */
    int64_t sampler_span; /* ns in which it was used; 0: a file that does not tell */
    int64_t sampler_gap_max, sampler_gap_mean;
    uint64_t sampler_samples, sampler_full_dumps;
    uint64_t sampler_counts;       /* readings of sockstat alone */
    int64_t sampler_time_wait_gap; /* ns; 0: a file that does not tell */
    int64_t sampler_late;          /* the same */
    struct owners owners; /* who held the sockets of `final`; empty: nobody looked, or none were */
    size_t predicted_count; /* 0: no model, or `unpredicted` */
    struct predicted_end *predicted;
    size_t limit_count; /* the tightest first */
    struct result_limit *limit;
    char *unpredicted; /* why the model cannot know how this ends; NULL: it does, or nobody asked */
    size_t fault_count; /* of the scenario, as written, whether they struck or not */
    struct fault *fault;
    size_t event_count;
    struct event_spec *event;
    size_t moment_count; /* in the order it happened */
    struct moment *moment;
    size_t remark_count; /* made by explain() */
    struct remark *remark;
    size_t expectation_count;
    struct expectation_result *expectation;
    size_t inspection_count;
    struct inspection *inspection;
    struct result_capture capture;
    size_t metric_count; /* made by result_measure */
    struct metric_value *metric;
};

struct result *result_new(void);

/* What the scenario's option was, as text; "": none, or not told. */
const char *result_setting(const struct result *result, const char *path);
void result_free(struct result *result); /* NULL is allowed */

/* Append a fault or an event of the scenario; where it was written is not kept. */
void result_add_fault(struct result *result, const struct fault *fault);
void result_add_event(struct result *result, const struct event_spec *event);

/*
 * Append the moment at which a fault of the result begins or ends, or an event of it comes; it has
 * not happened yet.  Lives where it is until the next one is appended.
 */
struct moment *result_add_moment(struct result *result, enum moment_kind kind, size_t index);

/* The event that a moment is, or NULL: it is none, or its kind is unknown. */
const struct event_spec *moment_event(const struct result *result, const struct moment *moment);

/* Append a remark that says nothing yet.  Lives where it is until the next one is appended. */
struct remark *result_add_remark(struct result *result, const char *id, enum remark_kind kind);

/* Append a worker that was lost. */
void result_add_lost(struct result_side *side, const struct lost_worker *lost);

/* Take all remarks back. */
void result_forget_remarks(struct result *result);

/* Derive the flat list of metrics from everything else.  Call when the rest is there. */
void result_measure(struct result *result);

/*
 * Call `fn` for each metric of a result that was read which its other parts make another value of:
 * the file was changed, or written by another finwait.  None of an older schema.
 */
typedef void (*result_doubt)(void *context, const char *name, double kept, double made);
void result_check(const struct result *result, result_doubt fn, void *context);

/*
 * All that was seen of a column over time: the observations, and of TIME_WAIT what was counted
 * between them.  In order of time, with room for one more; free() it.
 */
struct series_point *result_points(const struct result_side *side, unsigned column, size_t *count);

/* How a connection that comes to `end` ends on the wire. */
seen_endings result_ending(const struct predicted_end *end);

/* How connections end by the prediction; an empty set where there is none. */
seen_endings result_foreseen(const struct result *result);

/*
 * The value of a metric.  False when it was not measured.  Counters that did not move and errnos
 * that did not occur are 0 when their side was measured, though the flat list leaves them out.  A
 * counter that was not read (this kernel has none of that name) is absent.
 */
bool result_metric(const struct result *result, const char *name, double *value);

/*
 * Whether the client never began connections that it was to begin (connections.missed), and neither
 * an event nor a `die` of its program is why; of an open loop's, more than 5 %.
 */
bool result_fell_short(const struct result *result);

/*
 * The first of the faults and events whose time had not come when the run was over, or NULL, and
 * how many there are.  The end of a fault may lie behind it; and a run that was cut short says so.
 */
const struct moment *result_unreached(const struct result *result, size_t *count);

/*
 * Whether the command of a side failed: all of a server's or a proxy's ended unasked, or a client's
 * first process otherwise than with exit status 0, and no expectation is about that status.
 */
bool result_command_failed(const struct result *result, enum side side);

/* Whether the signal that ended the command of a side is one that an event had sent to it. */
bool result_command_was_sent(const struct result *result, enum side side);

/* As JSON; the caller owns the reference. */
json_t *result_to_json(const struct result *result);

/*
 * Back from JSON, or NULL: STATUS_USAGE, not a result, or of a schema that is not known.  What
 * schema 1 did not have is absent.
 */
struct result *result_from_json(const json_t *json, struct error *error);

/* Print the text of a result.json.  0, or -1 when writing failed. */
int result_dump(const struct result *result, FILE *out);

/* The name of the file in the directory of a run. */
#define RESULT_FILE "result.json"

/* Write DIR/result.json (made when missing, parents too), whole or not at all (rename(2)). */
int result_write(const struct result *result, const char *directory, struct error *error);

/* The packets that a run captured, in the same directory, and the secrets of their TLS. */
#define RESULT_PACKETS "packets.pcap"
#define RESULT_KEYS    "keys.log"

/* The JSON of a file.  NULL: it cannot be read, or STATUS_USAGE: it is none; `name` is what it was
 * to be. */
json_t *result_read_json(const char *file, const char *name, struct error *error);

/* Read a result.json. */
struct result *result_read(const char *file, struct error *error);

#endif
