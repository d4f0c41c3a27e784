#include "context.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "certificate.h"
#include "files.h"
#include "library.h"
#include "names.h"
#include "reason.h"
#include "session.h"

/* ---- of both sides ---- */

static int set_versions(SSL_CTX *context, enum tls_version version)
{
    static const struct {
        int min, max;
    } versions[] = {
        [TLS_ANY] = {TLS1_2_VERSION, TLS1_3_VERSION},
        [TLS_1_2] = {TLS1_2_VERSION, TLS1_2_VERSION},
        [TLS_1_3] = {TLS1_3_VERSION, TLS1_3_VERSION},
    };

    return SSL_CTX_set_min_proto_version(context, versions[version].min) &&
           SSL_CTX_set_max_proto_version(context, versions[version].max);
}

static void set_options(SSL_CTX *context, const struct tls_spec *spec, enum side side)
{
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
    if (spec->side[side].ignore_unexpected_eof) {
        SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
    }
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (spec->release_buffers) {
        SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    }
    SSL_CTX_set_read_ahead(context, spec->read_ahead);
    SSL_CTX_set_dh_auto(context, 1); /* for whoever asks for a DHE cipher */
}

/* The server takes the one protocol or, RFC 7301 section 3.2, ends it with an alert. */
static int on_alpn(SSL *ssl, const unsigned char **chosen, unsigned char *chosen_length,
                   const unsigned char *offered, unsigned offered_length, void *argument)
{
    const struct tls *tls = argument;
    unsigned char *found;

    (void)ssl;
    if (SSL_select_next_proto(&found, chosen_length, tls->alpn, tls->alpn_length, offered,
                              offered_length) != OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

static int set_alpn(struct tls *tls, const char *name, struct error *error)
{
    size_t length = name == NULL ? 0 : strlen(name);

    if (name == NULL) {
        return 0;
    }
    if (length == 0 || length > ALPN_NAME_MAX) {
        return error_set(error, STATUS_USAGE, "tls.alpn: a protocol's name has 1 to %d bytes",
                         ALPN_NAME_MAX);
    }
    tls->alpn[0] = (unsigned char)length;
    memcpy(tls->alpn + 1, name, length);
    tls->alpn_length = (unsigned)length + 1;
    if (tls->side == SIDE_SERVER) {
        SSL_CTX_set_alpn_select_cb(tls->context, on_alpn, tls);
    } else if (SSL_CTX_set_alpn_protos(tls->context, tls->alpn, tls->alpn_length) != 0) {
        return error_openssl(error, "tls.alpn: %s", name);
    }
    return 0;
}

/* ---- the client ---- */

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

static int set_trust(SSL_CTX *context, const struct tls_spec *spec, const struct tls *server,
                     struct error *error)
{
    if (spec->ca != NULL) {
        return files_trust(context, "client.tls.ca", spec->ca, error);
    }
    if (server != NULL ? !trust_server(context, server)
                       : !SSL_CTX_set_default_verify_paths(context)) {
        return error_openssl(error, "client.tls.verify");
    }
    return 0;
}

static int set_verify(SSL_CTX *context, const struct tls_spec *spec, const struct tls *server,
                      struct error *error)
{
    if (!spec->verify) {
        SSL_CTX_set_cert_verify_callback(context, accept_any, NULL);
        return 0;
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    if (spec->sni != NULL &&
        !X509_VERIFY_PARAM_set1_host(SSL_CTX_get0_param(context), spec->sni, 0)) {
        return error_openssl(error, "client.tls.sni: %s", spec->sni);
    }
    return set_trust(context, spec, server, error);
}

static int is_address(const char *text)
{
    struct in6_addr any;

    return inet_pton(AF_INET, text, &any) == 1 || inet_pton(AF_INET6, text, &any) == 1;
}

static int set_sni(struct tls *tls, const char *sni, struct error *error)
{
    if (sni == NULL) {
        return 0;
    }
    if (sni[0] == '\0' || strlen(sni) > TLSEXT_MAXLEN_host_name) {
        return error_set(error, STATUS_USAGE, "client.tls.sni: a name has 1 to %d bytes",
                         TLSEXT_MAXLEN_host_name);
    }
    if (is_address(sni)) {
        return error_set(error, STATUS_USAGE,
                         "client.tls.sni: %s is an address, and server_name takes names only "
                         "(RFC 6066 section 3)",
                         sni);
    }
    tls->sni = strdup(sni);
    return tls->sni != NULL ? 0 : error_set(error, STATUS_MACHINE, "client.tls.sni: no memory");
}

static int set_client(struct tls *tls, const struct tls_spec *spec, const struct tls *server,
                      struct error *error)
{
    return set_sni(tls, spec->sni, error) == 0 ? set_verify(tls->context, spec, server, error) : -1;
}

/* ---- the server ---- */

/* That it is too weak is tls.ciphers' doing where that sets a security level. */
static int refuse_made(const struct tls_spec *spec, struct error *error)
{
    const char *level = spec->ciphers != NULL ? strstr(spec->ciphers, "@SECLEVEL=") : NULL;

    if (level == NULL || !reason_is_too_weak(ERR_peek_error())) {
        return error_openssl(error, "server.tls.generate");
    }
    error_openssl(error, "tls.ciphers: %.12s forbids the certificate that is made", level);
    return error_hint(error, "lower it, or give server.tls.cert and server.tls.key");
}

static int use_made(SSL_CTX *context, const struct tls_spec *spec, struct error *error)
{
    struct certificate made;
    int used = 0;

    if (certificate_make(&made, spec->key_kind) == 0) {
        EVP_PKEY *key = library_adopt(made.key);

        used = key != NULL && SSL_CTX_use_certificate(context, made.x509) == 1 &&
               SSL_CTX_use_PrivateKey(context, key) == 1;
        EVP_PKEY_free(key);
        certificate_clear(&made);
    }
    return used ? 0 : refuse_made(spec, error);
}

static int set_server(SSL_CTX *context, const struct tls_spec *spec, struct error *error)
{
    if (spec->cert == NULL) {
        return use_made(context, spec, error);
    }
    return files_use_chain(context, "server.tls.cert", spec->cert, error) == 0
               ? files_use_key(context, "server.tls.key", spec->key, error)
               : -1;
}

/* ---- */

static int configure(struct tls *tls, const struct tls_spec *spec, const struct tls *server,
                     struct error *error)
{
    set_options(tls->context, spec, tls->side);
    if (!set_versions(tls->context, spec->version)) {
        return error_openssl(error, "tls.version");
    }
    if (names_set(tls->context, spec, error) != 0 || set_alpn(tls, spec->alpn, error) != 0) {
        return -1;
    }
    session_prepare(tls, spec);
    return tls->side == SIDE_CLIENT ? set_client(tls, spec, server, error)
                                    : set_server(tls->context, spec, error);
}

struct tls *tls_new(const struct tls_spec *spec, enum side side, const struct tls *server,
                    struct error *error)
{
    struct tls *tls = library_begin() ? calloc(1, sizeof *tls) : NULL;

    if (tls == NULL) {
        error_set(error, STATUS_MACHINE, "TLS: no memory");
        return NULL;
    }
    tls->side = side;
    tls->resumption = spec->resumption;
    ERR_clear_error();
    tls->context = SSL_CTX_new_ex(library_get(), NULL,
                                  side == SIDE_CLIENT ? TLS_client_method() : TLS_server_method());
    if (tls->context == NULL) {
        error_openssl(error, "TLS");
        error->status = STATUS_MACHINE;
    } else if (configure(tls, spec, server, error) == 0) {
        return tls;
    }
    tls_free(tls);
    return NULL;
}

void tls_free(struct tls *tls)
{
    if (tls == NULL) {
        return;
    }
    session_forget(tls);
    SSL_CTX_free(tls->context);
    free(tls->sni);
    free(tls);
}

uint64_t tls_tickets_received(const struct tls *tls)
{
    return tls->tickets;
}
