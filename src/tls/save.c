#include <errno.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <unistd.h>

#include "context.h"
#include "finwait/file.h"
#include "library.h"

/* What a server is, as files for programs that are not finwait. */

static int fail(struct error *error, const char *path)
{
    return error_errno(error, STATUS_MACHINE, errno, "cannot write %s", path);
}

/* Those of its chain behind it. */
static bool put_chain(FILE *out, SSL_CTX *context)
{
    STACK_OF(X509) *chain = NULL;
    bool good = PEM_write_X509(out, SSL_CTX_get0_certificate(context)) == 1;

    SSL_CTX_get0_chain_certs(context, &chain);
    for (int i = 0; good && i < sk_X509_num(chain); i++) {
        good = PEM_write_X509(out, sk_X509_value(chain, i)) == 1;
    }
    return good;
}

static bool put_key(FILE *out, SSL_CTX *context)
{
    EVP_PKEY *key = library_give_back(SSL_CTX_get0_privatekey(context));
    bool good = key != NULL && PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) == 1;

    EVP_PKEY_free(key);
    return good;
}

/* A key is nobody else's to read. */
static int save(const struct tls *tls, const char *path, mode_t mode,
                bool (*put)(FILE *out, SSL_CTX *context), struct error *error)
{
    int fd = file_create(path, mode);
    FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;

    if (out == NULL) {
        fail(error, path);
        return fd >= 0 ? close(fd), -1 : -1;
    }
    errno = EIO; /* what OpenSSL does not tell */
    bool good = put(out, tls->context);
    return fclose(out) == 0 && good ? 0 : fail(error, path);
}

int tls_save(const struct tls *tls, const char *cert, const char *key, struct error *error)
{
    return save(tls, cert, 0644, put_chain, error) == 0 &&
                   (key == NULL || save(tls, key, 0600, put_key, error) == 0)
               ? 0
               : -1;
}
