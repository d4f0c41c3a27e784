#include "tls_testing.h"

#include <poll.h>

static const enum tls_version versions[] = {TLS_1_2, TLS_1_3};
#define VERSIONS (sizeof versions / sizeof versions[0])

static void make(struct ends *ends, enum tls_version version)
{
    struct tls_spec spec = spec_plain();

    spec.version = version;
    ends_make(ends, &spec, &spec);
}

static enum tls_status notify(struct ends *ends, enum side side)
{
    return tls_notify(ends->stream[side], &ends->trouble[side]);
}

/* Bytes that lie in the kernel for this side. */
static ssize_t count_queued(const struct ends *ends, enum side side)
{
    char bytes[4096];

    return recv(ends->fd[side], bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
}

/* ---- how a connection ends ---- */

static void close_notify_ends_one_direction(void **state)
{
    (void)state;
    for (size_t i = 0; i < VERSIONS; i++) {
        struct ends ends;

        make(&ends, versions[i]);
        ends_open(&ends);
        assert_int_equal(ends_poll(&ends, SIDE_CLIENT), TLS_WANT_READ);
        assert_int_equal(notify(&ends, SIDE_CLIENT), TLS_OK);
        assert_int_equal(ends_poll(&ends, SIDE_SERVER), TLS_NOTIFIED);
        ends_send(&ends, SIDE_SERVER, "still here");
        assert_received(&ends, SIDE_CLIENT, "still here");
        assert_int_equal(notify(&ends, SIDE_SERVER), TLS_OK);
        assert_int_equal(ends_poll(&ends, SIDE_CLIENT), TLS_NOTIFIED);
        assert_int_equal(ends_poll(&ends, SIDE_CLIENT), TLS_NOTIFIED);
        ends_free(&ends);
    }
}

/* A second SSL_shutdown() would take the peer's data for an error. */
static void notify_is_sent_once(void **state)
{
    struct ends ends;
    ssize_t queued;

    (void)state;
    make(&ends, TLS_1_3);
    ends_open(&ends);
    ends_send(&ends, SIDE_SERVER, "data");
    assert_int_equal(notify(&ends, SIDE_CLIENT), TLS_OK);
    queued = count_queued(&ends, SIDE_SERVER);
    assert_true(queued > 0);
    assert_int_equal(notify(&ends, SIDE_CLIENT), TLS_OK);
    assert_int_equal(count_queued(&ends, SIDE_SERVER), queued);
    assert_received(&ends, SIDE_CLIENT, "data");
    ends_free(&ends);
}

static void a_fin_truncates(void **state)
{
    (void)state;
    for (size_t i = 0; i < VERSIONS; i++) {
        struct ends ends;

        make(&ends, versions[i]);
        ends_open(&ends);
        ends_send(&ends, SIDE_SERVER, "all");
        shutdown(ends.fd[SIDE_SERVER], SHUT_WR);
        assert_received(&ends, SIDE_CLIENT, "all");
        assert_int_equal(ends_poll(&ends, SIDE_CLIENT), TLS_TRUNCATED);
        assert_reason(&ends, SIDE_CLIENT, "unexpected eof while reading");
        /* And OpenSSL tells the peer. */
        assert_int_equal(ends_poll(&ends, SIDE_SERVER), TLS_ALERT);
        assert_reason(&ends, SIDE_SERVER, "tlsv1 alert decode error");
        ends_free(&ends);
    }
}

/* Who has sent close_notify sends no alert any more: ssl3_send_alert() in ssl/s3_msg.c. */
static void after_notify_a_fin_draws_no_alert(void **state)
{
    struct ends ends;

    (void)state;
    make(&ends, TLS_1_3);
    ends_open(&ends);
    assert_int_equal(notify(&ends, SIDE_CLIENT), TLS_OK);
    shutdown(ends.fd[SIDE_SERVER], SHUT_WR);
    assert_int_equal(ends_poll(&ends, SIDE_CLIENT), TLS_TRUNCATED);
    assert_int_equal(ends_poll(&ends, SIDE_SERVER), TLS_NOTIFIED);
    assert_int_equal(count_queued(&ends, SIDE_SERVER), -1);
    ends_free(&ends);
}

static void a_fin_may_pass_for_close_notify(void **state)
{
    struct tls_spec spec = spec_plain();
    struct ends ends;

    (void)state;
    spec.side[SIDE_CLIENT].ignore_unexpected_eof = true;
    ends_make(&ends, &spec, &spec);
    ends_open(&ends);
    shutdown(ends.fd[SIDE_SERVER], SHUT_WR);
    assert_int_equal(ends_poll(&ends, SIDE_CLIENT), TLS_FIN);
    assert_int_equal(count_queued(&ends, SIDE_SERVER), -1);
    /* The other side has not been told to. */
    shutdown(ends.fd[SIDE_CLIENT], SHUT_WR);
    assert_int_equal(ends_poll(&ends, SIDE_SERVER), TLS_TRUNCATED);
    ends_free(&ends);
}

static void in_a_handshake_a_fin_truncates_anyway(void **state)
{
    struct tls_spec spec = spec_plain();

    (void)state;
    for (int ignored = 0; ignored < 2; ignored++) {
        struct ends ends;

        spec.side[SIDE_SERVER].ignore_unexpected_eof = ignored == 1;
        ends_make(&ends, &spec, &spec);
        ends_connect(&ends);
        assert_int_equal(tls_handshake(ends.stream[SIDE_CLIENT], &ends.trouble[SIDE_CLIENT]),
                         TLS_WANT_READ);
        shutdown(ends.fd[SIDE_CLIENT], SHUT_WR);
        assert_false(ends_handshake(&ends));
        assert_int_equal(ends.status[SIDE_SERVER], TLS_TRUNCATED);
        assert_reason(&ends, SIDE_SERVER, "unexpected eof while reading");
        ends_free(&ends);
    }
}

/* ---- errno ---- */

static void reset(int fd)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};

    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
    close(fd);
}

