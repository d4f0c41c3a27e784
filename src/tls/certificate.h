#ifndef FINWAIT_TLS_CERTIFICATE_H
#define FINWAIT_TLS_CERTIFICATE_H

#include <openssl/types.h>

#include "finwait/tls.h"

/* Who a server is when nobody says: a key of its own and a certificate signed with it, both made
 * in memory and nowhere else. */
struct certificate {
    X509 *x509;
    EVP_PKEY *key;
};

/* The names it is valid for are localhost, finwait.test, 127.0.0.1 and ::1.  0, or -1: OpenSSL's
 * error queue tells. */
int certificate_make(struct certificate *certificate, enum tls_key kind);

/* Free both. */
void certificate_clear(struct certificate *certificate);

#endif
