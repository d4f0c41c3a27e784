#ifndef FINWAIT_FACTS_H
#define FINWAIT_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "finwait/clock.h"
#include "finwait/result.h"
#include "finwait/units.h"

/* A figure as text that lives as long as the block it is written in. */
#define COUNT(value)    units_human_count((char[UNITS_TEXT]){0}, UNITS_TEXT, (double)(value))
#define DURATION(ns)    units_human_duration((char[UNITS_TEXT]){0}, UNITS_TEXT, (ns))
#define SHARE(fraction) facts_share((char[UNITS_TEXT]){0}, UNITS_TEXT, (fraction))

/* The words that go with a number: PLURAL(1, "socket stands", "sockets stand"). */
#define PLURAL(value, one, many) ((uint64_t)(value) == 1 ? (one) : (many))

/* Both: "5,000 sockets stand". */
#define COUNTED(value, one, many)                                                                  \
    facts_counted((char[COUNTED_TEXT]){0}, (double)(value), (one), (many))
#define COUNTED_TEXT 80
char *facts_counted(char text[COUNTED_TEXT], double value, const char *one, const char *many);

/* No rate is told, let alone extrapolated, from a shorter load. */
#define LOAD_TOO_SHORT (50 * NS_PER_MS)

/*
 * What a result says of the questions that a report asks, gathered once.  Zero where nothing was
 * measured: look at the `bool` first where the difference matters.
 */
struct side_facts {
    bool observed;             /* peak is there */
    double peak[TCP_STATE_N];  /* the most sockets at a time */
    bool settled;              /* final is there */
    double final[TCP_STATE_N]; /* at the end of settle */
    double orphans;            /* of final[fin_wait2]: without a descriptor */
    double unaccepted;         /* of final[close_wait]: in the accept queue, likewise */
    double fin_unsent;         /* at the end of settle: behind data that a closed window holds up */
    double queued;             /* in the accept queue at the end of settle, in whatever state */
    bool counted;              /* its own host's counters are there */
    double tw_made;            /* mini-sockets: it sent its FIN before it had the peer's */
    double rsts;               /* sent, but for those that refused a SYN */
    double listed;             /* at the end of settle: past their handshake, not in TIME_WAIT */
    double holding;            /* connections whose descriptor is open in the end */
    double unseen;             /* of those: in CLOSE, where no table of the kernel lists them */
};

struct facts {
    const struct result *result;
    bool tallied; /* a role of ours counted its connections */
    double attempted, opened, completed, failed;
    double foreseen, unforeseen; /* how they ended */
    double rate;                 /* completed, a second of load */
    double load;                 /* seconds, until the last one ended */
    bool open_loop;
    double asked;    /* an open loop's connections a second */
    double due;      /* seconds in which they were to be begun */
    double arriving; /* seconds in which connections were begun; 0: too short to tell a rate from */
    double watched;  /* seconds from the start of load to the end of settle */
    double whole;    /* seconds from the start of load to the end of all */
    double refused, no_port, timeouts;
    double failed_behind; /* connects of a server's command to what it stands before, in its host */
    double refused_behind; /* of those, at most: answered by that host with a RST */
    bool moved; /* a role was started in the other's host: a host's figures are no side's own */
    struct side_facts side[ENDS_N]; /* of a proxy's ends: what was seen */
};

/* ---- facts.c: gathering, and the counters as they are ---- */

void facts_gather(struct facts *facts, const struct result *result);

/* Whether a proxy stands between client and server: their connections are not the same ones. */
static inline bool facts_proxied(const struct facts *facts)
{
    return facts->result->side[SIDE_PROXY].has_command;
}

/* Behind a proxy: whether a connection came to the server, or may have come, where nobody knows. */
bool facts_reached(const struct facts *facts);

/* What is at the other end of the connections of `end`. */
enum side facts_peer(const struct facts *facts, enum side end);

/* Whether faults can strike the connections of `end`: they are on the link between the hosts, and a
 * proxy is in the server's. */
bool facts_linked(const struct facts *facts, enum side end);

