#include "tls_testing.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <sys/stat.h>

/* Files as users have them, in a directory of the test's own. */

static char directory[] = "/tmp/finwait-tls-XXXXXX";

static char *path_of(const char *name)
{
    static char paths[4][64];
    static unsigned next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s", directory, name);
    return path;
}

static FILE *create(const char *name)
{
    FILE *file = fopen(path_of(name), "we");

    assert_non_null(file);
    return file;
}

static void write_text(const char *name, const char *text)
{
    FILE *file = create(name);

    fputs(text, file);
    fclose(file);
}

static void write_key(const char *name, EVP_PKEY *key, const EVP_CIPHER *cipher)
{
    FILE *file = create(name);

    assert_true(
        PEM_write_PrivateKey(file, key, cipher, (const unsigned char *)"secret", 6, NULL, NULL));
    fclose(file);
}

static void write_certificates(const char *name, X509 *first, X509 *second)
{
    FILE *file = create(name);

    assert_true(PEM_write_X509(file, first));
    if (second != NULL) {
        assert_true(PEM_write_X509(file, second));
    }
    fclose(file);
}

static void extend(X509 *x509, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

    assert_non_null(extension);
    assert_true(X509_add_ext(x509, extension, -1));
    X509_EXTENSION_free(extension);
}

/* `issuer` NULL: signed by itself. */
static X509 *certify(const char *name, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key,
                     const char *constraints)
{
    X509 *x509 = X509_new();

    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), (long)name[0]);
    X509_gmtime_adj(X509_getm_notBefore(x509), -60);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                               (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(x509, X509_get_subject_name(issuer != NULL ? issuer : x509));
    X509_set_pubkey(x509, key);
    extend(x509, NID_basic_constraints, constraints);
    assert_true(X509_sign(x509, issuer_key != NULL ? issuer_key : key, EVP_sha256()));
    return x509;
}

