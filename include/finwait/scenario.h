#ifndef FINWAIT_SCENARIO_H
#define FINWAIT_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "finwait/address.h"
#include "finwait/check.h"
#include "finwait/error.h"
#include "finwait/message.h"
#include "finwait/mix.h"
#include "finwait/model.h"
#include "finwait/order.h"
#include "finwait/program.h"
#include "finwait/sockopt.h"
#include "finwait/sysctl.h"
#include "finwait/timeline.h"
#include "finwait/tls.h"
#include "finwait/variants.h"
#include "finwait/words.h"

/*
 * A scenario is what the user wrote, checked and complete: every option has a value.
 * It is immutable once loaded.
 */

enum transport {
    TRANSPORT_TCP,
    TRANSPORT_TLS,
};

enum lab_kind {
    LAB_PRIVATE, /* two fresh network namespaces joined by a veth pair */
    LAB_HOST,    /* the current namespace; no sysctl is touched */
};

enum ip_version {
    IP_V4,
    IP_V6,
};

/* What the server's workers accept from. */
enum listeners {
    LISTENERS_AUTO,   /* each with SO_REUSEPORT, else shared */
    LISTENERS_SHARED, /* one an address */
    LISTENERS_EACH,   /* one an address and worker, with SO_REUSEPORT */
};

/* A condition on a metric, still as text; src/judge parses it. */
struct expectation {
    char *text;
    struct where where;
    bool borrowed; /* of a scenario that ships, run where it was not written for */
};

/* A program of the user's that plays a side. */
struct command_spec {
    struct words words;   /* as written, placeholders and all; none: there is no command */
    char *ready_line;     /* server: a line of its output that says it serves; NULL: it listens */
    int64_t ready_within; /* server, ns */
    int64_t grace;        /* ns from SIGTERM to SIGKILL */
};

struct side_spec {
    bool none;            /* `client: none`, or a server with server.at: this role is not played */
    uint32_t workers;     /* 0: as many as CPUs and descriptors need */
    uint32_t descriptors; /* RLIMIT_NOFILE of each worker; 0: as high as allowed */
    uint32_t addresses;   /* client: size of the source pool; server: addresses served */
    struct where program_where;
    struct program program; /* of length 0 when `none` and not written */
    struct sockopts sockopt;
    struct sysctl_settings sysctl;
    struct command_spec command;
};

struct load_spec {
    uint64_t connections; /* 0: no limit but the duration */
    uint32_t concurrency; /* closed loop: connections open at a time, over all workers */
    double rate;          /* open loop: arrivals a second; 0: closed loop, as fast as it goes */
    int64_t duration;     /* ns; 0: until `connections` are done */
    int64_t timeout;      /* ns a step may wait; 0: for ever */
    bool may_fail;        /* nothing need be established for a pass */
};

struct scenario {
    char *file; /* as named on the command line; NULL for none */
    char *name;
    char *about;
    char *fact; /* which row of docs/reference/facts.md it shows; NULL for none */
    enum transport transport;
    struct tls_spec tls; /* with TRANSPORT_TLS */
    struct message_spec message;
    char *order; /* the order's name; "custom" when programs are spelled out */
    struct load_spec load;
    struct side_spec side[PLAYERS_N]; /* of the proxy: command and descriptors */
    struct mix mix;      /* client.mix; its first program is side[SIDE_CLIENT]'s, too */
    uint16_t port;       /* server.port */
    uint16_t proxy_port; /* where the client connects to when there is a proxy */
    uint32_t backlog;    /* server.backlog */
    enum listeners listeners;
    char *at;             /* server.at: address:port of a server that already runs, or NULL */
    uint16_t client_port; /* client.port: every connection's source port; 0: the kernel chooses */
    enum port_choice client_ports;
    bool client_bind; /* client.bind: bind(2) to the source address before connect(2), even
                         when there is only one */
    char *client_to;  /* client.to: where to connect instead of to the server, or NULL */
    enum lab_kind lab;
    enum ip_version ip;
    int64_t sample_every;
    int64_t settle;
    int64_t decay;
    uint32_t capture;   /* connections whose packets are kept; 0: none */
    size_t fault_count; /* as written; those that begin at the same moment do so in this order */
    struct fault *fault;
    size_t event_count;
    struct event_spec *event;
    size_t expect_count;
    struct expectation *expect;
    struct compare_spec compare;
    struct check_spec probe;
    size_t origin_count;
    char **origin;       /* "--set load.rate=max": what places outside the file point to */
    struct where *place; /* where each option was given, beside the option table */
};

/* The place of an expectation of the command line, in messages. */
#define SCENARIO_EXPECT_PLACE "--expect \"%.120s\""

/* The override that lets server.at be another machine.  With the value "on" it stands for the flag
 * of that name; no file can give it, and a command must not take it from --set. */
#define OVERRIDE_REMOTE "i-may-load-this-target"

/* A `--set PATH=VALUE` or `--expect TEXT` of the command line. */
struct scenario_override {
    const char *path; /* borrowed; "expect" adds an expectation */
    const char *value;
    /* The value is as people write it: one in quotes is read as YAML reads it, and null or ~ takes
     * the option back, or all below a map.  Else it is what scenario_each gives. */
    bool written;
    struct where where; /* where it is said, as long as the scenario lives; nowhere: by --set */
};

