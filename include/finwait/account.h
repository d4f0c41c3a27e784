#ifndef FINWAIT_ACCOUNT_H
#define FINWAIT_ACCOUNT_H

#include <stdint.h>

#include "finwait/error.h"
#include "finwait/histogram.h"

/*
 * What a role counts of its own connections.  Plain memory without pointers: each worker
 * writes one in memory shared with the conductor, so a killed worker loses nothing
 * it had counted; merged, it becomes part of the result.
 */

/* How a connection ended, as its role saw it. */
#define OUTCOMES(X)                                                                                \
    X(OUTCOME_DONE, "done", "its program ran to the end")                                          \
    X(OUTCOME_HELD, "held", "its program reached `hold` and keeps the descriptor")                 \
    X(OUTCOME_RESET, "reset", "the peer's RST ended it (ECONNRESET, EPIPE)")                       \
    X(OUTCOME_EOF, "eof", "the peer's FIN or close_notify came where a message was due")           \
    X(OUTCOME_REFUSED, "refused", "connect met ECONNREFUSED")                                      \
    X(OUTCOME_TIMEOUT, "timeout", "a step waited longer than load.timeout, or ETIMEDOUT")          \
    X(OUTCOME_NO_PORT, "no_port", "no local port was left (EADDRNOTAVAIL, EADDRINUSE)")            \
    X(OUTCOME_NO_FD, "no_fd", "no descriptor was left (EMFILE, ENFILE)")                           \
    X(OUTCOME_HANDSHAKE, "handshake", "the TLS handshake failed; see tls_errors")                  \
    X(OUTCOME_TRUNCATED, "truncated", "TLS: the peer's FIN came, and no close_notify before it")   \
    X(OUTCOME_ALERT, "alert", "TLS: the peer's fatal alert ended it; see tls_errors")              \
    X(OUTCOME_TLS, "tls", "TLS: another error of OpenSSL's; see tls_errors")                       \
    X(OUTCOME_BAD_STATUS, "bad_status",                                                            \
      "it got all its responses, one with a status outside http.ok")                               \
    X(OUTCOME_BAD_MESSAGE, "bad_message", "the peer sent what is no HTTP/1.1 message")             \
    X(OUTCOME_ERROR, "error", "another errno; see errors.*")                                       \
    X(OUTCOME_DIED, "died", "its program reached `die` and ended the worker")                      \
    X(OUTCOME_KILLED, "killed", "its worker's process ended under it, held or not")                \
    X(OUTCOME_CUT, "cut", "still open when the run was cut short or torn down")

enum outcome {
#define X(id, name, about) id,
    OUTCOMES(X)
#undef X
        OUTCOME_N,
};

/* Static storage; NULL outside the table, as are those of latency. */
const char *outcome_name(enum outcome outcome);
const char *outcome_about(enum outcome outcome);

/* What is timed, in each connection's life. */
#define LATENCIES(X)                                                                               \
    X(LATENCY_CONNECT, "connect",                                                                  \
      "from connect(2) until established (open loop: from when it was due)")                       \
    X(LATENCY_HANDSHAKE, "handshake",                                                              \
      "from established (server: from accept(2)) until the TLS handshake was complete")            \
    X(LATENCY_RESPONSE, "response",                                                                \
      "from the first byte of a request sent to the last of its response")                         \
    X(LATENCY_IDLE, "idle",                                                                        \
      "from the last data, or the start of a pause, to the peer's FIN, where it came within the "  \
      "pause and before a message that was due; or its FIN or RST while a client's recv(or-fin) "  \
      "waited for one; to 1 to 4 ms (a jiffy)")                                                    \
    X(LATENCY_CLOSE, "close",                                                                      \
      "from the first step that closes (shut-wr, wait-fin, rst, close) to the end of the program") \
    X(LATENCY_LIFE, "life",                                                                        \
      "from connect(2) or accept(2) to the end of the program (open loop: from when it was due)")  \
    X(LATENCY_LATE, "late", "open loop: from when a connection was due until it was begun")

enum latency {
#define X(id, name, about) id,
    LATENCIES(X)
#undef X
        LATENCY_N,
};

const char *latency_name(enum latency latency);
const char *latency_about(enum latency latency);

/* What is counted of TLS. */
#define TLS_COUNTS(X)                                                                              \
    X(TLS_HANDSHAKES, "handshakes", "TLS handshakes completed")                                    \
    X(TLS_RESUMED, "resumed", "those of them that resumed a session")                              \
    X(TLS_TICKETS, "tickets", "session tickets received (TLS 1.2: session ids, too)")              \
    X(TLS_NOTIFY_SENT, "notify_sent", "close_notify alerts sent")                                  \
    X(TLS_NOTIFY_RECEIVED, "notify_received", "close_notify alerts read")                          \
    X(TLS_INCOMPLETE, "incomplete", "TLS handshakes begun and never completed")                    \
    X(TLS_WAITED, "waited", "clients that waited until another's handshake was over")

enum tls_count {
#define X(id, name, about) id,
    TLS_COUNTS(X)
#undef X
        TLS_COUNT_N,
};

/* Static storage; NULL outside the table. */
const char *tls_count_name(enum tls_count count);
const char *tls_count_about(enum tls_count count);

/* An error of OpenSSL's and how many connections met it.  Those that find no room are left out. */
struct tls_error {
    uint64_t reason; /* see tls_reason_text; 0: the row is free */
    uint64_t count;
};
#define TLS_ERRORS 16

