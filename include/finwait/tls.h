#ifndef FINWAIT_TLS_H
#define FINWAIT_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "finwait/error.h"
#include "finwait/side.h"

/*
 * TLS by OpenSSL on descriptors of our own: nothing here waits, opens, shuts down or closes a
 * socket.  Every call does what can be done at once and says what it would have to wait for, so
 * that who sends FIN, close_notify or RST, and when, stays with the program's steps.
 */

enum tls_version {
    TLS_ANY, /* 1.2 or 1.3, whichever both sides can do */
    TLS_1_2, /* RFC 5246 */
    TLS_1_3, /* RFC 8446 */
};

/* How a client's next connection may leave out the certificates and the key exchange's signature.
 */
enum tls_resumption {
    TLS_RESUME_OFF,        /* every handshake is a full one, whatever the peer offers or is given */
    TLS_RESUME_TICKET,     /* RFC 8446 section 4.6.1, RFC 5077 */
    TLS_RESUME_SESSION_ID, /* TLS 1.2 only, from the server's cache: RFC 5246 section 7.4.1.2 */
};

/* The key of a certificate made at start. */
enum tls_key {
    TLS_KEY_P256,
    TLS_KEY_RSA2048,
};

/* The certificate that a client shows when it is not given one. */
enum tls_shown {
    TLS_SHOW_TRUSTED, /* to a server of ours that verifies: by the CA that was made for that */
    TLS_SHOW_UNKNOWN, /* by a CA that nobody knows */
    TLS_SHOW_NONE,
};

/* What a scenario says of TLS; the texts are its own.  NULL: OpenSSL's default, or none. */
struct tls_spec {
    enum tls_version version;
    char *ciphers;      /* of TLS 1.2, in the language of openssl-ciphers(1) */
    char *ciphersuites; /* of TLS 1.3, colons between them */
    char *groups;       /* SSL_CTX_set1_groups_list(3) */
    char *alpn;         /* the one protocol offered and taken, RFC 7301 */
    enum tls_resumption resumption;
    bool release_buffers; /* SSL_MODE_RELEASE_BUFFERS */
    bool read_ahead;      /* SSL_CTX_set_read_ahead(3) */
    struct {
        bool ignore_unexpected_eof; /* SSL_OP_IGNORE_UNEXPECTED_EOF */
        char
            *cert; /* PEM files, both or neither; NULL: a server's is made, a client's by `shown` */
        char *key;
        bool verify; /* client: the server's certificate chain, and its name when there is an sni;
                        server: ask the client for one, and refuse who has none that verifies */
        char *ca;    /* file of certificates to trust; NULL: a client trusts our own server's
                        certificate, or the system's; a server the CA that is made */
    } side[SIDE_N];
    char *sni;             /* client: server_name, RFC 6066 section 3 */
    enum tls_shown shown;  /* client */
    const char *address;   /* server: one that the certificate that is made is valid for, besides
                              those of the loopback, or NULL */
    enum tls_key key_kind; /* server: of the one that is made */
    uint32_t tickets;      /* server: sent after each TLS 1.3 handshake (SSL_CTX_set_num_tickets) */
    uint32_t unfinished;   /* server: handshakes under way at once in a worker, at most */
};

/* One side's end of TLS: what all of its connections share.  A process that forks shares it with
 * its children, the keys of the session tickets included. */
struct tls;

/*
 * Make what `side` needs.  A client that is to verify and has no `ca` trusts the certificate of
 * `server`, our own server's, or the system's store when that is NULL; the CA of its own
 * certificate is that server's.  `spec` need not outlive it.
 * NULL with STATUS_USAGE: a file that is missing, unreadable, no PEM, or a key that does not match
 * its certificate; a cipher, group or the like that OpenSSL does not know.  The message begins with
 * the option ("server.tls.key: ") and names the file and what OpenSSL said.
 */
struct tls *tls_new(const struct tls_spec *spec, enum side side, const struct tls *server,
                    struct error *error);

/* NULL is allowed. */
void tls_free(struct tls *tls);

/* Write a server's certificate, with its chain, and its private key (NULL: not that) into files
 * that others read as PEM.  0, or -1 with STATUS_MACHINE. */
int tls_save(const struct tls *tls, const char *cert, const char *key, struct error *error);

/*
 * Write the secrets of all connections to come to `fd`, which becomes its own, as lines of
 * SSLKEYLOGFILE (SSL_CTX_set_keylog_callback(3)), each at once; what it does not take is lost.
 * tls_keys: that descriptor, or -1.
 */
void tls_log_keys(struct tls *tls, int fd);
int tls_keys(const struct tls *tls);

