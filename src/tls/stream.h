#ifndef FINWAIT_TLS_STREAM_H
#define FINWAIT_TLS_STREAM_H

#include <openssl/ssl.h>

#include "context.h"

/* A connection: OpenSSL's SSL, and the descriptor beneath it. */
struct tls_stream {
    struct tls *tls;
    SSL *ssl;
    BIO *bio; /* its own reference is the SSL's */
    int fd;
    int errnum;    /* of the system call that failed during this call, or 0 */
    bool eof;      /* the peer's FIN has been read */
    bool notified; /* the kernel has our close_notify */
    int reads;     /* that this call may still do */
    bool bulk;     /* its records are too long for a look ahead */
    enum tls_until until;
    bool given_up; /* its handshake has come there */
    char began[5]; /* the first bytes of the peer's, as many as a record's header has … */
    size_t began_length;
};

#endif
