#ifndef FINWAIT_TLS_STATUS_H
#define FINWAIT_TLS_STATUS_H

#include "stream.h"

/* What a call to OpenSSL that returned `result` came to.  The error queue was empty before it, and
 * is empty afterwards. */
enum tls_status status_of(const struct tls_stream *stream, int result, struct tls_trouble *trouble);

/* What came instead of the rest of a handshake, or of a message after it: a close_notify, which is
 * then an alert like any other (RFC 8446 section 6.1), or a FIN that is to pass for one. */
enum tls_status status_of_early_end(const struct tls_stream *stream, struct tls_trouble *trouble);

#endif
