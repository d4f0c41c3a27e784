#include "identity.h"

#include <openssl/err.h>
#include <string.h>

#include "files.h"
#include "library.h"
#include "reason.h"

/* ---- files ---- */

static const struct {
    const char *cert, *key;
} options[SIDE_N] = {
    [SIDE_CLIENT] = {"client.tls.cert", "client.tls.key"},
    [SIDE_SERVER] = {"server.tls.cert", "server.tls.key"},
};

static int use_files(const struct tls *tls, const struct tls_spec *spec, struct error *error)
{
    enum side side = tls->side;

    return files_use_chain(tls->context, options[side].cert, spec->side[side].cert, error) == 0
               ? files_use_key(tls->context, options[side].key, spec->side[side].key, error)
               : -1;
}

/* ---- what is made ---- */

/* That it is too weak is tls.ciphers' doing where that sets a security level. */
static int refuse_made(const struct tls_spec *spec, enum side side, struct error *error)
{
    const char *level = spec->ciphers != NULL ? strstr(spec->ciphers, "@SECLEVEL=") : NULL;

    if (level == NULL || !reason_is_too_weak(ERR_peek_error())) {
        return error_openssl(error, "%s.tls.generate", side_name(side));
    }
    error_openssl(error, "tls.ciphers: %.12s forbids the certificate that is made", level);
    return error_hint(error, "lower it, or give %s and %s", options[side].cert, options[side].key);
}

/* Take it over; -1 with OpenSSL's error queue. */
static int use_made(SSL_CTX *context, struct certificate *made)
{
    EVP_PKEY *key = library_adopt(made->key);
    bool used = key != NULL && SSL_CTX_use_certificate(context, made->x509) == 1 &&
                SSL_CTX_use_PrivateKey(context, key) == 1;

    EVP_PKEY_free(key);
    certificate_clear(made);
    return used ? 0 : -1;
}

static int make_server(SSL_CTX *context, const struct tls_spec *spec)
{
    struct certificate made;

    return certificate_make(&made, spec->key_kind, spec->address) == 0 ? use_made(context, &made)
                                                                       : -1;
}

static int make_client(SSL_CTX *context, const struct certificate *authority)
{
    struct certificate made;

    return certificate_make_client(&made, authority) == 0 ? use_made(context, &made) : -1;
}

static int make_unknown(SSL_CTX *context)
{
    struct certificate authority;
    int status;

    if (certificate_make_authority(&authority, "finwait unknown CA") != 0) {
        return -1;
    }
    status = make_client(context, &authority);
    certificate_clear(&authority);
    return status;
}

static int make(const struct tls *tls, const struct tls_spec *spec, const struct tls *server)
{
    if (tls->side == SIDE_SERVER) {
        return make_server(tls->context, spec);
    }
    if (spec->shown == TLS_SHOW_UNKNOWN) {
        return make_unknown(tls->context);
    }
    bool trusted = spec->shown == TLS_SHOW_TRUSTED && server != NULL && server->authority.x509;
    return trusted ? make_client(tls->context, &server->authority) : 0;
}

/* ---- */

int identity_set(struct tls *tls, const struct tls_spec *spec, const struct tls *server,
                 struct error *error)
{
    if (spec->side[tls->side].cert != NULL) {
        return use_files(tls, spec, error);
    }
    return make(tls, spec, server) == 0 ? 0 : refuse_made(spec, tls->side, error);
}
