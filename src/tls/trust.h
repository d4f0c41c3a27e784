#ifndef FINWAIT_TLS_TRUST_H
#define FINWAIT_TLS_TRUST_H

#include "context.h"

/*
 * Whom a side asks for a certificate, and which it believes.  A server that asks for some and is
 * given no CA makes one: tls->authority.  0, or -1 with STATUS_USAGE.
 */
int trust_set(struct tls *tls, const struct tls_spec *spec, const struct tls *server,
              struct error *error);

#endif
