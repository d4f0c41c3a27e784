#include "library.h"

#include <openssl/core.h>
#include <openssl/core_dispatch.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "finwait/grow.h"
#include "heap.h"

/*
 * OpenSSL 3.0 goes through every algorithm it has, and through every name of each, to find the
 * decoder of a peer's public key: with the 40 decoders and 300 names of its default provider that
 * is a quarter of a client's handshake (collect_decoder() in crypto/encode_decode/decoder_pkey.c,
 * ossl_namemap_doall_names() in crypto/core_namemap.c).  A provider of ours therefore shows it the
 * default provider's own algorithms, but only those that libssl asks for.
 */

enum {
    LISTED = 48, /* algorithms of one operation, at most */
};

/* First names, as in providers/implementations/include/prov/names.h; NULL ends them. */
static const char *const digests[] = {"SHA1",     "SHA2-224", "SHA2-256", "SHA2-384",
                                      "SHA2-512", "MD5",      "MD5-SHA1", NULL};
static const char *const ciphers[] = {"NULL",
                                      "AES-256-GCM",
                                      "AES-128-GCM",
                                      "AES-256-CCM",
                                      "AES-128-CCM",
                                      "AES-256-CBC",
                                      "AES-128-CBC",
                                      "AES-128-CBC-HMAC-SHA1",
                                      "AES-256-CBC-HMAC-SHA1",
                                      "AES-128-CBC-HMAC-SHA256",
                                      "AES-256-CBC-HMAC-SHA256",
                                      "ChaCha20-Poly1305",
                                      "ARIA-256-GCM",
                                      "ARIA-128-GCM",
                                      "CAMELLIA-256-CBC",
                                      "CAMELLIA-128-CBC",
                                      "DES-EDE3-CBC",
                                      "AES-256-CTR", /* of the random numbers */
                                      "AES-256-ECB",
                                      NULL};
static const char *const macs[] = {"HMAC", NULL};
static const char *const kdfs[] = {"TLS13-KDF", "TLS1-PRF", "HKDF", NULL};
static const char *const randoms[] = {"CTR-DRBG", "SEED-SRC", NULL};
static const char *const keys[] = {"EC",    "RSA", "RSA-PSS", "X25519", "X448", "ED25519",
                                   "ED448", "DSA", "DH",      "HMAC",   NULL};
static const char *const exchanges[] = {"ECDH", "X25519", "X448", "DH", NULL};
static const char *const signatures[] = {"ECDSA", "RSA", "ED25519", "ED448", "DSA", "HMAC", NULL};
static const char *const asymmetric[] = {"RSA", NULL};
static const char *const decoders[] = {"EC", "RSA", "RSA-PSS", "ED25519", "ED448", "DSA", NULL};

/* What is shown of an operation; one that is not in the table has nothing libssl wants. */
static struct view {
    int operation;
    const char *const *names;
    const char *property; /* that is in an algorithm's properties; NULL: any */
    OSSL_ALGORITHM shown[LISTED + 1];
} views[] = {
    {.operation = OSSL_OP_DIGEST, .names = digests},
    {.operation = OSSL_OP_CIPHER, .names = ciphers},
    {.operation = OSSL_OP_MAC, .names = macs},
    {.operation = OSSL_OP_KDF, .names = kdfs},
    {.operation = OSSL_OP_RAND, .names = randoms},
    {.operation = OSSL_OP_KEYMGMT, .names = keys},
    {.operation = OSSL_OP_KEYEXCH, .names = exchanges},
    {.operation = OSSL_OP_SIGNATURE, .names = signatures},
    {.operation = OSSL_OP_ASYM_CIPHER, .names = asymmetric},
    {.operation = OSSL_OP_DECODER, .names = decoders, .property = "structure=SubjectPublicKeyInfo"},
};

static OSSL_PROVIDER *whole; /* the default provider, in OpenSSL's default context */

