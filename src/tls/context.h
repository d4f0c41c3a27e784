#ifndef FINWAIT_TLS_CONTEXT_H
#define FINWAIT_TLS_CONTEXT_H

#include <openssl/ssl.h>

#include "certificate.h"

/* What the connections of one side share. */

enum {
    /* RFC 7301 section 3.1: a protocol's name has 1 to 255 bytes, and one before them says how
     * many. */
    ALPN_NAME_MAX = 255,
    /* The flight of a handshake, or a few tickets; what is longer is read as OpenSSL asks. */
    LOOK_SIZE = 4096,
};

/* What lies in the receive queue of the connection that is being called, from where OpenSSL has
 * read on: seen by MSG_PEEK, and not yet taken. */
struct look {
    size_t length;
    size_t used; /* that OpenSSL has read */
    char bytes[LOOK_SIZE];
};

struct tls {
    SSL_CTX *context;
    enum side side;
    enum tls_resumption resumption;
    char *sni; /* client: the server_name to send; owned, or NULL */
    unsigned char alpn[1 + ALPN_NAME_MAX];
    unsigned alpn_length;         /* 0: none */
    SSL_SESSION *newest;          /* client: what the next connection may resume, or NULL */
    SSL_SESSION *copy;            /* of it, as it came; OpenSSL has never used this one */
    uint64_t tickets;             /* client: received */
    int keys;                     /* where secrets are logged to; -1: nowhere */
    struct certificate authority; /* server: of the clients' certificates; empty: none was made */
    struct look look;
};

#endif
