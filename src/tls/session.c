#include "session.h"

/* Whether it may be resumed in the way that was asked for. */
static bool is_wanted(const struct tls *tls, const SSL_SESSION *session)
{
    switch (tls->resumption) {
    case TLS_RESUME_TICKET:
        return SSL_SESSION_has_ticket(session) == 1;
    case TLS_RESUME_SESSION_ID:
        return SSL_SESSION_has_ticket(session) == 0;
    default:
        return false;
    }
}

/* 1: the reference that OpenSSL took is ours. */
static int on_session(SSL *ssl, SSL_SESSION *session)
{
    struct tls *tls = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

    tls->tickets++;
    if (!is_wanted(tls, session)) {
        return 0;
    }
    session_forget(tls);
    tls->newest = session;
    tls->copy = SSL_SESSION_dup(session);
    return 1;
}

static void prepare_client(struct tls *tls)
{
    SSL_CTX_set_app_data(tls->context, tls);
    SSL_CTX_set_session_cache_mode(tls->context, SSL_SESS_CACHE_CLIENT |
                                                     SSL_SESS_CACHE_NO_INTERNAL |
                                                     SSL_SESS_CACHE_NO_AUTO_CLEAR);
    SSL_CTX_sess_set_new_cb(tls->context, on_session);
}

/*
 * SSL_OP_NO_TICKET stops the tickets of TLS 1.2.  Those of TLS 1.3 are sent all the same, but hold
 * no more than a number in the server's cache; where that is off, nobody can redeem them and each
 * handshake is a full one, whoever the client is.
 */
void session_prepare(struct tls *tls, const struct tls_spec *spec)
{
    static const unsigned char id[] = "finwait";

    if (tls->resumption != TLS_RESUME_TICKET) {
        SSL_CTX_set_options(tls->context, SSL_OP_NO_TICKET);
    }
    if (tls->side == SIDE_CLIENT) {
        prepare_client(tls);
        return;
    }
    SSL_CTX_set_session_id_context(tls->context, id, sizeof id - 1);
    SSL_CTX_set_session_cache_mode(tls->context, tls->resumption == TLS_RESUME_SESSION_ID
                                                     ? SSL_SESS_CACHE_SERVER
                                                     : SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(tls->context, spec->tickets);
}

int session_offer(struct tls *tls, SSL *ssl)
{
    if (tls->copy == NULL) {
        return 1;
    }
    if (tls->newest == NULL || SSL_SESSION_is_resumable(tls->newest) == 0) {
        SSL_SESSION_free(tls->newest);
        tls->newest = SSL_SESSION_dup(tls->copy);
    }
    return tls->newest != NULL && SSL_set_session(ssl, tls->newest);
}

void session_forget(struct tls *tls)
{
    SSL_SESSION_free(tls->newest);
    SSL_SESSION_free(tls->copy);
    tls->newest = NULL;
    tls->copy = NULL;
}
