#include "stream.h"

#include <openssl/err.h>
#include <stdlib.h>

#include "session.h"
#include "socket.h"
#include "status.h"

enum {
    /* Reads of OpenSSL's within one call: a record takes two, its header and the rest, so this is
     * some thirty records that carry no data. */
    READS_PER_CALL = 64,
};

static void begin(struct tls_stream *stream)
{
    ERR_clear_error(); /* SSL_get_error(3) takes what is left there for this call's */
    stream->errnum = 0;
    stream->reads = READS_PER_CALL;
}

/* Nothing stays taken that OpenSSL has not read: the kernel would answer a close with a FIN where
 * it has to be a RST, or send no RST later. */
static int end(struct tls_stream *stream, int result)
{
    socket_take(stream);
    return result;
}

/* ---- its life ---- */

/* The server_name goes by connection: SSL_CTX has none. */
static int set_client(struct tls *tls, SSL *ssl)
{
    SSL_set_connect_state(ssl);
    return (tls->sni == NULL || SSL_set_tlsext_host_name(ssl, tls->sni)) && session_offer(tls, ssl);
}

static int set_side(struct tls *tls, SSL *ssl)
{
    if (tls->side == SIDE_CLIENT) {
        return set_client(tls, ssl);
    }
    SSL_set_accept_state(ssl);
    return 1;
}

tls_stream *tls_stream_new(struct tls *tls, int fd)
{
    struct tls_stream *stream = calloc(1, sizeof *stream);

    if (stream == NULL) {
        return NULL;
    }
    *stream = (struct tls_stream){.tls = tls, .fd = fd};
    stream->ssl = SSL_new(tls->context);
    stream->bio = socket_bio(stream);
    if (stream->ssl == NULL || stream->bio == NULL || !set_side(tls, stream->ssl)) {
        BIO_free(stream->bio);
        SSL_free(stream->ssl);
        free(stream);
        return NULL;
    }
    SSL_set_bio(stream->ssl, stream->bio, stream->bio);
    return stream;
}

/* SSL_free(3) drops the session of a connection that was not shut down: so say it was. */
void tls_stream_free(tls_stream *stream)
{
    if (stream == NULL) {
        return;
    }
    SSL_set_shutdown(stream->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(stream->ssl);
    free(stream);
}

const char *tls_peer_began(const tls_stream *stream, size_t *length)
{
    *length = stream->began_length;
    return stream->began;
}

/* ---- what it does ---- */

/*
 * As status_of(), for calls that do not wait for the peer's end.  They meet it nevertheless while a
 * message of the handshake, or one that came after it (a ticket, a KeyUpdate), is half read.
 */
static enum tls_status status_unless_ended(struct tls_stream *stream, int result,
                                           struct tls_trouble *trouble)
{
    enum tls_status status = status_of(stream, result, trouble);

    return status == TLS_NOTIFIED || status == TLS_FIN ? status_of_early_end(stream, trouble)
                                                       : status;
}

static enum tls_status handshake(struct tls_stream *stream, struct tls_trouble *trouble)
{
    return status_unless_ended(stream, end(stream, SSL_do_handshake(stream->ssl)), trouble);
}

void tls_handshake_until(tls_stream *stream, enum tls_until until)
{
    stream->until = until;
}

enum tls_status tls_handshake(tls_stream *stream, struct tls_trouble *trouble)
{
    begin(stream);
    enum tls_status status = handshake(stream, trouble);
    if (stream->given_up) {
        return TLS_OK;
    }
    if (status == TLS_ALERT || status == TLS_FAILED) {
        session_forget(stream->tls); /* lest the next one fail of it too */
    }
    return status;
}

enum tls_status tls_write(tls_stream *stream, const void *bytes, size_t length, size_t *done,
                          struct tls_trouble *trouble)
{
    *done = 0;
    begin(stream);
    return status_unless_ended(stream, end(stream, SSL_write_ex(stream->ssl, bytes, length, done)),
                               trouble);
}

/*
 * A session ticket that is read leaves a write buffer of 17 kB behind, SSL_MODE_RELEASE_BUFFERS or
 * not (state_machine() in ssl/statem/statem.c makes it), and a client often waits just then.
 */
static void release_buffers(SSL *ssl)
{
    if ((SSL_get_mode(ssl) & SSL_MODE_RELEASE_BUFFERS) != 0) {
        SSL_free_buffers(ssl);
    }
}

enum tls_status tls_read(tls_stream *stream, void *bytes, size_t size, size_t *done,
                         struct tls_trouble *trouble)
{
    enum tls_status status;

    *done = 0;
    begin(stream);
    status = status_of(stream, end(stream, SSL_read_ex(stream->ssl, bytes, size, done)), trouble);
    if (status == TLS_WANT_READ) {
        release_buffers(stream->ssl);
    }
    return status;
}

/*
 * A second SSL_shutdown() would read the peer's close_notify.  And it refuses while a message that
 * came after the handshake (a ticket, a KeyUpdate) is half read or its answer half written: that
 * has to be gone through first.
 */
enum tls_status tls_notify(tls_stream *stream, struct tls_trouble *trouble)
{
    enum tls_status status;
    int result;

    if (stream->notified) {
        return TLS_OK;
    }
    begin(stream);
    if (SSL_in_init(stream->ssl)) {
        status = handshake(stream, trouble);
        if (status != TLS_OK) {
            return status;
        }
    }
    result = end(stream, SSL_shutdown(stream->ssl));
    stream->notified = result >= 0;
    return stream->notified ? TLS_OK : status_unless_ended(stream, result, trouble);
}