static void open_tcp(struct ends *ends)
{
    make(ends, TLS_1_3);
    ends_connect_tcp(ends);
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        struct timeval soon = {.tv_usec = 1000}; /* the client's end is a blocking one */

        setsockopt(ends->fd[side], SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon);
    }
    assert_true(ends_handshake(ends));
}

static void an_rst_is_an_errno(void **state)
{
    struct ends ends;
    size_t done;

    (void)state;
    open_tcp(&ends);
    reset(ends.fd[SIDE_CLIENT]);
    ends.fd[SIDE_CLIENT] = -1;
    assert_int_equal(ends_poll(&ends, SIDE_SERVER), TLS_ERRNO);
    assert_int_equal(ends.trouble[SIDE_SERVER].errnum, ECONNRESET);
    /* And no SIGPIPE, which would end this process. */
    assert_int_equal(tls_write(ends.stream[SIDE_SERVER], "x", 1, &done, &ends.trouble[SIDE_SERVER]),
                     TLS_ERRNO);
    assert_int_equal(ends.trouble[SIDE_SERVER].errnum, EPIPE);
    assert_int_equal(done, 0);
    ends_free(&ends);
}

static void an_rst_in_a_handshake_is_an_errno(void **state)
{
    struct ends ends;

    (void)state;
    make(&ends, TLS_1_3);
    ends_connect_tcp(&ends);
    reset(ends.fd[SIDE_CLIENT]);
    ends.fd[SIDE_CLIENT] = -1;
    assert_int_equal(tls_handshake(ends.stream[SIDE_SERVER], &ends.trouble[SIDE_SERVER]),
                     TLS_ERRNO);
    assert_int_equal(ends.trouble[SIDE_SERVER].errnum, ECONNRESET);
    ends_free(&ends);
}

/* The socket is shut for writing: notify and the rest say so. */
static void a_shut_socket_is_an_errno(void **state)
{
    struct ends ends;

    (void)state;
    make(&ends, TLS_1_3);
    ends_open(&ends);
    shutdown(ends.fd[SIDE_CLIENT], SHUT_WR);
    assert_int_equal(notify(&ends, SIDE_CLIENT), TLS_ERRNO);
    assert_int_equal(ends.trouble[SIDE_CLIENT].errnum, EPIPE);
    ends_free(&ends);
}

/* ---- full buffers ---- */

static void shrink(const struct ends *ends)
{
    int least = 1;

    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        setsockopt(ends->fd[side], SOL_SOCKET, SO_SNDBUF, &least, sizeof least);
        setsockopt(ends->fd[side], SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
    }
}

static void open_small(struct ends *ends, enum tls_version version)
{
    make(ends, version);
    ends_connect(ends);
    shrink(ends);
    assert_true(ends_handshake(ends));
}

enum {
    BULK = 200000,
};

/* Byte by byte different, so that one lost or doubled shows. */
static char *make_bulk(void)
{
    char *bulk = malloc(BULK);

    assert_non_null(bulk);
    for (size_t i = 0; i < BULK; i++) {
        bulk[i] = (char)(i * 31 + i / 251);
    }
    return bulk;
}

/* Write what is left from an address that is another one each time. */
static enum tls_status write_moved(struct ends *ends, const char *bulk, size_t from, size_t *done)
{
    char *moved = malloc(BULK - from);
    enum tls_status status;

