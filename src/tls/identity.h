#ifndef FINWAIT_TLS_IDENTITY_H
#define FINWAIT_TLS_IDENTITY_H

#include "context.h"

/* Who a side is: the certificate and the key that were given, or that are made.  A client may be
 * nobody.  0, or -1 with STATUS_USAGE. */
int identity_set(struct tls *tls, const struct tls_spec *spec, const struct tls *server,
                 struct error *error);

#endif
