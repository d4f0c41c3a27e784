#include "verdict.h"

#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "finwait/clock.h"
#include "finwait/kernel_state.h"

/* ---- who closed first ---- */

static void count_closer(struct conn *conn, bool mine)
{
    struct account *account = conn->worker->account;

    if (!conn->closer_known && conn->opened) {
        conn->closer_known = true;
        account->closed_first += mine;
        account->closed_second += !mine;
    }
}

/* TCP_STATE_CLOSE when the kernel has none. */
static struct tcp_info info_of(int fd)
{
    struct tcp_info info = {.tcpi_state = TCP_STATE_CLOSE};
    socklen_t size = sizeof info;

    getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size);
    return info;
}

/* Whether a FIN would stand behind data: more than Nagle's algorithm holds back, which a FIN takes
 * along (tcp_send_fin()).  Then the peer may yet be first. */
static bool holds_fin(const struct tcp_info *info)
{
    return info->tcpi_notsent_bytes > info->tcpi_snd_mss;
}

/* Whether close(2) sends a RST, which nothing stands before: __tcp_close(). */
static bool closes_with_rst(int fd)
{
    struct linger linger = {0};
    socklen_t size = sizeof linger;
    int unread = 0;

    return (ioctl(fd, SIOCINQ, &unread) == 0 && unread > 0) ||
           (getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size) == 0 && linger.l_onoff &&
            linger.l_linger == 0);
}

/* The kernel tells it once. */
static int take_error(int fd)
{
    int errnum = 0;
    socklen_t size = sizeof errnum;

    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &errnum, &size) == 0 ? errnum : 0;
}

static int keep_error(struct conn *conn, int errnum)
{
    conn->error = errnum != 0 ? errnum : conn->error;
    return conn->error;
}

int verdict_socket_error(struct conn *conn)
{
    return keep_error(conn, take_error(conn->fd));
}

struct verdict_look verdict_look(int fd)
{
    struct tcp_info info = info_of(fd);
    struct verdict_look look = {.state = info.tcpi_state};

    look.errnum = look.state == TCP_STATE_CLOSE ? take_error(fd) : 0;
    look.fin_waits = look.state == TCP_STATE_ESTABLISHED && holds_fin(&info);
    look.resets = look.fin_waits && closes_with_rst(fd);
    return look;
}

/* The error that took an unread socket to CLOSE: a RST's (tcp_reset()), not that TCP gave up. */
static bool is_reset(int errnum)
{
    return errnum == ECONNRESET || errnum == EPIPE;
}

/* In CLOSE_WAIT and LAST_ACK the peer's FIN has come, read or not (RFC 9293 section 3.3.2). */
static bool peer_has_closed(struct conn *conn, struct verdict_look look)
{
    return look.state == TCP_STATE_CLOSE_WAIT || look.state == TCP_STATE_LAST_ACK ||
           (look.state == TCP_STATE_CLOSE && is_reset(keep_error(conn, look.errnum)));
}

/* A socket whose reading was shut down reads an end at once, whatever its peer does. */
void verdict_peer_closed(struct conn *conn)
{
    if (!program_has(conn->play->program, STEP_SHUT_RD) ||
        peer_has_closed(conn, verdict_look(conn->fd))) {
        count_closer(conn, false);
    }
}

static bool is_open_question(const struct conn *conn)
{
    return !conn->closer_known && conn->opened;
}

/* A child that has inherited the descriptor keeps the kernel from closing, nobody here knows how
 * long. */
static bool closes_at_once(const struct conn *conn, struct verdict_look before)
{
    return (!before.fin_waits || before.resets) && !program_has(conn->play->program, STEP_INHERIT);
}

static void judge(struct conn *conn, struct verdict_look before, bool leaves)
{
    if (is_open_question(conn) && before.state == TCP_STATE_ESTABLISHED && leaves) {
        count_closer(conn, true);
    } else if (is_open_question(conn) && peer_has_closed(conn, before)) {
        count_closer(conn, false);
    }
}

void verdict_shutting(struct conn *conn)
{
    if (is_open_question(conn) && conn->fd >= 0) {
        struct verdict_look look = verdict_look(conn->fd);
        judge(conn, look, !look.fin_waits);
    }
}

void verdict_closed(struct conn *conn, struct verdict_look before)
{
    judge(conn, before, closes_at_once(conn, before));
}

void verdict_closing(struct conn *conn)
{
    if (is_open_question(conn) && conn->fd >= 0) {
        verdict_closed(conn, verdict_look(conn->fd));
    }
}