/* A metric by its pieced-together name; false, and 0, when it was not measured. */
bool facts_metric(const struct facts *facts, double *value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* By how much a counter of the side's own host moved; 0 when it did not or was not read. */
double facts_moved(const struct facts *facts, enum side side, const char *counter);

/* The same over all hosts, or on the whole machine in lab: host. */
double facts_moved_anywhere(const struct facts *facts, const char *counter);

/* The RSTs of all hosts but for those that refused a SYN, as far as that is known. */
double facts_resets(const struct facts *facts);

/* The smaller of two. */
static inline double facts_least(double a, double b)
{
    return a < b ? a : b;
}

/* "12 %", "1.9 %", "under 0.1 %".  Returns `text`. */
char *facts_share(char *text, size_t size, double fraction);

/* ---- facts_scenario.c: what the scenario and the hosts were set to ---- */

/* A value of the effective scenario or of a side's recorded sysctls; "" when there is none. */
const char *facts_scenario(const struct facts *facts, const char *path);
const char *facts_sysctl(const struct facts *facts, enum side side, const char *name);

/* Their numbers; 0 when there is none. */
uint64_t facts_scenario_count(const struct facts *facts, const char *path);
uint64_t facts_sysctl_count(const struct facts *facts, enum side side, const char *name);

/* A duration of the effective scenario as all durations are told, "1.50 s" for 1500ms; "" when
 * there is none.  Returns `text`. */
char *facts_duration(char *text, size_t size, const struct facts *facts, const char *path);
#define OPTION_DURATION(facts, path)                                                               \
    facts_duration((char[UNITS_TEXT]){0}, UNITS_TEXT, (facts), (path))

/* Whether SO_LINGER is at 0 s when the side's programs close, which makes each close a RST. */
enum lingering {
    LINGERING_UNKNOWN, /* not our program, or some ended before they came to it */
    LINGERING_NOT,
    LINGERING_ZERO,
};
enum lingering facts_lingering(const struct facts *facts, enum side side);

/* Whether the side's TCP_LINGER2 is negative: an orphan is then reset rather than left in
 * FIN_WAIT2, which tcp_rcv_state_process() counts as TCPAbortOnData. */
bool facts_aborts_orphans(const struct facts *facts, enum side side);

/* Where the client connects to: "at 10.0.0.1:80", or "on port 8080" for a server of ours. */
char *facts_server(char *text, size_t size, const struct facts *facts);
#define SERVER_TEXT 128

/* Of so many ports the search for a free one is long enough to be felt. */
#define LONG_SEARCH 4096

/* What distinguishes the connections that can exist at a time between client and server. */
struct port_budget {
    uint64_t low, high;    /* ip_local_port_range, or what the socket option narrows it to */
    uint64_t ports;        /* of those, without ip_local_reserved_ports; 0: the range was not
                              recorded, or the client is not ours */
    uint64_t addresses;    /* the client's */
    uint64_t destinations; /* addresses of the server, each with the same ports again */
    uint64_t total;
};
void facts_ports(const struct facts *facts, struct port_budget *budget);

/* Whether bind(2) takes each port before the destination is known: then it serves one only
 * (ip(7), IP_BIND_ADDRESS_NO_PORT). */
bool facts_binds_early(const struct facts *facts);

/* Whether all connections have client.port, and a TIME_WAIT on it is taken over at once. */
bool facts_reuses_fixed_port(const struct facts *facts);

/* How long, in ns, a side's orphan stays in FIN_WAIT2: its TCP_LINGER2 (`own`), or where that is 0
 * or not set tcp_fin_timeout (tcp_fin_time(), include/net/tcp.h); 0: it was not recorded. */
int64_t facts_fin_wait2(const struct facts *facts, enum side side, bool *own);

/* ---- facts_owners.c ---- */

/* Who holds sockets: "python3 (pid 4711, 1 thread), descriptors 5-304", "in the accept queue, not
 * accepted yet".  A new string. */
char *facts_owner(const struct owner *owner);

/* What is to be told of the owners from number `at` on: one of them, or many that are alike as
 * one.  *row borrows from them.  How many it is. */
size_t facts_owners_next(const struct owners *owners, size_t at, struct owner *row);

/* ---- facts_counters.c: what sockets and counters say together ---- */

/* TIME_WAIT sockets of a side that ended before their time; 0 where that cannot be told. */
double facts_gave_way(const struct facts *facts, enum side side);

/*
 * Connections of a side that closed first whose mini-socket in FIN_WAIT2 new data ended by a RST
 * (tcp_timewait_state_process()): those made that neither stand nor became TIME_WAIT.  Where
 * something else may have ended them, no more than the RST took from ESTABLISHED or CLOSE_WAIT at
 * the peer.  0 where that cannot be told.
 */
double facts_reset_in_fin_wait2(const struct facts *facts, enum side side);

/* Whether any socket of a connection stood at the end of settle, or a descriptor was held. */
bool facts_left_standing(const struct facts *facts, enum side side);

/* Counters of what an end itself aborted or gave up; up to NULL. */
extern const char *const facts_abort_counters[];

/* Ends of a side that a RST of the peer took from ESTABLISHED or CLOSE_WAIT, at least: what its
 * programs were told, or TcpEstabResets without what the side aborted itself, which
 * tcp_set_state() counts there, too. */
double facts_cut(const struct facts *facts, enum side side);

/* Connections that the server's kernel had made and its program had not accepted, and that the
 * kernel reset as their listener was closed, for its program was killed or died
 * (inet_csk_listen_stop()): no more than left ESTABLISHED or CLOSE_WAIT so (TcpEstabResets)
 * and were neither aborted by a program nor, as one was told, reset by the peer. */
double facts_reset_unaccepted(const struct facts *facts);

/* Whether the client's connections are with itself: no listener made any of them. */
bool facts_self_connected(const struct facts *facts);

/* Of a partial result: what cut it short (NULL: nothing did, it is for another reason), and the
 * phase it was in. */
const char *facts_cut_by(const struct facts *facts);
/* Whether a fault or an event was due and could not be done, other than for bind(2)'s refusal, and
 * how many there are. */
bool facts_undone(const struct moment *moment);
size_t facts_count_undone(const struct facts *facts);
enum phase facts_last_phase(const struct facts *facts);

#endif
