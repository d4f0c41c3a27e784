#ifndef FINWAIT_TLS_SESSION_H
#define FINWAIT_TLS_SESSION_H

#include "context.h"

/*
 * Resumption.  A client process keeps one session, the newest, and offers it with every next
 * connection, many at a time if need be; a server keeps none but with session ids, for a ticket
 * holds its session, and all processes that come from one SSL_CTX by fork have its key.
 *
 * OpenSSL retires a session of TLS 1.3 at its first use and any session whose connection ended
 * without close_notify.  Here it is offered all the same, so that how connections end does not
 * decide how many are resumed; only a handshake that fails costs it its place.
 */

/* Say to OpenSSL what is to be kept and what is to be sent. */
void session_prepare(struct tls *tls, const struct tls_spec *spec);

/* Offer the newest session, if there is one.  0: no memory. */
int session_offer(struct tls *tls, SSL *ssl);

/* Offer it no more. */
void session_forget(struct tls *tls);

#endif