/* Session tickets and sessions that connections of this process were given (client). */
uint64_t tls_tickets_received(const struct tls *tls);

/* A connection: OpenSSL's SSL and what is beneath it. */
typedef struct tls_stream tls_stream;

/* How a call went. */
enum tls_status {
    TLS_OK,
    TLS_WANT_READ, /* nothing was done that shows: call again when the descriptor can be read … */
    TLS_WANT_WRITE, /* … or written; either may be said by any call, tls_read included */
    TLS_BUSY,       /* there is more to read, and others are to have their turn: call again */
    TLS_NOTIFIED,   /* the peer's close_notify was read (SSL_ERROR_ZERO_RETURN) */
    TLS_FIN,        /* its FIN was read, and passes for one (ignore_unexpected_eof) */
    TLS_TRUNCATED,  /* the peer's FIN was read and no close_notify before it.  OpenSSL has answered
                       with a fatal alert (ssl3_read_n() in ssl/record/rec_layer_s3.c), but not
                       after a close_notify of ours (ssl3_send_alert() in ssl/s3_msg.c) */
    TLS_ERRNO,      /* a system call's errno: ECONNRESET, EPIPE … */
    TLS_ALERT,      /* a fatal alert of the peer was read, RFC 8446 section 6.2 */
    TLS_FAILED,     /* what the peer sent is no TLS, or not what was agreed */
};

/* What went wrong, after TLS_TRUNCATED, TLS_ERRNO, TLS_ALERT and TLS_FAILED. */
struct tls_trouble {
    int errnum;      /* after TLS_ERRNO */
    uint64_t reason; /* else, and never 0: OpenSSL's packed error code, ERR_get_error(3); for a
                        certificate that did not verify, X509_V_ERR_* in ERR_LIB_USER */
};

/*
 * A connection on `fd`, non-blocking and connected, which stays the caller's; a client's offers the
 * newest session when it may resume, as often as there are connections and whatever became of the
 * one it came from.  NULL: no memory.
 */
tls_stream *tls_stream_new(struct tls *tls, int fd);

/* Forget the connection; nothing is sent, its session stays good for resumption.  NULL allowed. */
void tls_stream_free(tls_stream *stream);

/* How far a client's handshake is to go.  One that has come there sends and reads no more. */
enum tls_until {
    TLS_WHOLE,
    TLS_HELLO,  /* its ClientHello is sent */
    TLS_FLIGHT, /* the server's flight is read, through its Finished (TLS 1.2: ServerHelloDone; or
                   Finished, where a session is resumed) */
};

/* Before the first tls_handshake(), which says TLS_OK there as if it were complete. */
void tls_handshake_until(tls_stream *stream, enum tls_until until);

/* Go on with the handshake.  TLS_OK: it is complete on this side, a server's tickets are sent.  A
 * close_notify instead is TLS_ALERT, and a FIN TLS_TRUNCATED even with ignore_unexpected_eof. */
enum tls_status tls_handshake(tls_stream *stream, struct tls_trouble *trouble);

/* Write some of `length` > 0 bytes, *done of them, when TLS_OK.  Called again after a want, it must
 * be with the same bytes first.  Neither this nor tls_notify() says TLS_NOTIFIED or TLS_FIN: what
 * ends the peer's half in the middle of a message of TLS's own is as in a handshake. */
enum tls_status tls_write(tls_stream *stream, const void *bytes, size_t length, size_t *done,
                          struct tls_trouble *trouble);

/* Read at most `size` > 0 bytes, *done of them, when TLS_OK. */
enum tls_status tls_read(tls_stream *stream, void *bytes, size_t size, size_t *done,
                         struct tls_trouble *trouble);

/* Send close_notify, once: after TLS_OK the kernel has it, and a further call does nothing.  The
 * peer's own is not waited for. */
enum tls_status tls_notify(tls_stream *stream, struct tls_trouble *trouble);

/* The first bytes that the peer sent, `*length` of them, 5 at most.  They live as long as it does.
 */
const char *tls_peer_began(const tls_stream *stream, size_t *length);

/* Of a completed handshake: whether it was resumed; what was agreed on, "TLSv1.3,
 * TLS_AES_256_GCM_SHA384, X25519, http/1.1".  Returns `text`. */
bool tls_resumed(tls_stream *stream);
char *tls_negotiated(char *text, size_t size, tls_stream *stream);
#define TLS_NEGOTIATED 96

/* OpenSSL's words for a reason: "certificate verify failed".  Returns `text`. */
char *tls_reason_text(char *text, size_t size, uint64_t reason);
#define TLS_REASON_TEXT 120

#endif
