#include "context.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "identity.h"
#include "library.h"
#include "names.h"
#include "reason.h"
#include "session.h"
#include "trust.h"

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

/* ---- a client ---- */

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
    if (tls->side == SIDE_CLIENT && set_sni(tls, spec->sni, error) != 0) {
        return -1;
    }
    return identity_set(tls, spec, server, error) == 0 ? trust_set(tls, spec, server, error) : -1;
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
    tls->keys = -1;
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
    if (tls->keys >= 0) {
        close(tls->keys);
    }
    SSL_CTX_free(tls->context);
    certificate_clear(&tls->authority);
    free(tls->sni);
    free(tls);
}

uint64_t tls_tickets_received(const struct tls *tls)
{
    return tls->tickets;
}
