#ifndef TLS_TESTING_H
#define TLS_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include "finwait/tls.h"
#include "stream.h"

/* A spec's texts are the scenario's own, so they are not const. */
#define TEXT(literal) ((char[]){literal})

/* Both ends of a connection in one thread, for the tests of TLS: neither ever waits. */
struct ends {
    struct tls *tls[SIDE_N];
    int fd[SIDE_N];
    tls_stream *stream[SIDE_N];
    enum tls_status status[SIDE_N];
    struct tls_trouble trouble[SIDE_N];
};

static inline struct tls_spec spec_plain(void)
{
    return (struct tls_spec){.release_buffers = true, .tickets = 2};
}

static inline struct tls *tls_made(const struct tls_spec *spec, enum side side,
                                   const struct tls *server)
{
    struct error error;
    struct tls *tls = tls_new(spec, side, server, &error);

    if (tls == NULL) {
        fail_msg("%s", error.what);
    }
    return tls;
}

/* Each side has a spec of its own, for the tests in which they disagree. */
static inline void ends_make(struct ends *ends, const struct tls_spec *client,
                             const struct tls_spec *server)
{
    *ends = (struct ends){.fd = {-1, -1}};
    ends->tls[SIDE_SERVER] = tls_made(server, SIDE_SERVER, NULL);
    ends->tls[SIDE_CLIENT] = tls_made(client, SIDE_CLIENT, ends->tls[SIDE_SERVER]);
}

static inline void ends_attach(struct ends *ends)
{
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        ends->trouble[side] = (struct tls_trouble){0};
        ends->status[side] = TLS_WANT_READ;
        ends->stream[side] = tls_stream_new(ends->tls[side], ends->fd[side]);
        assert_non_null(ends->stream[side]);
    }
}

static inline void ends_connect(struct ends *ends)
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends->fd), 0);
    ends_attach(ends);
}

/* Over TCP, where there is an RST. */
static inline void ends_connect_tcp(struct ends *ends)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(listener, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    ends->fd[SIDE_CLIENT] = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(ends->fd[SIDE_CLIENT], (struct sockaddr *)&address, length), 0);
    ends->fd[SIDE_SERVER] = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    close(listener);
    ends_attach(ends);
}

static inline bool is_want(enum tls_status status)
{
    return status == TLS_WANT_READ || status == TLS_WANT_WRITE;
}

/* Both as far as they come; true: both are done. */
static inline bool ends_handshake(struct ends *ends)
{
    enum { ROUNDS = 50 };

    for (int i = 0; i < ROUNDS; i++) {
        for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
            if (is_want(ends->status[side])) {
                ends->status[side] = tls_handshake(ends->stream[side], &ends->trouble[side]);
            }
        }
    }
    return ends->status[SIDE_CLIENT] == TLS_OK && ends->status[SIDE_SERVER] == TLS_OK;
}

static inline void ends_open(struct ends *ends)
{
    ends_connect(ends);
    assert_true(ends_handshake(ends));
}

static inline void ends_hang_up(struct ends *ends)
{
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        tls_stream_free(ends->stream[side]);
        ends->stream[side] = NULL;
        if (ends->fd[side] >= 0) {
            close(ends->fd[side]);
        }
        ends->fd[side] = -1;
    }
}

static inline void ends_free(struct ends *ends)
{
    ends_hang_up(ends);
    tls_free(ends->tls[SIDE_CLIENT]);
    tls_free(ends->tls[SIDE_SERVER]);
}

/* One read, and what it came to. */
static inline enum tls_status ends_read(struct ends *ends, enum side side, char *bytes, size_t size,
                                        size_t *done)
{
    return tls_read(ends->stream[side], bytes, size, done, &ends->trouble[side]);
}

/* A read that is to bring no data. */
static inline enum tls_status ends_poll(struct ends *ends, enum side side)
{
    char bytes[1];
    size_t done;
    enum tls_status status = ends_read(ends, side, bytes, sizeof bytes, &done);

    assert_int_equal(done, 0);
    return status;
}

static inline void ends_send(struct ends *ends, enum side side, const char *text)
{
    size_t done;

    assert_int_equal(tls_write(ends->stream[side], text, strlen(text), &done, &ends->trouble[side]),
                     TLS_OK);
    assert_int_equal(done, strlen(text));
}

static inline void assert_received(struct ends *ends, enum side side, const char *text)
{
    char bytes[256];
    size_t done;

    assert_int_equal(ends_read(ends, side, bytes, sizeof bytes, &done), TLS_OK);
    assert_int_equal(done, strlen(text));
    assert_memory_equal(bytes, text, done);
}

/* What a side's trouble is called. */
static inline void assert_reason(const struct ends *ends, enum side side, const char *words)
{
    char text[TLS_REASON_TEXT];

    assert_string_equal(tls_reason_text(text, sizeof text, ends->trouble[side].reason), words);
}

static inline void assert_both_work(struct ends *ends)
{
    ends_send(ends, SIDE_CLIENT, "ping");
    assert_received(ends, SIDE_SERVER, "ping");
    ends_send(ends, SIDE_SERVER, "pong");
    assert_received(ends, SIDE_CLIENT, "pong");
}

#endif