struct tls_account {
    uint64_t count[TLS_COUNT_N];
    struct tls_error error[TLS_ERRORS];
    char negotiated[96]; /* by the first handshake, tls_negotiated(); "" before */
};

/* Count an error. */
void tls_account_error(struct tls_account *account, uint64_t reason, uint64_t count);

/*
 * What is counted plainly.  A row is all that a counter needs: a member of struct account, merged
 * by adding; a key of the account in the result; the metric <side>.NAME, its unit and its meaning.
 */
#define ACCOUNT(X)                                                                                 \
    X(attempted, "connections", "connections the role began: connect tried, or accepted")          \
    X(opened, "connections", "those of them that were established")                                \
    X(messages_sent, "messages", "whole messages the role sent")                                   \
    X(messages_received, "messages", "whole messages the role received")                           \
    X(heads_received, "messages", "heads that `recv(head)` read, of messages whole or not")        \
    X(ended_by_fin, "connections",                                                                 \
      "those whose `recv(or-fin)` met the peer's FIN (TLS: close_notify) in place of a message, "  \
      "or which it met between two rounds, see http.persist")                                      \
    X(told_to_close, "connections",                                                                \
      "those that ended their rounds early, for the peer's head said so; see http.persist")        \
    X(closes_announced, "messages",                                                                \
      "messages whose head said that the connection ends behind them: Connection: close, "         \
      "HTTP/1.0 without keep-alive, or Keep-Alive: max=0")                                         \
    X(messages_cut, "messages",                                                                    \
      "those of which the role received a part, and then the connection was over")                 \
    X(idle_timeouts, "connections",                                                                \
      "those whose `recv(T)` or `wait-fin(T)` ended because T was over, each time")                \
    X(bytes_sent, "bytes", "payload the role sent")                                                \
    X(bytes_received, "bytes",                                                                     \
      "payload the role received; what `wait-fin` and `drain` discard is in it, but not over TLS") \
    X(spoke_tls, "connections", "those whose peer spoke TLS where HTTP was due")                   \
    X(spoke_http, "connections", "those whose peer spoke HTTP, or HTML, where TLS was due")        \
    X(spoke_ssh, "connections", "those whose peer spoke SSH where HTTP or TLS was due")            \
    X(spoke_text, "connections",                                                                   \
      "those whose peer spoke in lines where HTTP or TLS was due, as SMTP and Redis do")           \
    X(asked_for_tls, "responses",                                                                  \
      "responses with a status of 400 that say that this port wants TLS")                          \
    X(closed_first, "connections", "those whose FIN or RST left before the peer's had come")       \
    X(closed_second, "connections", "those whose peer's FIN or RST came before its own left")

/* The statuses of HTTP responses that are counted: 100 to 599 (RFC 9110 section 15). */
#define HTTP_STATUS_MIN 100
#define HTTP_STATUS_N   500

/* "404" for 404 - HTTP_STATUS_MIN; lives until the thread's next call. */
const char *http_status_name(size_t index);

/* What is counted of each program, where a side has several. */
#define ACCOUNT_MIX 8
struct mix_account {
    uint64_t attempted, opened;
    uint64_t outcome[OUTCOME_N], due[OUTCOME_N]; /* as in struct account */
};

struct account {
#define X(name, unit, about) uint64_t name;
    ACCOUNT(X)
#undef X
    uint64_t outcome[OUTCOME_N]; /* their sum is <= attempted; the rest are still open */
    uint64_t due[OUTCOME_N]; /* of these: established, and ended while a message was due to them or
                                after a response whose status was not within http.ok */
    uint64_t status[HTTP_STATUS_N]; /* responses read or, a server's, sent, by status less
                                       HTTP_STATUS_MIN; interim ones (1xx) are in it */
    uint64_t
        error[ERRNO_LIMIT]; /* by errno; one connection may meet several, accept's own included */
    int64_t first_no_port;  /* ns from role_go until EADDRNOTAVAIL or EADDRINUSE was met first, by
                               a client; 0: never */
    int64_t last_begun;     /* ns from role_go until a client began its last connection; 0: none */
    int64_t keep_alive;     /* ns, the least that a head's Keep-Alive: timeout said; 0: none did */
    int64_t stood_still; /* ns that a worker's event loop was late at the most; 0: not measured */
    int64_t cpu_user;    /* ns of the workers' CPU, getrusage(2) */
    int64_t cpu_system;
    uint64_t memory_start; /* bytes of memory of the workers' own when the load began, or before the
                              first connection; 0: not measured */
    uint64_t memory_peak;  /* the same when the most connections were open … */
    uint64_t memory_open;  /* … and how many those were, held ones included; each worker's own
                              moment, added up */
    struct histogram latency[LATENCY_N];
    struct tls_account tls;
    struct mix_account mix[ACCOUNT_MIX]; /* beside struct mix */
};

/* All zero. */
void account_init(struct account *account);

/* Add all of `from` to `into`; `from` may be counting meanwhile. */
void account_merge(struct account *into, const struct account *from);

/* Connections begun and not ended: attempted minus all outcomes (a held one has ended). */
uint64_t account_open(const struct account *account);

/* Its worker is no more: what was open ended so, and what was held as well when it was killed. */
void account_settle(struct account *account, enum outcome outcome);

#endif
