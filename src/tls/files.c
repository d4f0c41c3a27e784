#include "files.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/file.h"
#include "library.h"
#include "reason.h"

enum { PEM_MAX = 16 << 20 };

struct source {
    const char *option, *path;
    char *text; /* what the BIO reads */
    size_t length;
    BIO *bio;
};

static int source_open(struct source *source, struct error *error)
{
    char told[384];

    snprintf(told, sizeof told, "%s: %s", source->option, source->path);
    source->text = file_read(source->path, PEM_MAX, told, &source->length, error);
    if (source->text == NULL) {
        return -1;
    }
    ERR_clear_error();
    source->bio = BIO_new_mem_buf(source->text, (int)source->length);
    if (source->bio == NULL) {
        free(source->text);
        error_openssl(error, "%s", told);
        return -1;
    }
    return 0;
}

static void source_close(struct source *source)
{
    BIO_free(source->bio);
    OPENSSL_cleanse(source->text, source->length); /* a key, perhaps */
    free(source->text);
}

static int source_fail(const struct source *source, struct error *error)
{
    bool weak = reason_is_too_weak(ERR_peek_error());

    error_openssl(error, "%s: %s", source->option, source->path);
    return weak ? error_hint(error, "OpenSSL's security level forbids it: make a stronger one, or "
                                    "lower the level by tls.version: 1.2 and tls.ciphers: "
                                    "DEFAULT:@SECLEVEL=0")
                : -1;
}

/* The next certificate of the file; NULL at its end, or with an error in the queue. */
static X509 *next_certificate(const struct source *source)
{
    X509 *x509 = X509_new_ex(library_get(), NULL);

    if (x509 != NULL && PEM_read_bio_X509(source->bio, &x509, NULL, NULL) == NULL) {
        X509_free(x509);
        x509 = NULL;
    }
    if (x509 == NULL && ERR_GET_LIB(ERR_peek_last_error()) == ERR_LIB_PEM &&
        ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE) {
        ERR_clear_error();
    }
    return x509;
}

typedef int certificate_taker(SSL_CTX *context, X509 *x509, int index);

static int take_trusted(SSL_CTX *context, X509 *x509, int index)
{
    (void)index;
    return X509_STORE_add_cert(SSL_CTX_get_cert_store(context), x509) &&
           SSL_CTX_add_client_CA(context, x509);
}

static int take_chain(SSL_CTX *context, X509 *x509, int index)
{
    return index == 0 ? SSL_CTX_use_certificate(context, x509)
                      : (int)SSL_CTX_add1_chain_cert(context, x509);
}

static int take_all(SSL_CTX *context, const struct source *source, certificate_taker *take,
                    struct error *error)
{
    int count = 0;
    int taken = 1;

    for (X509 *x509 = next_certificate(source); x509 != NULL && taken > 0;
         x509 = taken > 0 ? next_certificate(source) : NULL) {
        taken = take(context, x509, count++);
        X509_free(x509);
    }
    if (ERR_peek_error() != 0) {
        return source_fail(source, error);
    }
    if (count == 0) {
        error_set(error, STATUS_USAGE, "%s: %s: no PEM certificate in it", source->option,
                  source->path);
        return error_hint(error, "a PEM certificate begins with -----BEGIN CERTIFICATE-----");
    }
    return 0;
}

static int use_certificates(SSL_CTX *context, const char *option, const char *path,
                            certificate_taker *take, struct error *error)
{
    struct source source = {.option = option, .path = path};

    if (source_open(&source, error) != 0) {
        return -1;
    }
    int status = take_all(context, &source, take, error);
    source_close(&source);
    return status;
}

int files_use_chain(SSL_CTX *context, const char *option, const char *path, struct error *error)
{
    return use_certificates(context, option, path, take_chain, error);
}

int files_trust(SSL_CTX *context, const char *option, const char *path, struct error *error)
{
    return use_certificates(context, option, path, take_trusted, error);
}

/* OpenSSL's own callback would ask at the terminal. */
static int note_passphrase(char *text, int size, int writing, void *asked)
{
    (void)text;
    (void)size;
    (void)writing;
    *(bool *)asked = true;
    return -1;
}

static EVP_PKEY *read_key(const struct source *source, struct error *error)
{
    bool encrypted = false;
    /* Not in library_get(): that one has no need of decoders for private keys. */
    EVP_PKEY *key = PEM_read_bio_PrivateKey(source->bio, NULL, note_passphrase, &encrypted);

    if (key == NULL && encrypted) {
        ERR_clear_error();
        error_set(error, STATUS_USAGE,
                  "%s: %s: the key is encrypted, and nobody is asked for its passphrase",
                  source->option, source->path);
        error_hint(error, "openssl pkey -in %s -out plain.pem", source->path);
    } else if (key == NULL) {
        error_openssl(error, "%s: %s: no private key that can be read", source->option,
                      source->path);
        error_hint(error, "a PEM key begins with -----BEGIN PRIVATE KEY----- or the like");
    }
    return key;
}

/* SSL_CTX_use_PrivateKey() would put a key of another type beside the certificate in silence. */
static int use_key(SSL_CTX *context, const struct source *source, EVP_PKEY *key,
                   struct error *error)
{
    EVP_PKEY *adopted;
    int used;

    if (X509_check_private_key(SSL_CTX_get0_certificate(context), key) != 1) {
        source_fail(source, error);
        return error_hint(error, "it is not the key of the certificate in %.*s.cert",
                          (int)strlen("server.tls"), source->option);
    }
    adopted = library_adopt(key);
    used = adopted != NULL && SSL_CTX_use_PrivateKey(context, adopted) == 1;
    EVP_PKEY_free(adopted);
    return used ? 0 : source_fail(source, error);
}

int files_use_key(SSL_CTX *context, const char *option, const char *path, struct error *error)
{
    struct source source = {.option = option, .path = path};
    int status = -1;

    if (source_open(&source, error) != 0) {
        return -1;
    }
    EVP_PKEY *key = read_key(&source, error);
    if (key != NULL) {
        status = use_key(context, &source, key, error);
        EVP_PKEY_free(key);
    }
    source_close(&source);
    return status;
}
