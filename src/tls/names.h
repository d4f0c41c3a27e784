#ifndef FINWAIT_TLS_NAMES_H
#define FINWAIT_TLS_NAMES_H

#include <openssl/types.h>

#include "finwait/tls.h"

/* Ciphers, cipher suites and groups by name.  0, or -1 with STATUS_USAGE. */
int names_set(SSL_CTX *context, const struct tls_spec *spec, struct error *error);

#endif