void verdict_kept(struct conn *conn)
{
    if (is_open_question(conn) && conn->fd >= 0 && peer_has_closed(conn, verdict_look(conn->fd))) {
        count_closer(conn, false);
    }
}

/* ---- what it got ---- */

static void count_status(struct conn *conn, unsigned status)
{
    if (status >= HTTP_STATUS_MIN && status < HTTP_STATUS_MIN + HTTP_STATUS_N) {
        conn->worker->account->status[status - HTTP_STATUS_MIN]++;
    }
}

void verdict_received(struct conn *conn)
{
    const struct role_plan *plan = conn->worker->plan;
    unsigned status = conn->reader.status;

    conn->bare = conn->reader.asks_head;
    if (plan->message.protocol != PROTOCOL_HTTP || plan->side != SIDE_CLIENT) {
        return;
    }
    count_status(conn, status);
    conn->worker->account->asked_for_tls += conn->asked_for_tls;
    conn->bad_status |= !message_status_is_good(plan->message.good, status);
}

void verdict_sent(struct conn *conn)
{
    const struct role_plan *plan = conn->worker->plan;

    if (plan->message.protocol == PROTOCOL_HTTP && plan->side == SIDE_SERVER) {
        count_status(conn, message_status(&plan->message));
    }
}

void verdict_spoken(struct conn *conn, enum spoken spoken)
{
    struct account *account = conn->worker->account;
    bool tls_due = conn->worker->plan->tls != NULL;

    account->spoke_tls += spoken == SPOKEN_TLS && !tls_due;
    account->spoke_http += spoken == SPOKEN_HTTP && tls_due;
    account->spoke_ssh += spoken == SPOKEN_SSH;
    account->spoke_text += spoken == SPOKEN_TEXT;
}

/* Whether its program would have received more, from the step on that it has come to. */
static bool recv_ahead(const struct conn *conn)
{
    const struct program *program = conn->play->program;
    bool behind = false;

    for (uint32_t i = 0; i < program->length; i++) {
        const struct step *step = &program->step[i];
        if (step->op == STEP_RECV && i >= conn->pc) {
            return true;
        }
        behind |= step->op == STEP_RECV;
        if (step->op == STEP_REPEAT && i >= conn->pc && behind &&
            conn->rounds + 1 < (uint32_t)step->arg && !conn->last_round) {
            return true;
        }
    }
    return false;
}

void verdict_count(struct conn *conn, enum outcome outcome)
{
    struct account *account = conn->worker->account;
    bool missing = conn->opened && recv_ahead(conn);

    if (conn->bad_status && !missing && outcome != OUTCOME_HELD) {
        outcome = OUTCOME_BAD_STATUS; /* however it ended then: it got what there was to get */
    }
    account->messages_cut +=
        conn->receiving && outcome != OUTCOME_BAD_MESSAGE && message_reader_begun(&conn->reader);
    account->outcome[outcome]++;
    account->due[outcome] += missing || conn->bad_status;
    if (conn->play->account != NULL) {
        conn->play->account->outcome[outcome]++;
        conn->play->account->due[outcome] += missing || conn->bad_status;
    }
}

/* ---- how long the peer waited ---- */

static void record_idle(struct conn *conn, int64_t idle)
{
    histogram_record(&conn->worker->account->latency[LATENCY_IDLE], idle > 0 ? idle : 0);
    conn->idle = 0; /* each once */
}

/*
 * In CLOSE_WAIT the FIN is the last segment that came, and so the last ACK (tcp_ack() notes when).
 * The last data before it are the message's, unless they are a close_notify; a program that was
 * late to read them began its pause late.
 */
void verdict_woke(struct conn *conn)
{
    struct tcp_info info;
    socklen_t size = sizeof info;

    if (!recv_ahead(conn) || getsockopt(conn->fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
        info.tcpi_state != TCP_STATE_CLOSE_WAIT) {
        return;
    }
    int64_t since_fin = info.tcpi_last_ack_recv * NS_PER_MS;
    int64_t since_data = info.tcpi_last_data_recv * NS_PER_MS;
    int64_t paused = clock_now() - conn->idle;
    record_idle(conn, (since_data > paused ? since_data : paused) - since_fin);
}

void verdict_ended_idle(struct conn *conn)
{
    if (conn->idle != 0) {
        record_idle(conn, clock_now() - conn->idle);
    }
}
