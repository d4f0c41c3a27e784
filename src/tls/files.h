#ifndef FINWAIT_TLS_FILES_H
#define FINWAIT_TLS_FILES_H

#include <openssl/types.h>

#include "finwait/error.h"

/* PEM files that the user names.  `option` is how they named it ("server.tls.key"), for the
 * messages.  All return 0, or -1 with STATUS_USAGE. */

/* A side's own certificate, first in the file, and those between it and a root. */
int files_use_chain(SSL_CTX *context, const char *option, const char *path, struct error *error);

/* Its key, which must be that of the certificate. */
int files_use_key(SSL_CTX *context, const char *option, const char *path, struct error *error);

/* Every certificate of the file is one to trust, and a CA that a server names to its clients. */
int files_trust(SSL_CTX *context, const char *option, const char *path, struct error *error);

#endif