#define SCENARIO_STDIN "-" /* in place of a file: what is on stdin, called "stdin" */

/*
 * Load `file` (NULL: defaults and overrides alone), apply the order's presets beneath and the
 * overrides on top of what it says, fill in the defaults and check all of it, the model's walk of
 * the two programs included. Returns the scenario (scenario_free it), or NULL with STATUS_USAGE:
 * the file, line and column, what is wrong, and the nearest valid spelling.  Nothing has been
 * started.
 */
struct scenario *scenario_load(const char *file, const struct scenario_override *overrides,
                               size_t override_count, struct error *error);

/* As scenario_load, from memory; `name` stands for the file in messages. */
struct scenario *scenario_parse(const char *yaml, size_t length, const char *name,
                                const struct scenario_override *overrides, size_t override_count,
                                struct error *error);

void scenario_free(struct scenario *scenario);

/* Whether workers of finwait's own play the side; whether it is played at all: by them or by a
 * command.  A proxy is one or there is none. */
bool scenario_plays(const struct scenario *scenario, enum side side);
bool scenario_runs(const struct scenario *scenario, enum side side);

/*
 * The ports of one client address: those of IP_LOCAL_PORT_RANGE, else of `range`, a value of
 * net.ipv4.ip_local_port_range; UINT64_MAX: that is NULL.  The pairs of a client's and a server's
 * address; and both as the scenario gives them, as many connections as can stand at a time.
 */
uint64_t scenario_ports(const struct scenario *scenario, const char *range);
uint64_t scenario_pairs(const struct scenario *scenario);
uint64_t scenario_places(const struct scenario *scenario);

/* Whether each of the server's workers has a listener of its own. */
bool scenario_listens_each(const struct scenario *scenario);

/* Whether it has variants, and is for finwait compare. */
bool scenario_compares(const struct scenario *scenario);

/* "PATH=V1,V2" as after --vary, split at commas outside of brackets and quotes, as the option vary
 * takes it; free() it.  NULL: STATUS_USAGE. */
char *scenario_vary(const char *text, struct error *error);

/* The programs that connections of a side run: one, or those of client.mix. */
size_t scenario_programs(const struct scenario *scenario, enum side side);
const struct program *scenario_program(const struct scenario *scenario, enum side side,
                                       size_t index);

/* What the buffers take of what a side sends; see model.h. */
struct model_flow;
void scenario_flow(const struct scenario *scenario, enum side sender, struct model_flow *flow);

/* What the sysctl `name` is set to in the host of `side`, as long as the scenario lives; NULL: it
 * is left alone. */
const char *scenario_sysctl(const struct side_spec *side, const char *name);

/* Whether an orphan of `side` may stay in FIN_WAIT2 for longer than a TIME_WAIT lasts. */
bool scenario_long_fin_wait2(const struct side_spec *side);

/* Whether one message may be more than the peer's receive buffer takes while nobody reads. */
bool scenario_fills_window(const struct scenario *scenario, enum side sender);

/*
 * What the model is to explore: the two programs, borrowed from the scenario, of a mix the first;
 * the others take its place one by one.  False when one of them is not known (client: none,
 * server.at with a client.program alone).
 */
bool scenario_model(const struct scenario *scenario, struct model_input *input);

/*
 * Walk the programs, all of a mix: a new model in *model, to be freed, or NULL when one of them is
 * not ours to know.  0; or -1 and NULL as model_explore() and model_join() do.
 */
struct model;
int scenario_explore(const struct scenario *scenario, struct model **model, struct error *error);

/* Draw what the model foresees (model_draw()), of a mix for each program.  -1: STATUS_USAGE. */
int scenario_draw(const struct scenario *scenario, FILE *out, struct error *error);

/*
 * The effective scenario as path/value pairs in the table's order, values written canonically
 * (what the parser reads back).  `fn` is called once a pair; expectations come as
 * several pairs with the path "expect", sysctls as "client.sysctl.NAME".
 */
void scenario_each(const struct scenario *scenario,
                   void (*fn)(void *context, const char *path, const char *value), void *context);

/* Where the option `path` was given, as long as the scenario lives; of one that was not, nowhere.
 */
struct where scenario_where(const struct scenario *scenario, const char *path);

/* ---- The option table ---- */

struct option_info {
    const char *path;  /* "load.concurrency"; sockopt rows are made from sockopt_table */
    const char *type;  /* "count", "size", "duration", "rate", "off|on", "tcp", "program" … */
    const char *value; /* the default as written, "" for none */
    const char *range; /* "1 to 65535", or "" */
    const char *about;
    const struct value_spec *takes; /* of one value; else VALUE_NOTHING */
    bool has_keys;                  /* it is path.NAME, any number of them */
};

size_t option_count(void);

/* Write the JSON Schema (draft-07) of a scenario's file. */
void scenario_schema(FILE *out);

/* Row `index` of the table; strings are static or live as long as the process. */
void option_get(size_t index, struct option_info *info);

#endif
