/*
 * What a TLS 1.3 handshake costs at the least: a client's and a server's SSL in one thread with a
 * BIO pair between them, and no socket, event loop or bookkeeping around.  OpenSSL as it comes: the
 * key exchange is X25519, its default, and the server's certificate has a P-256 key.
 * Prints the CPU µs of a handshake, from SSL_new to SSL_free, of the client and of the server.
 *
 *   tls_floor full|resumed HANDSHAKES TICKETS
 *
 * TICKETS are what the server sends after each handshake, and the client reads.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "finwait/clock.h"
#include "finwait/side.h"

enum {
    WARM_UP = 100, /* handshakes nobody counts; the first gives the others a session */
    LIFETIME = 3600,
};

/* The one that everybody has to have, RFC 8446 section 9.1. */
static const char SUITE[] = "TLS_AES_128_GCM_SHA256";

struct pair {
    SSL_CTX *context[SIDE_N];
    BIO *wire[SIDE_N];
    SSL_SESSION *session; /* the newest the client was given; NULL: every handshake is full */
    bool resume;
    int64_t read_at; /* when the CPU clock was last looked at, and where the time went */
    int64_t spent[SIDE_N];
};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "tls_floor: %s\n", what);
    ERR_print_errors_fp(stderr);
    exit(EXIT_FAILURE);
}

static void need(bool right, const char *what)
{
    if (!right) {
        die(what);
    }
}

/* ---- contexts ---- */

static void self_sign(X509 *certificate, EVP_PKEY *key)
{
    X509_NAME *name = X509_get_subject_name(certificate);

    need(X509_set_version(certificate, X509_VERSION_3) == 1 &&
             ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
             X509_gmtime_adj(X509_getm_notBefore(certificate), 0) != NULL &&
             X509_gmtime_adj(X509_getm_notAfter(certificate), LIFETIME) != NULL &&
             X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                        (const unsigned char *)"localhost", -1, -1, 0) == 1 &&
             X509_set_issuer_name(certificate, name) == 1 &&
             X509_set_pubkey(certificate, key) == 1 &&
             X509_sign(certificate, key, EVP_sha256()) != 0,
         "no certificate");
}

static void use_certificate(SSL_CTX *context)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();

    need(key != NULL && certificate != NULL, "no key");
    self_sign(certificate, key);
    need(SSL_CTX_use_certificate(context, certificate) == 1 &&
             SSL_CTX_use_PrivateKey(context, key) == 1,
         "the certificate does not serve");
    X509_free(certificate);
    EVP_PKEY_free(key);
}

/* OpenSSL calls this for each ticket; a result of 1 keeps the session. */
static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    struct pair *pair = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

    SSL_SESSION_free(pair->session);
    pair->session = session;
    return 1;
}

static SSL_CTX *make_context(const SSL_METHOD *method)
{
    SSL_CTX *context = SSL_CTX_new(method);

    need(context != NULL && SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
             SSL_CTX_set_ciphersuites(context, SUITE) == 1,
         "no context");
    return context;
}

static void pair_open(struct pair *pair, bool resume, size_t tickets)
{
    SSL_CTX *client = make_context(TLS_client_method());
    SSL_CTX *server = make_context(TLS_server_method());

    *pair = (struct pair){.context = {[SIDE_CLIENT] = client, [SIDE_SERVER] = server},
                          .resume = resume};
    use_certificate(server);
    SSL_CTX_set_num_tickets(server, tickets);
    if (resume) {
        SSL_CTX_set_app_data(client, pair);
        SSL_CTX_set_session_cache_mode(client, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(client, keep_session);
    }
    need(BIO_new_bio_pair(&pair->wire[SIDE_CLIENT], 0, &pair->wire[SIDE_SERVER], 0) == 1,
         "no BIO pair");
}

static void pair_close(struct pair *pair)
{
    SSL_SESSION_free(pair->session);
    for (enum side side = 0; side < SIDE_N; side++) {
        SSL_CTX_free(pair->context[side]);
        BIO_free(pair->wire[side]);
    }
}

/* ---- a handshake ---- */

/* What was spent since the last look is `side`'s. */
static void charge(struct pair *pair, enum side side)
{
    int64_t now = clock_thread_cpu();

    pair->spent[side] += now - pair->read_at;
    pair->read_at = now;
}

static SSL *begin(struct pair *pair, enum side side)
{
    SSL *ssl = SSL_new(pair->context[side]);

    need(ssl != NULL, "no SSL");
    BIO_up_ref(pair->wire[side]); /* for SSL_set_bio to take */
    SSL_set_bio(ssl, pair->wire[side], pair->wire[side]);
    if (side == SIDE_SERVER) {
        SSL_set_accept_state(ssl);
        return ssl;
    }
    SSL_set_connect_state(ssl);
    if (pair->session != NULL) {
        SSL_set_session(ssl, pair->session);
    }
    return ssl;
}

/* Whether the handshake is complete on this side. */
static bool go_on(SSL *ssl)
{
    int status = SSL_do_handshake(ssl);

    need(status == 1 || SSL_get_error(ssl, status) == SSL_ERROR_WANT_READ, "handshake failed");
    return status == 1;
}

/* Nothing but tickets is there to read. */
static void read_tickets(SSL *client)
{
    char byte;
    int status = SSL_read(client, &byte, 1);

    need(SSL_get_error(client, status) == SSL_ERROR_WANT_READ, "no tickets");
}

static void finish(SSL *ssl)
{
    SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN); /* or its session would count as a broken one */
    SSL_free(ssl);
}

static void handshake(struct pair *pair)
{
    const bool resume = pair->session != NULL;
    bool complete = false;
    SSL *client;
    SSL *server;

    pair->read_at = clock_thread_cpu();
    client = begin(pair, SIDE_CLIENT);
    charge(pair, SIDE_CLIENT);
    server = begin(pair, SIDE_SERVER);
    while (!complete) {
        charge(pair, SIDE_SERVER);
        go_on(client);
        charge(pair, SIDE_CLIENT);
        complete = go_on(server);
    }
    charge(pair, SIDE_SERVER);
    if (SSL_get_num_tickets(server) > 0) {
        read_tickets(client);
    }
    need(SSL_session_reused(client) == (int)resume, "resumed, or not, against the plan");
    finish(client);
    charge(pair, SIDE_CLIENT);
    finish(server);
    charge(pair, SIDE_SERVER);
}

int main(int argc, char **argv)
{
    struct pair pair;
    long count;

    if (argc != 4 || (count = strtol(argv[2], NULL, 10)) < 1) {
        fprintf(stderr, "usage: tls_floor full|resumed HANDSHAKES TICKETS\n");
        return 2;
    }
    pair_open(&pair, strcmp(argv[1], "resumed") == 0, strtoul(argv[3], NULL, 10));
    for (int i = 0; i < WARM_UP; i++) {
        handshake(&pair);
    }
    need(pair.resume == (pair.session != NULL), "resuming takes a ticket at the least");
    memset(pair.spent, 0, sizeof pair.spent);
    for (long i = 0; i < count; i++) {
        handshake(&pair);
    }
    printf("%.2f %.2f\n", (double)pair.spent[SIDE_CLIENT] / (double)NS_PER_US / (double)count,
           (double)pair.spent[SIDE_SERVER] / (double)NS_PER_US / (double)count);
    pair_close(&pair);
    return 0;
}