static int make_files(void **state)
{
    EVP_PKEY *root_key = EVP_EC_gen("P-256");
    EVP_PKEY *middle_key = EVP_RSA_gen(2048);
    EVP_PKEY *key = EVP_EC_gen("P-384");
    EVP_PKEY *weak_key = EVP_RSA_gen(1024);

    (void)state;
    if (mkdtemp(directory) == NULL) {
        return -1;
    }
    X509 *root = certify("root", root_key, NULL, NULL, "critical,CA:TRUE");
    X509 *middle = certify("middle", middle_key, root, root_key, "critical,CA:TRUE");
    X509 *leaf = certify("leaf.finwait.test", key, middle, middle_key, "CA:FALSE");
    X509 *weak = certify("weak", weak_key, NULL, NULL, "CA:FALSE");
    write_certificates("chain.pem", leaf, middle);
    write_certificates("leaf.pem", leaf, NULL);
    write_certificates("root.pem", root, NULL);
    write_certificates("weak.pem", weak, NULL);
    write_key("key.pem", key, NULL);
    write_key("other-key.pem", root_key, NULL);
    write_key("rsa-key.pem", middle_key, NULL);
    write_key("secret-key.pem", key, EVP_aes_128_cbc());
    write_text("empty.pem", "");
    write_text("text.pem", "this is no PEM file\n");
    write_text("cut.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n");
    write_text("noise.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
    write_text("noise-key.pem", "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n");
    mkdir(path_of("directory"), 0755);
    write_text("closed.pem", "");
    chmod(path_of("closed.pem"), 0);
    chmod(directory, 0755);
    EVP_PKEY *keys[] = {root_key, middle_key, key, weak_key};
    X509 *certificates[] = {root, middle, leaf, weak};
    for (size_t i = 0; i < 4; i++) {
        EVP_PKEY_free(keys[i]);
        X509_free(certificates[i]);
    }
    return 0;
}

static int remove_files(void **state)
{
    char command[sizeof directory + 8];

    (void)state;
    snprintf(command, sizeof command, "rm -r %s", directory);
    return system(command); /* NOLINT(cert-env33-c): of our own making */
}

/* ---- what works ---- */

static struct tls_spec spec_of_files(void)
{
    struct tls_spec spec = spec_plain();

    spec.side[SIDE_SERVER].cert = path_of("chain.pem");
    spec.side[SIDE_SERVER].key = path_of("key.pem");
    return spec;
}

static void a_chain_is_sent_and_verified(void **state)
{
    struct tls_spec spec = spec_of_files();
    struct ends ends;

    (void)state;
    spec.side[SIDE_CLIENT].verify = true;
    spec.side[SIDE_CLIENT].ca = path_of("root.pem");
    spec.sni = TEXT("leaf.finwait.test");
    ends_make(&ends, &spec, &spec);
    ends_open(&ends);
    assert_int_equal(sk_X509_num(SSL_get_peer_cert_chain(ends.stream[SIDE_CLIENT]->ssl)), 2);
    assert_both_work(&ends);
    ends_free(&ends);
}

/* Our own server's certificate is trusted though the one that signed it is not at hand. */
static void our_own_leaf_is_trusted(void **state)
{
    struct tls_spec spec = spec_of_files();
    struct ends ends;

    (void)state;
    spec.side[SIDE_SERVER].cert = path_of("leaf.pem");
    spec.side[SIDE_CLIENT].verify = true;
    ends_make(&ends, &spec, &spec);
    ends_open(&ends);
    ends_free(&ends);
}

static void a_chain_with_a_gap_is_not_verified(void **state)
{
    struct tls_spec spec = spec_of_files();
    struct ends ends;

    (void)state;
    spec.side[SIDE_SERVER].cert = path_of("leaf.pem");
    spec.side[SIDE_CLIENT].verify = true;
    spec.side[SIDE_CLIENT].ca = path_of("root.pem");
    ends_make(&ends, &spec, &spec);
    ends_connect(&ends);
    assert_false(ends_handshake(&ends));
    assert_int_equal(ends.status[SIDE_CLIENT], TLS_FAILED);
    assert_reason(&ends, SIDE_CLIENT,
                  "certificate verify failed: unable to get local issuer certificate");
    ends_free(&ends);
}

/* ---- what does not ---- */

struct refusal {
    const char *cert, *key; /* of a server; NULL: `ca`, of a client */
    const char *ca;
    const char *option, *file, *why;
};

static const struct refusal refusals[] = {
    {"none.pem", "key.pem", NULL, "server.tls.cert", "none.pem", "ENOENT"},
    {"directory", "key.pem", NULL, "server.tls.cert", "directory", "EISDIR"},
    {"closed.pem", "key.pem", NULL, "server.tls.cert", "closed.pem", "EACCES"},
    {"empty.pem", "key.pem", NULL, "server.tls.cert", "empty.pem", "no PEM certificate in it"},
    {"text.pem", "key.pem", NULL, "server.tls.cert", "text.pem", "no PEM certificate in it"},
    {"key.pem", "key.pem", NULL, "server.tls.cert", "key.pem", "no PEM certificate in it"},
    {"cut.pem", "key.pem", NULL, "server.tls.cert", "cut.pem", "OpenSSL: bad end line"},
    {"noise.pem", "key.pem", NULL, "server.tls.cert", "noise.pem", "OpenSSL: "},
    {"weak.pem", "key.pem", NULL, "server.tls.cert", "weak.pem", "OpenSSL: ee key too small"},
    {"chain.pem", "none.pem", NULL, "server.tls.key", "none.pem", "ENOENT"},
    {"chain.pem", "directory", NULL, "server.tls.key", "directory", "EISDIR"},
    {"chain.pem", "closed.pem", NULL, "server.tls.key", "closed.pem", "EACCES"},
    {"chain.pem", "text.pem", NULL, "server.tls.key", "text.pem", "no private key"},
    {"chain.pem", "leaf.pem", NULL, "server.tls.key", "leaf.pem", "no private key"},
    {"chain.pem", "noise-key.pem", NULL, "server.tls.key", "noise-key.pem", "no private key"},
    {"chain.pem", "secret-key.pem", NULL, "server.tls.key", "secret-key.pem", "encrypted"},
    {"chain.pem", "other-key.pem", NULL, "server.tls.key", "other-key.pem", "OpenSSL: "},
    {"chain.pem", "rsa-key.pem", NULL, "server.tls.key", "rsa-key.pem",
     "OpenSSL: different key types"},
    {NULL, NULL, "none.pem", "client.tls.ca", "none.pem", "ENOENT"},
    {NULL, NULL, "text.pem", "client.tls.ca", "text.pem", "no PEM certificate in it"},
    {NULL, NULL, "noise.pem", "client.tls.ca", "noise.pem", "OpenSSL: "},
};

static void assert_says(const char *message, const char *part)
{
    if (strstr(message, part) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", message, part);
    }
}

static void refuse(const struct refusal *refusal)
{
    struct tls_spec spec = spec_plain();
    struct error error = {0};
    char file[80];

    spec.side[SIDE_SERVER].cert = refusal->cert != NULL ? path_of(refusal->cert) : NULL;
    spec.side[SIDE_SERVER].key = refusal->key != NULL ? path_of(refusal->key) : NULL;
    spec.side[SIDE_CLIENT].ca = refusal->ca != NULL ? path_of(refusal->ca) : NULL;
    spec.side[SIDE_CLIENT].verify = refusal->ca != NULL;
    assert_null(tls_new(&spec, refusal->ca != NULL ? SIDE_CLIENT : SIDE_SERVER, NULL, &error));
    assert_int_equal(error.status, STATUS_USAGE);
    snprintf(file, sizeof file, "%s: %s", refusal->option, path_of(refusal->file));
    assert_int_equal(strncmp(error.what, file, strlen(file)), 0);
    assert_says(error.what, refusal->why);
}

/* root may read anything. */
static void as_nobody(bool nobody)
{
    enum { NOBODY = 65534 };

    if (getuid() == 0) {
        assert_int_equal(seteuid(nobody ? NOBODY : 0), 0);
    }
}

static void every_fault_is_told(void **state)
{
    (void)state;
    as_nobody(true);
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        if (refusals[i].key != NULL && strcmp(refusals[i].key, "key.pem") != 0) {
            as_nobody(strcmp(refusals[i].key, "closed.pem") == 0);
        }
        refuse(&refusals[i]);
    }
    as_nobody(false);
}

static void a_key_of_another_is_explained(void **state)
{
    struct tls_spec spec = spec_of_files();
    struct error error;

    (void)state;
    spec.side[SIDE_SERVER].key = path_of("rsa-key.pem");
    assert_null(tls_new(&spec, SIDE_SERVER, NULL, &error));
    assert_says(error.hint, "not the key of the certificate");
    spec.side[SIDE_SERVER].key = path_of("secret-key.pem");
    assert_null(tls_new(&spec, SIDE_SERVER, NULL, &error));
    assert_says(error.hint, "openssl pkey -in");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_is_sent_and_verified),
        cmocka_unit_test(our_own_leaf_is_trusted),
        cmocka_unit_test(a_chain_with_a_gap_is_not_verified),
        cmocka_unit_test(every_fault_is_told),
        cmocka_unit_test(a_key_of_another_is_explained),
    };

    return cmocka_run_group_tests(tests, make_files, remove_files);
}
