#include "certificate.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>

enum {
    SERIAL_BYTES = 16,       /* RFC 5280 section 4.1.2.2: at most 20, and positive */
    VALID_FROM = -24 * 3600, /* s from now; a peer's clock may be behind */
    VALID_UNTIL = 365 * 24 * 3600,
};

struct extension {
    int nid;
    const char *value;
};

/* What a certificate is for, a row without a value behind it.  RFC 2606 keeps .test out of the DNS;
 * the addresses serve foreign clients on the loopback. */
#define SERVER_NAMES "DNS:localhost,DNS:finwait.test,IP:127.0.0.1,IP:::1"
static const struct extension of_authority[] = {
    {NID_basic_constraints, "critical,CA:TRUE"},
    {NID_key_usage, "critical,keyCertSign"},
    {0},
};
static const struct extension of_client[] = {
    {NID_key_usage, "critical,digitalSignature"},
    {NID_ext_key_usage, "clientAuth"},
    {0},
};

/* What is to be made; signed by `issuer`, or with its own key when that is NULL. */
struct order {
    const char *name;
    const struct extension *extensions;
    enum tls_key key;
    const struct certificate *issuer;
};

static EVP_PKEY *make_key(enum tls_key kind)
{
    return kind == TLS_KEY_RSA2048 ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048)
                                   : EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
}

static int set_serial(X509 *x509)
{
    unsigned char bytes[SERIAL_BYTES];
    BIGNUM *number = NULL;
    int set = 0;

    if (RAND_bytes(bytes, sizeof bytes) == 1) {
        bytes[0] = (unsigned char)((bytes[0] & 0x7f) | 0x40);
        number = BN_bin2bn(bytes, sizeof bytes, NULL);
    }
    if (number != NULL) {
        set = BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)) != NULL;
    }
    BN_free(number);
    return set;
}

static int set_names(X509 *x509, const char *subject, const X509 *issuer)
{
    X509_NAME *name = X509_get_subject_name(x509);

    return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)subject, -1,
                                      -1, 0) &&
           X509_set_issuer_name(x509, issuer != NULL ? X509_get_subject_name(issuer) : name);
}

static int add_extensions(X509 *x509, const struct extension *row)
{
    X509V3_CTX context;

    X509V3_set_ctx(&context, x509, x509, NULL, NULL, 0);
    for (; row->value != NULL; row++) {
        X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, row->nid, row->value);
        int added = extension != NULL && X509_add_ext(x509, extension, -1);

        X509_EXTENSION_free(extension);
        if (!added) {
            return 0;
        }
    }
    return 1;
}

static int fill(const struct certificate *made, const struct order *order)
{
    const struct certificate *issuer = order->issuer;
    X509 *x509 = made->x509;

    return X509_set_version(x509, X509_VERSION_3) && set_serial(x509) &&
           X509_gmtime_adj(X509_getm_notBefore(x509), VALID_FROM) != NULL &&
           X509_gmtime_adj(X509_getm_notAfter(x509), VALID_UNTIL) != NULL &&
           set_names(x509, order->name, issuer != NULL ? issuer->x509 : NULL) &&
           X509_set_pubkey(x509, made->key) && add_extensions(x509, order->extensions) &&
           X509_sign(x509, issuer != NULL ? issuer->key : made->key, EVP_sha256()) > 0;
}

static int make(struct certificate *certificate, const struct order *order)
{
    certificate->key = make_key(order->key);
    certificate->x509 = X509_new();
    if (certificate->key == NULL || certificate->x509 == NULL || !fill(certificate, order)) {
        certificate_clear(certificate);
        return -1;
    }
    return 0;
}

int certificate_make(struct certificate *certificate, enum tls_key kind, const char *address)
{
    char names[sizeof SERVER_NAMES + 64];
    const struct extension extensions[] = {
        {NID_subject_alt_name, names},
        {NID_key_usage, "critical,digitalSignature,keyEncipherment"},
        {NID_ext_key_usage, "serverAuth"},
        {0},
    };
    const struct order order = {"finwait.test", extensions, kind, NULL};

    snprintf(names, sizeof names, SERVER_NAMES "%s%s", address != NULL ? ",IP:" : "",
             address != NULL ? address : "");

    return make(certificate, &order);
}

int certificate_make_authority(struct certificate *certificate, const char *name)
{
    const struct order order = {name, of_authority, TLS_KEY_P256, NULL};

    return make(certificate, &order);
}

int certificate_make_client(struct certificate *certificate, const struct certificate *authority)
{
    const struct order order = {"finwait client", of_client, TLS_KEY_P256, authority};

    return make(certificate, &order);
}

void certificate_clear(struct certificate *certificate)
{
    X509_free(certificate->x509);
    EVP_PKEY_free(certificate->key);
    *certificate = (struct certificate){0};
}
