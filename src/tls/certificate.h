#ifndef FINWAIT_TLS_CERTIFICATE_H
#define FINWAIT_TLS_CERTIFICATE_H

#include <openssl/types.h>

#include "finwait/tls.h"

/* Who a side is when nobody says: a key of its own and a certificate, both made in memory and
 * nowhere else. */
struct certificate {
    X509 *x509;
    EVP_PKEY *key;
};

/* A server's, signed with its own key.  The names it is valid for are localhost, finwait.test,
 * 127.0.0.1, ::1 and `address` (NULL: no other).  All return 0, or -1: OpenSSL's error queue
 * tells. */
int certificate_make(struct certificate *certificate, enum tls_key kind, const char *address);

/* A CA's, and a client's that it has signed. */
int certificate_make_authority(struct certificate *certificate, const char *name);
int certificate_make_client(struct certificate *certificate, const struct certificate *authority);

/* Free both. */
void certificate_clear(struct certificate *certificate);

#endif
