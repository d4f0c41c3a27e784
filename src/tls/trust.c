#include "trust.h"

#include <openssl/x509v3.h>

#include "files.h"
#include "reason.h"

/* ---- a client ---- */

/* OpenSSL builds and checks a chain even when told not to mind the outcome. */
static int accept_any(X509_STORE_CTX *store, void *argument)
{
    (void)argument;
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
}

/* Our own server's certificate is an anchor itself, signed by another or not. */
static int trust_server(SSL_CTX *context, const struct tls *server)
{
    X509_STORE *store = SSL_CTX_get_cert_store(context);

    return X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) &&
           X509_STORE_add_cert(store, SSL_CTX_get0_certificate(server->context));
}

static int trust_anchors(SSL_CTX *context, const char *ca, const struct tls *server,
                         struct error *error)
{
    if (ca != NULL) {
        return files_trust(context, "client.tls.ca", ca, error);
    }
    if (server != NULL ? !trust_server(context, server)
                       : !SSL_CTX_set_default_verify_paths(context)) {
        return error_openssl(error, "client.tls.verify");
    }
    return 0;
}

static int verify_server(SSL_CTX *context, const struct tls_spec *spec, const struct tls *server,
                         struct error *error)
{
    if (!spec->side[SIDE_CLIENT].verify) {
        SSL_CTX_set_cert_verify_callback(context, accept_any, NULL);
        return 0;
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    if (spec->sni != NULL &&
        !X509_VERIFY_PARAM_set1_host(SSL_CTX_get0_param(context), spec->sni, 0)) {
        return error_openssl(error, "client.tls.sni: %s", spec->sni);
    }
    return trust_anchors(context, spec->side[SIDE_CLIENT].ca, server, error);
}

/* ---- a server ---- */

static int make_authority(struct tls *tls, struct error *error)
{
    if (certificate_make_authority(&tls->authority, "finwait CA") == 0 &&
        X509_STORE_add_cert(SSL_CTX_get_cert_store(tls->context), tls->authority.x509) &&
        SSL_CTX_add_client_CA(tls->context, tls->authority.x509)) {
        return 0;
    }
    return error_openssl(error, "server.tls.verify");
}

static int verify_clients(struct tls *tls, const char *ca, struct error *error)
{
    SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return ca != NULL ? files_trust(tls->context, "server.tls.ca", ca, error)
                      : make_authority(tls, error);
}

/* ---- */

int trust_set(struct tls *tls, const struct tls_spec *spec, const struct tls *server,
              struct error *error)
{
    if (tls->side == SIDE_CLIENT) {
        return verify_server(tls->context, spec, server, error);
    }
    return spec->side[SIDE_SERVER].verify ? verify_clients(tls, spec->side[SIDE_SERVER].ca, error)
                                          : 0;
}
