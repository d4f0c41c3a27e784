#include "socket.h"

#include <errno.h>
#include <openssl/bio.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

/*
 * A peer can send records that carry no data for as long as it likes (KeyUpdate, a plea for
 * renegotiation), and OpenSSL reads on behind each of them.  Once a call has used up its reads it
 * is told that there is nothing more, and comes back when epoll says that there is.
 */
static bool is_spent(struct tls_stream *stream)
{
    return stream->reads-- <= 0;
}

/* What OpenSSL would read next is the answer to a ClientHello that has left. */
static bool gives_up_reading(struct tls_stream *stream)
{
    stream->given_up |= stream->until == TLS_HELLO;
    return stream->given_up;
}

/* What it would write next is no ClientHello (the second, after a HelloRetryRequest, is one), and
 * no alert about what it is reading. */
static bool gives_up_writing(struct tls_stream *stream)
{
    OSSL_HANDSHAKE_STATE state = SSL_get_state(stream->ssl);

    stream->given_up |=
        stream->until == TLS_FLIGHT && state > TLS_ST_CW_CLNT_HELLO && state <= TLS_ST_CW_FINISHED;
    return stream->given_up;
}

static void note_began(struct tls_stream *stream, const char *bytes, size_t length)
{
    size_t room = sizeof stream->began - stream->began_length;

    if (room > 0) {
        memcpy(stream->began + stream->began_length, bytes, length < room ? length : room);
        stream->began_length += length < room ? length : room;
    }
}

static ssize_t receive(const struct tls_stream *stream, char *bytes, size_t size, int flags)
{
    ssize_t length;

    do {
        length = recv(stream->fd, bytes, size, flags);
    } while (length < 0 && errno == EINTR);
    return length;
}

void socket_take(struct tls_stream *stream)
{
    struct look *look = &stream->tls->look;

    if (look->used > 0) {
        receive(stream, look->bytes, look->used, 0);
    }
    look->length = 0;
    look->used = 0;
}

/*
 * OpenSSL reads a record in two, its header and the rest, and a flight has six of them.  To see it
 * all and then to take what OpenSSL has read of it are two system calls in place of twelve, and
 * leave the same in the receive queue.
 */
static ssize_t read_seen(struct tls_stream *stream, char *bytes, size_t size)
{
    struct look *look = &stream->tls->look;

    if (look->used == look->length) {
        socket_take(stream);
        stream->bulk |= size > LOOK_SIZE;
        if (stream->bulk) {
            return receive(stream, bytes, size, 0);
        }
        ssize_t length = receive(stream, look->bytes, LOOK_SIZE, MSG_PEEK);
        if (length <= 0) {
            return length;
        }
        look->length = (size_t)length;
    }
    if (size > look->length - look->used) {
        size = look->length - look->used;
    }
    memcpy(bytes, look->bytes + look->used, size);
    look->used += size;
    return (ssize_t)size;
}

static int socket_read(BIO *bio, char *bytes, size_t size, size_t *done)
{
    struct tls_stream *stream = BIO_get_data(bio);
    ssize_t length;

    BIO_clear_retry_flags(bio);
    if (gives_up_reading(stream) || is_spent(stream)) {
        BIO_set_retry_read(bio);
        return -1;
    }
    length = read_seen(stream, bytes, size);
    if (length > 0) {
        *done = (size_t)length;
        note_began(stream, bytes, *done);
        return 1;
    }
    if (length == 0) {
        stream->eof = true;
        return 0;
    }
    if (errno == EAGAIN) {
        BIO_set_retry_read(bio);
    } else {
        stream->errnum = errno;
    }
    return -1;
}

static int socket_write(BIO *bio, const char *bytes, size_t size, size_t *done)
{
    struct tls_stream *stream = BIO_get_data(bio);
    ssize_t length;

    BIO_clear_retry_flags(bio);
    if (gives_up_writing(stream)) {
        BIO_set_retry_write(bio);
        return -1;
    }
    do {
        length = send(stream->fd, bytes, size, MSG_NOSIGNAL);
    } while (length < 0 && errno == EINTR);
    if (length >= 0) {
        *done = (size_t)length;
        return 1;
    }
    if (errno == EAGAIN) {
        BIO_set_retry_write(bio);
    } else {
        stream->errnum = errno;
    }
    return -1;
}

static long socket_ctrl(BIO *bio, int command, long number, void *pointer)
{
    struct tls_stream *stream = BIO_get_data(bio);

    (void)number;
    (void)pointer;
    switch (command) {
    case BIO_CTRL_FLUSH:
        return 1;
    case BIO_CTRL_EOF:
        return stream->eof;
    default:
        return 0;
    }
}

static BIO_METHOD *method;

static void make_method(void)
{
    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "finwait socket");
    if (method != NULL) {
        BIO_meth_set_read_ex(method, socket_read);
        BIO_meth_set_write_ex(method, socket_write);
        BIO_meth_set_ctrl(method, socket_ctrl);
    }
}

BIO *socket_bio(struct tls_stream *stream)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, make_method);
    BIO *bio = method != NULL ? BIO_new(method) : NULL;
    if (bio != NULL) {
        BIO_set_data(bio, stream);
        BIO_set_init(bio, 1);
    }
    return bio;
}
