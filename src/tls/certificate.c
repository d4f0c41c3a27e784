#include "certificate.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

enum {
    SERIAL_BYTES = 16,       /* RFC 5280 section 4.1.2.2: at most 20, and positive */
    VALID_FROM = -24 * 3600, /* s from now; a peer's clock may be behind */
    VALID_UNTIL = 365 * 24 * 3600,
};

/* RFC 2606 keeps .test out of the DNS.  The addresses serve foreign clients on the loopback. */
static const struct {
    int nid;
    const char *value;
} extensions[] = {
    {NID_subject_alt_name, "DNS:localhost,DNS:finwait.test,IP:127.0.0.1,IP:::1"},
    {NID_key_usage, "critical,digitalSignature,keyEncipherment"},
    {NID_ext_key_usage, "serverAuth"},
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

/* Issuer and subject are the same: it is signed with its own key. */
static int set_names(X509 *x509)
{
    X509_NAME *name = X509_get_subject_name(x509);

    return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                      (const unsigned char *)"finwait.test", -1, -1, 0) &&
           X509_set_issuer_name(x509, name);
}

static int add_extensions(X509 *x509)
{
    X509V3_CTX context;

    X509V3_set_ctx(&context, x509, x509, NULL, NULL, 0);
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++) {
        X509_EXTENSION *extension =
            X509V3_EXT_conf_nid(NULL, &context, extensions[i].nid, extensions[i].value);
        int added = extension != NULL && X509_add_ext(x509, extension, -1);

        X509_EXTENSION_free(extension);
        if (!added) {
            return 0;
        }
    }
    return 1;
}

static int fill(X509 *x509, EVP_PKEY *key)
{
    return X509_set_version(x509, X509_VERSION_3) && set_serial(x509) &&
           X509_gmtime_adj(X509_getm_notBefore(x509), VALID_FROM) != NULL &&
           X509_gmtime_adj(X509_getm_notAfter(x509), VALID_UNTIL) != NULL && set_names(x509) &&
           X509_set_pubkey(x509, key) && add_extensions(x509) &&
           X509_sign(x509, key, EVP_sha256()) > 0;
}

int certificate_make(struct certificate *certificate, enum tls_key kind)
{
    certificate->key = make_key(kind);
    certificate->x509 = X509_new();
    if (certificate->key == NULL || certificate->x509 == NULL ||
        !fill(certificate->x509, certificate->key)) {
        certificate_clear(certificate);
        return -1;
    }
    return 0;
}

void certificate_clear(struct certificate *certificate)
{
    X509_free(certificate->x509);
    EVP_PKEY_free(certificate->key);
    *certificate = (struct certificate){0};
}