    assert_non_null(moved);
    memcpy(moved, bulk + from, BULK - from);
    status =
        tls_write(ends->stream[SIDE_SERVER], moved, BULK - from, done, &ends->trouble[SIDE_SERVER]);
    free(moved);
    return status;
}

static void read_bulk(struct ends *ends, const char *bulk, size_t *received)
{
    char bytes[700];
    size_t done;

    while (ends_read(ends, SIDE_CLIENT, bytes, sizeof bytes, &done) == TLS_OK) {
        assert_true(*received + done <= BULK);
        assert_memory_equal(bytes, bulk + *received, done);
        *received += done;
    }
}

static void bulk_passes_small_buffers(void **state)
{
    char *bulk = make_bulk();

    (void)state;
    for (size_t i = 0; i < VERSIONS; i++) {
        struct ends ends;
        size_t sent = 0;
        size_t received = 0;
        int wants = 0;

        open_small(&ends, versions[i]);
        while (received < BULK) {
            size_t done = 0;
            enum tls_status status = sent < BULK ? write_moved(&ends, bulk, sent, &done) : TLS_OK;

            assert_true(status == TLS_OK || status == TLS_WANT_WRITE);
            wants += status == TLS_WANT_WRITE;
            sent += done;
            if (status == TLS_WANT_WRITE || sent == BULK) {
                read_bulk(&ends, bulk, &received);
            }
        }
        assert_true(wants > 10);
        assert_int_equal(ends_poll(&ends, SIDE_CLIENT), TLS_WANT_READ);
        ends_free(&ends);
    }
    free(bulk);
}

/* close_notify finds the peer's buffer full: it waits for room, then it is sent, once. */
static void notify_waits_for_room(void **state)
{
    static const char stuffing[512] = "x";

    (void)state;
    for (size_t i = 0; i < VERSIONS; i++) {
        struct ends ends;
        char bytes[4096];
        size_t done;
        enum tls_status status;
        ssize_t stuffed = 0;

        open_small(&ends, versions[i]);
        assert_int_equal(ends_poll(&ends, SIDE_CLIENT), TLS_WANT_READ);
        /* Not through TLS, so that no record is left half written. */
        while (send(ends.fd[SIDE_SERVER], stuffing, 1, 0) == 1) {
            stuffed++;
        }
        for (int again = 0; again < 3; again++) {
            assert_int_equal(notify(&ends, SIDE_SERVER), TLS_WANT_WRITE);
        }
        while (stuffed > 0) {
            ssize_t length = recv(ends.fd[SIDE_CLIENT], bytes,
                                  stuffed < 4096 ? (size_t)stuffed : sizeof bytes, 0);
            assert_true(length > 0);
            stuffed -= length;
        }
        assert_int_equal(notify(&ends, SIDE_SERVER), TLS_OK);
        assert_int_equal(notify(&ends, SIDE_SERVER), TLS_OK);
        status = ends_read(&ends, SIDE_CLIENT, bytes, sizeof bytes, &done);
        assert_int_equal(status, TLS_NOTIFIED);
        assert_int_equal(count_queued(&ends, SIDE_CLIENT), -1);
        ends_free(&ends);
    }
}

/* Neither side's flight fits: both wait to write. */
static void a_handshake_passes_small_buffers(void **state)
{
    struct tls_spec spec = spec_plain();
    struct ends ends;
    int wants = 0;

    (void)state;
    spec.key_kind = TLS_KEY_RSA2048;
    spec.tickets = 16;
    ends_make(&ends, &spec, &spec);
    ends_connect(&ends);
    shrink(&ends);
    for (int i = 0; i < 1000 && ends.status[SIDE_SERVER] != TLS_OK; i++) {
        for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
            if (ends.status[side] != TLS_OK) {
                ends.status[side] = tls_handshake(ends.stream[side], &ends.trouble[side]);
                wants += ends.status[side] == TLS_WANT_WRITE;
            } else {
                assert_int_equal(ends_poll(&ends, side), TLS_WANT_READ);
            }
        }
    }
    assert_int_equal(ends.status[SIDE_SERVER], TLS_OK);
    assert_true(wants > 0);
    assert_int_equal(ends_poll(&ends, SIDE_CLIENT), TLS_WANT_READ);
    assert_int_equal(tls_tickets_received(ends.tls[SIDE_CLIENT]), 16);
    assert_both_work(&ends);
    ends_free(&ends);
}

/* ---- a message of TLS's own that is never whole ---- */

/* So large that it takes several records. */
static int make_fat_ticket(SSL *ssl, void *unused)
{
    static const char data[2000];

    (void)unused;
    return SSL_SESSION_set1_ticket_appdata(SSL_get_session(ssl), data, sizeof data);
}

/* The client has read the first record of the ticket, and behind it comes a FIN, which it takes
 * for a close_notify. */
