#ifndef FINWAIT_TLS_SOCKET_H
#define FINWAIT_TLS_SOCKET_H

#include "stream.h"

/*
 * OpenSSL's way to the descriptor.  Its own BIO_s_socket() raises SIGPIPE, does not keep errno, and
 * reads as long as there is something to read.
 */

/* A BIO for the stream's descriptor, or NULL. */
BIO *socket_bio(struct tls_stream *stream);

/* Take from the receive queue what OpenSSL has read: after every call of OpenSSL's on the stream.
 */
void socket_take(struct tls_stream *stream);

#endif