/* Names are "FIRST:SECOND:…". */
static bool is_named(const OSSL_ALGORITHM *algorithm, const char *const *names)
{
    size_t length = strcspn(algorithm->algorithm_names, ":");

    for (; *names != NULL; names++) {
        if (strlen(*names) == length && memcmp(*names, algorithm->algorithm_names, length) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_shown(const struct view *view, const OSSL_ALGORITHM *algorithm)
{
    return is_named(algorithm, view->names) &&
           (view->property == NULL ||
            strstr(algorithm->property_definition, view->property) != NULL);
}

static void make_view(struct view *view)
{
    int no_cache = 0;
    size_t count = 0;
    const OSSL_ALGORITHM *all = OSSL_PROVIDER_query_operation(whole, view->operation, &no_cache);

    for (; all != NULL && all->algorithm_names != NULL && count < LISTED; all++) {
        if (is_shown(view, all)) {
            view->shown[count++] = *all;
        }
    }
}

/* ---- the provider, provider(7): all but these two are the default provider's own ---- */

static const OSSL_ALGORITHM *query(void *context, int operation, int *no_cache)
{
    (void)context;
    *no_cache = 0;
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        if (views[i].operation == operation) {
            return views[i].shown;
        }
    }
    return NULL;
}

/* The groups of TLS. */
static int get_capabilities(void *context, const char *capability, OSSL_CALLBACK *callback,
                            void *argument)
{
    (void)context;
    return OSSL_PROVIDER_get_capabilities(whole, capability, callback, argument);
}

static const OSSL_DISPATCH functions[] = {
    {OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query},
    {OSSL_FUNC_PROVIDER_GET_CAPABILITIES, (void (*)(void))get_capabilities},
    {0, NULL},
};

/* The algorithms are called with the context they were made for. */
static int provide(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *core,
                   const OSSL_DISPATCH **provided, void **context)
{
    (void)handle;
    (void)core;
    *provided = functions;
    *context = OSSL_PROVIDER_get0_provider_ctx(whole);
    return 1;
}

/* ---- */

static OSSL_LIB_CTX *library;
static bool begun;

/* OpenSSL 3.0 uses locks that it could not make where it runs out of memory while it makes a
 * library context, and crashes: it begins only where there is room for a multiple of that. */
#define ROOM ((size_t)4 << 20)

static void make_library(void)
{
    static const char name[] = "finwait";

    heap_install();
    begun = grow_has_room(ROOM);
    if (!begun) {
        return;
    }
    whole = OSSL_PROVIDER_load(NULL, "default");
    library = whole != NULL ? OSSL_LIB_CTX_new() : NULL;
    if (library == NULL) {
        return;
    }
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        make_view(&views[i]);
    }
    if (OSSL_PROVIDER_add_builtin(library, name, provide) != 1 ||
        OSSL_PROVIDER_load(library, name) == NULL) {
        OSSL_LIB_CTX_free(library);
        library = NULL;
        ERR_clear_error();
    }
}

bool library_begin(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, make_library);
    return begun;
}

OSSL_LIB_CTX *library_get(void)
{
    return library;
}

static EVP_PKEY *copy_key(const EVP_PKEY *key, OSSL_LIB_CTX *into)
{
    EVP_PKEY *adopted = NULL;
    OSSL_PARAM *parts = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(into, EVP_PKEY_get0_type_name(key), NULL);

    if (context != NULL && EVP_PKEY_todata(key, EVP_PKEY_KEYPAIR, &parts) == 1 &&
        EVP_PKEY_fromdata_init(context) == 1) {
        EVP_PKEY_fromdata(context, &adopted, EVP_PKEY_KEYPAIR, parts);
    }
    OSSL_PARAM_free(parts);
    EVP_PKEY_CTX_free(context);
    return adopted;
}

EVP_PKEY *library_adopt(const EVP_PKEY *key)
{
    return copy_key(key, library_get());
}

EVP_PKEY *library_give_back(const EVP_PKEY *key)
{
    return copy_key(key, NULL);
}