static void make_half_read_ticket(struct ends *ends)
{
    enum { HEADER = 5, FRAGMENT = 512 };
    struct tls_spec spec = spec_plain();
    unsigned char record[HEADER + 2 * FRAGMENT];
    size_t length;
    int pair[2];

    spec.version = TLS_1_3;
    spec.resumption = TLS_RESUME_TICKET;
    spec.side[SIDE_CLIENT].ignore_unexpected_eof = true;
    ends_make(ends, &spec, &spec);
    SSL_CTX_set_session_ticket_cb(ends->tls[SIDE_SERVER]->context, make_fat_ticket, NULL, NULL);
    SSL_CTX_set_max_send_fragment(ends->tls[SIDE_SERVER]->context, FRAGMENT);
    ends_open(ends);
    assert_int_equal(recv(ends->fd[SIDE_CLIENT], record, HEADER, 0), HEADER);
    length = (size_t)record[3] << 8 | record[4];
    assert_int_equal(recv(ends->fd[SIDE_CLIENT], record + HEADER, length, 0), length);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    assert_int_equal(send(pair[1], record, HEADER + length, 0), HEADER + length);
    close(ends->fd[SIDE_CLIENT]);
    ends->fd[SIDE_CLIENT] = ends->stream[SIDE_CLIENT]->fd = pair[0];
    assert_int_equal(ends_poll(ends, SIDE_CLIENT), TLS_WANT_READ);
    assert_int_equal(shutdown(pair[1], SHUT_WR), 0);
    close(pair[1]);
}

static void what_is_half_read_truncates(void **state)
{
    static const char reason[] = "unexpected eof while reading";
    struct ends ends;
    size_t done;

    (void)state;
    make_half_read_ticket(&ends);
    assert_int_equal(notify(&ends, SIDE_CLIENT), TLS_TRUNCATED);
    assert_reason(&ends, SIDE_CLIENT, reason);
    ends_free(&ends);
    make_half_read_ticket(&ends);
    assert_int_equal(tls_write(ends.stream[SIDE_CLIENT], "x", 1, &done, &ends.trouble[SIDE_CLIENT]),
                     TLS_TRUNCATED);
    assert_reason(&ends, SIDE_CLIENT, reason);
    ends_free(&ends);
}

/* ---- reading ---- */

/* With read-ahead what is read may lie in OpenSSL, where no epoll sees it: it is all handed out. */
static void read_ahead_loses_nothing(void **state)
{
    struct tls_spec spec = spec_plain();
    struct ends ends;

    (void)state;
    spec.read_ahead = true;
    ends_make(&ends, &spec, &spec);
    ends_open(&ends);
    for (int i = 0; i < 100; i++) {
        ends_send(&ends, SIDE_SERVER, "one");
    }
    assert_int_equal(notify(&ends, SIDE_SERVER), TLS_OK);
    for (int i = 0; i < 100; i++) {
        assert_received(&ends, SIDE_CLIENT, "one");
    }
    assert_int_equal(ends_poll(&ends, SIDE_CLIENT), TLS_NOTIFIED);
    ends_free(&ends);
}

/* Without it nothing beyond the record is taken from the socket: what is not read is unread. */
static void no_more_is_read_than_asked_for(void **state)
{
    struct ends ends;
    ssize_t queued;

    (void)state;
    make(&ends, TLS_1_2);
    ends_open(&ends);
    ends_send(&ends, SIDE_SERVER, "one");
    queued = count_queued(&ends, SIDE_CLIENT);
    ends_send(&ends, SIDE_SERVER, "two");
    assert_received(&ends, SIDE_CLIENT, "one");
    assert_int_equal(count_queued(&ends, SIDE_CLIENT), queued);
    ends_free(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(close_notify_ends_one_direction),
        cmocka_unit_test(notify_is_sent_once),
        cmocka_unit_test(a_fin_truncates),
        cmocka_unit_test(after_notify_a_fin_draws_no_alert),
        cmocka_unit_test(a_fin_may_pass_for_close_notify),
        cmocka_unit_test(in_a_handshake_a_fin_truncates_anyway),
        cmocka_unit_test(an_rst_is_an_errno),
        cmocka_unit_test(an_rst_in_a_handshake_is_an_errno),
        cmocka_unit_test(a_shut_socket_is_an_errno),
        cmocka_unit_test(bulk_passes_small_buffers),
        cmocka_unit_test(notify_waits_for_room),
        cmocka_unit_test(a_handshake_passes_small_buffers),
        cmocka_unit_test(what_is_half_read_truncates),
        cmocka_unit_test(read_ahead_loses_nothing),
        cmocka_unit_test(no_more_is_read_than_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
