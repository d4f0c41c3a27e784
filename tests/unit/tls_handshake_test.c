#include "tls_testing.h"

#include <openssl/x509v3.h>

/* ---- what is agreed on ---- */

struct agreement {
    enum tls_version client, server;
    const char *seen;
};

static const struct agreement agreements[] = {
    {TLS_ANY, TLS_ANY, "TLSv1.3, TLS_AES_256_GCM_SHA384, X25519"},
    {TLS_1_3, TLS_ANY, "TLSv1.3, TLS_AES_256_GCM_SHA384, X25519"},
    {TLS_1_2, TLS_ANY, "TLSv1.2, ECDHE-ECDSA-AES256-GCM-SHA384, X25519"},
    {TLS_ANY, TLS_1_2, "TLSv1.2, ECDHE-ECDSA-AES256-GCM-SHA384, X25519"},
};

static void agrees_on_a_version(void **state)
{
    char text[TLS_NEGOTIATED];

    (void)state;
    for (size_t i = 0; i < sizeof agreements / sizeof agreements[0]; i++) {
        struct tls_spec client = spec_plain();
        struct tls_spec server = spec_plain();
        struct ends ends;

        client.version = agreements[i].client;
        server.version = agreements[i].server;
        ends_make(&ends, &client, &server);
        ends_open(&ends);
        for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
            assert_string_equal(tls_negotiated(text, sizeof text, ends.stream[side]),
                                agreements[i].seen);
            assert_false(tls_resumed(ends.stream[side]));
        }
        assert_both_work(&ends);
        ends_free(&ends);
    }
}

static void versions_that_do_not_meet_fail(void **state)
{
    struct tls_spec client = spec_plain();
    struct tls_spec server = spec_plain();
    struct ends ends;

    (void)state;
    client.version = TLS_1_2;
    server.version = TLS_1_3;
    ends_make(&ends, &client, &server);
    ends_connect(&ends);
    assert_false(ends_handshake(&ends));
    assert_int_equal(ends.status[SIDE_SERVER], TLS_FAILED);
    assert_reason(&ends, SIDE_SERVER, "unsupported protocol");
    assert_int_equal(ends.status[SIDE_CLIENT], TLS_ALERT);
    assert_reason(&ends, SIDE_CLIENT, "tlsv1 alert protocol version");
    ends_free(&ends);
}

static void names_choose(void **state)
{
    struct tls_spec spec = spec_plain();
    char text[TLS_NEGOTIATED];
    struct ends ends;

    (void)state;
    spec.ciphersuites = TEXT("TLS_CHACHA20_POLY1305_SHA256");
    spec.groups = TEXT("P-384:P-256");
    spec.alpn = TEXT("http/1.1");
    ends_make(&ends, &spec, &spec);
    ends_open(&ends);
    assert_string_equal(tls_negotiated(text, sizeof text, ends.stream[SIDE_CLIENT]),
                        "TLSv1.3, TLS_CHACHA20_POLY1305_SHA256, P-384, http/1.1");
    ends_free(&ends);
}

static void a_server_without_the_protocol_ends_it(void **state)
{
    struct tls_spec client = spec_plain();
    struct tls_spec server = spec_plain();
    struct ends ends;

    (void)state;
    client.alpn = TEXT("h2");
    server.alpn = TEXT("http/1.1");
    ends_make(&ends, &client, &server);
    ends_connect(&ends);
    assert_false(ends_handshake(&ends));
    assert_int_equal(ends.status[SIDE_SERVER], TLS_FAILED);
    assert_int_equal(ends.status[SIDE_CLIENT], TLS_ALERT);
    assert_reason(&ends, SIDE_CLIENT, "tlsv1 alert no application protocol");
    ends_free(&ends);
}

static void a_server_that_wants_no_protocol_takes_any(void **state)
{
    struct tls_spec client = spec_plain();
    struct tls_spec server = spec_plain();
    char text[TLS_NEGOTIATED];
    struct ends ends;

    (void)state;
    client.alpn = TEXT("h2");
    ends_make(&ends, &client, &server);
    ends_open(&ends);
    tls_negotiated(text, sizeof text, ends.stream[SIDE_SERVER]);
    assert_null(strstr(text, "h2"));
    ends_free(&ends);
}

static void the_name_is_sent(void **state)
{
    struct tls_spec spec = spec_plain();
    struct ends ends;

    (void)state;
    spec.sni = TEXT("some.finwait.test");
    ends_make(&ends, &spec, &spec);
    ends_open(&ends);
    assert_string_equal(
        SSL_get_servername(ends.stream[SIDE_SERVER]->ssl, TLSEXT_NAMETYPE_host_name), spec.sni);
    ends_free(&ends);
}

/*
 * Our library context has fewer algorithms than OpenSSL's own: whatever that one can agree on, ours
 * can too.
 */
static void agree_on_cipher(struct tls *server, const char *name)
{
    char ciphers[128];
    char text[TLS_NEGOTIATED];
    struct tls_spec spec = spec_plain();
    struct ends ends = {.tls[SIDE_SERVER] = server};

    snprintf(ciphers, sizeof ciphers, "%s:@SECLEVEL=0", name);
    spec.version = TLS_1_2;
    spec.ciphers = ciphers;
    ends.tls[SIDE_CLIENT] = tls_made(&spec, SIDE_CLIENT, server);
    ends_connect(&ends);
    if (!ends_handshake(&ends)) {
        fail_msg("%s: no handshake", name);
    }
    assert_non_null(strstr(tls_negotiated(text, sizeof text, ends.stream[SIDE_CLIENT]), name));
    assert_both_work(&ends);
    ends_hang_up(&ends);
    tls_free(ends.tls[SIDE_CLIENT]);
}

/* With a key of the kind that the cipher wants; the others want a PSK, SRP or a DSA key. */
static bool kind_for(const SSL_CIPHER *cipher, enum tls_key *kind)
{
    int auth = SSL_CIPHER_get_auth_nid(cipher);

    *kind = auth == NID_auth_ecdsa ? TLS_KEY_P256 : TLS_KEY_RSA2048;
    return auth == NID_auth_ecdsa ||
           (auth == NID_auth_rsa && SSL_CIPHER_get_kx_nid(cipher) != NID_kx_srp &&
            SSL_CIPHER_get_kx_nid(cipher) != NID_kx_rsa_psk);
}

static void every_cipher_of_openssl_works(void **state)
{
    SSL_CTX *whole = SSL_CTX_new(TLS_method());
    struct tls *server[2];
    int tried = 0;

    (void)state;
    for (enum tls_key kind = TLS_KEY_P256; kind <= TLS_KEY_RSA2048; kind++) {
        struct tls_spec spec = spec_plain();

        spec.key_kind = kind;
        spec.ciphers = TEXT("ALL:COMPLEMENTOFALL:@SECLEVEL=0");
        server[kind] = tls_made(&spec, SIDE_SERVER, NULL);
    }
    assert_true(SSL_CTX_set_ciphersuites(whole, ""));
    assert_true(SSL_CTX_set_cipher_list(whole, "ALL:COMPLEMENTOFALL:@SECLEVEL=0"));
    STACK_OF(SSL_CIPHER) *ciphers = SSL_CTX_get_ciphers(whole);
    for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); i++) {
        const SSL_CIPHER *cipher = sk_SSL_CIPHER_value(ciphers, i);
        enum tls_key kind;

        if (kind_for(cipher, &kind)) {
            agree_on_cipher(server[kind], SSL_CIPHER_get_name(cipher));
            tried++;
        }
    }
    assert_true(tried > 40);
    tls_free(server[TLS_KEY_P256]);
    tls_free(server[TLS_KEY_RSA2048]);
    SSL_CTX_free(whole);
}

static void every_suite_and_group_works(void **state)
{
    static const char *const suites[] = {"TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
                                         "TLS_AES_128_GCM_SHA256", "TLS_AES_128_CCM_SHA256",
                                         "TLS_AES_128_CCM_8_SHA256"};
    static const char *const groups[] = {"X25519", "P-256", "X448", "P-521", "ffdhe2048"};
    char text[TLS_NEGOTIATED];

    (void)state;
    for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++) {
        struct tls_spec spec = spec_plain();
        struct ends ends;

        spec.ciphersuites = (char *)suites[i];
        spec.groups = (char *)groups[i];
        ends_make(&ends, &spec, &spec);
        ends_open(&ends);
        tls_negotiated(text, sizeof text, ends.stream[SIDE_SERVER]);
        assert_non_null(strstr(text, suites[i]));
        assert_non_null(strstr(text, groups[i]));
        ends_free(&ends);
    }
}

/* ---- who the server is ---- */

static void assert_key_type(struct ends *ends, const char *type)
{
    X509 *x509 = SSL_get1_peer_certificate(ends->stream[SIDE_CLIENT]->ssl);

    assert_non_null(x509);
    assert_true(EVP_PKEY_is_a(X509_get0_pubkey(x509), type));
    assert_int_equal(X509_check_host(x509, "localhost", 0, 0, NULL), 1);
    assert_int_equal(X509_check_host(x509, "finwait.test", 0, 0, NULL), 1);
    assert_int_equal(X509_check_host(x509, "example.org", 0, 0, NULL), 0);
    assert_int_equal(X509_check_ip_asc(x509, "127.0.0.1", 0), 1);
    assert_int_equal(X509_check_ip_asc(x509, "::1", 0), 1);
    X509_free(x509);
}

static void a_certificate_is_made(void **state)
{
    static const char *const types[] = {[TLS_KEY_P256] = "EC", [TLS_KEY_RSA2048] = "RSA"};

    (void)state;
    for (enum tls_key kind = TLS_KEY_P256; kind <= TLS_KEY_RSA2048; kind++) {
        struct tls_spec spec = spec_plain();
        struct ends ends;

        spec.key_kind = kind;
        ends_make(&ends, &spec, &spec);
        ends_open(&ends);
        assert_key_type(&ends, types[kind]);
        ends_free(&ends);
    }
}

static void our_own_server_is_trusted(void **state)
{
    char *const names[] = {NULL, TEXT("localhost"), TEXT("finwait.test")};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct tls_spec spec = spec_plain();
        struct ends ends;

        spec.side[SIDE_CLIENT].verify = true;
        spec.sni = names[i];
        ends_make(&ends, &spec, &spec);
        ends_open(&ends);
        ends_free(&ends);
    }
}

static void assert_not_verified(struct ends *ends, const char *why)
{
    ends_connect(ends);
    assert_false(ends_handshake(ends));
    assert_int_equal(ends->status[SIDE_CLIENT], TLS_FAILED);
    assert_reason(ends, SIDE_CLIENT, why);
    /* In TLS 1.3 the server was done before. */
    if (ends->status[SIDE_SERVER] == TLS_OK) {
        ends->status[SIDE_SERVER] = ends_poll(ends, SIDE_SERVER);
    }
    assert_int_equal(ends->status[SIDE_SERVER], TLS_ALERT);
    ends_hang_up(ends);
}

static void a_wrong_name_is_not_verified(void **state)
{
    struct tls_spec spec = spec_plain();
    struct ends ends;

    (void)state;
    spec.side[SIDE_CLIENT].verify = true;
    spec.sni = TEXT("example.org");
    ends_make(&ends, &spec, &spec);
    assert_not_verified(&ends, "certificate verify failed: hostname mismatch");
    ends_free(&ends);
}

/* Without a server of ours the system's store is asked, and that knows nothing of it. */
static void a_stranger_is_not_verified(void **state)
{
    struct tls_spec spec = spec_plain();
    struct ends ends;

    (void)state;
    spec.side[SIDE_CLIENT].verify = true;
    for (enum tls_version version = TLS_1_2; version <= TLS_1_3; version++) {
        spec.version = version;
        ends_make(&ends, &spec, &spec);
        tls_free(ends.tls[SIDE_CLIENT]);
        ends.tls[SIDE_CLIENT] = tls_made(&spec, SIDE_CLIENT, NULL);
        assert_not_verified(&ends, "certificate verify failed: self-signed certificate");
        ends_free(&ends);
    }
}

/* ---- a server that asks its clients ---- */

static void a_client_that_the_server_s_ca_knows_is_let_in(void **state)
{
    struct tls_spec spec = spec_plain();

    (void)state;
    spec.side[SIDE_SERVER].verify = true;
    for (enum tls_version version = TLS_1_2; version <= TLS_1_3; version++) {
        struct ends ends;
        spec.version = version;
        ends_make(&ends, &spec, &spec);
        for (int again = 0; again < 2; again++) {
            ends_open(&ends);
            assert_non_null(SSL_get0_peer_certificate(ends.stream[SIDE_SERVER]->ssl));
            ends_hang_up(&ends);
        }
        ends_free(&ends);
    }
}

/* In TLS 1.2 within its handshake; in TLS 1.3 it is complete, and the alert comes as data would. */
static void assert_client_refused(enum tls_version version, enum tls_shown shown, const char *why,
                                  const char *alert)
{
    struct tls_spec spec = spec_plain();
    struct ends ends;

    spec.version = version;
    spec.shown = shown;
    spec.side[SIDE_SERVER].verify = true;
    ends_make(&ends, &spec, &spec);
    ends_connect(&ends);
    assert_false(ends_handshake(&ends));
    assert_int_equal(ends.status[SIDE_SERVER], TLS_FAILED);
    assert_reason(&ends, SIDE_SERVER, why);
    if (version == TLS_1_3) {
        assert_int_equal(ends.status[SIDE_CLIENT], TLS_OK);
        ends.status[SIDE_CLIENT] = ends_poll(&ends, SIDE_CLIENT);
    }
    assert_int_equal(ends.status[SIDE_CLIENT], TLS_ALERT);
    assert_reason(&ends, SIDE_CLIENT, alert);
    ends_hang_up(&ends);
    ends_free(&ends);
}

static void a_client_without_a_certificate_is_refused(void **state)
{
    static const char why[] = "peer did not return a certificate";

    (void)state;
    assert_client_refused(TLS_1_2, TLS_SHOW_NONE, why, "sslv3 alert handshake failure");
    assert_client_refused(TLS_1_3, TLS_SHOW_NONE, why, "tlsv13 alert certificate required");
}

static void a_client_of_another_ca_is_refused(void **state)
{
    static const char why[] = "certificate verify failed: unable to get local issuer certificate";

    (void)state;
    assert_client_refused(TLS_1_2, TLS_SHOW_UNKNOWN, why, "tlsv1 alert unknown ca");
    assert_client_refused(TLS_1_3, TLS_SHOW_UNKNOWN, why, "tlsv1 alert unknown ca");
}

/* A client shows none that is made to a server that has made no CA. */
static void a_client_that_is_not_asked_shows_nothing(void **state)
{
    struct tls_spec spec = spec_plain();
    struct ends ends;

    (void)state;
    ends_make(&ends, &spec, &spec);
    assert_null(SSL_CTX_get0_certificate(ends.tls[SIDE_CLIENT]->context));
    ends_open(&ends);
    assert_null(SSL_get0_peer_certificate(ends.stream[SIDE_SERVER]->ssl));
    ends_hang_up(&ends);
    ends_free(&ends);
}

/* ---- what cannot be ---- */

struct refusal {
    struct tls_spec spec;
    const char *what; /* the message begins so */
};

static char long_text[400];

static const struct refusal refusals[] = {
    {{.ciphers = TEXT("NONSENSE")}, "tls.ciphers: OpenSSL has nothing called \"NONSENSE\""},
    {{.ciphers = TEXT("HIGH:!aNULL:NONSENSE")},
     "tls.ciphers: OpenSSL has nothing called \"NONSENSE\""},
    {{.ciphers = TEXT("TLS_AES_128_GCM_SHA256")}, "tls.ciphers: OpenSSL has nothing called"},
    {{.ciphers = TEXT("")}, "tls.ciphers: \"\""},
    {{.ciphers = long_text}, "tls.ciphers: xxx"},
    {{.ciphersuites = TEXT("TLS_AES_128_GCM_SHA256:TLS_NONSENSE")},
     "tls.ciphersuites: OpenSSL has nothing called \"TLS_NONSENSE\""},
    {{.ciphersuites = TEXT("")}, "tls.ciphersuites: \"\""},
    {{.groups = TEXT("X25519:P-257")}, "tls.groups: OpenSSL has nothing called \"P-257\""},
    {{.groups = TEXT("X25519:")}, "tls.groups: \"X25519:\" has an empty name in it"},
    {{.alpn = TEXT("")}, "tls.alpn: a protocol's name has 1 to 255 bytes"},
    {{.alpn = long_text}, "tls.alpn: a protocol's name has 1 to 255 bytes"},
    {{.sni = TEXT("")}, "client.tls.sni: a name has 1 to 255 bytes"},
    {{.sni = long_text}, "client.tls.sni: a name has 1 to 255 bytes"},
    {{.sni = TEXT("::1")}, "client.tls.sni: ::1 is an address"},
};

static void nonsense_is_refused(void **state)
{
    (void)state;
    memset(long_text, 'x', sizeof long_text - 1);
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct error error = {0};

        assert_null(tls_new(&refusals[i].spec, SIDE_CLIENT, NULL, &error));
        assert_int_equal(error.status, STATUS_USAGE);
        if (strncmp(error.what, refusals[i].what, strlen(refusals[i].what)) != 0) {
            fail_msg("\"%s\", not \"%s\"", error.what, refusals[i].what);
        }
    }
}

static void the_groups_there_are_are_told(void **state)
{
    (void)state;
    const struct tls_spec spec = {.groups = TEXT("X25519:FOO")};
    struct error error = {0};

    assert_null(tls_new(&spec, SIDE_CLIENT, NULL, &error));
    assert_non_null(strstr(error.hint, "X25519, P-256, P-384"));
    assert_null(strstr(error.hint, "ciphers"));
}

/* Newer versions of OpenSSL take it. */
static void a_group_named_twice_is_told(void **state)
{
    (void)state;
    static const char *const lists[] = {"X25519:X25519", "P-256:prime256v1"};

    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct tls_spec spec = {.groups = (char *)lists[i]};
        struct error error = {0};
        struct tls *tls = tls_new(&spec, SIDE_CLIENT, NULL, &error);

        if (tls == NULL) {
            assert_non_null(strstr(error.what, "names one of them twice"));
            assert_true(error.hint[0] != '\0');
        }
        tls_free(tls);
    }
}

/* ---- handshakes that are given up ---- */

static size_t unread(const struct ends *ends, enum side side)
{
    char bytes[16384];
    ssize_t length = recv(ends->fd[side], bytes, sizeof bytes, MSG_PEEK);

    return length > 0 ? (size_t)length : 0;
}

static void make_partial(struct ends *ends, enum tls_version version, const char *groups,
                         enum tls_until until)
{
    struct tls_spec client = spec_plain();
    struct tls_spec server = spec_plain();

    client.version = version;
    server.groups = (char *)groups;
    ends_make(ends, &client, &server);
    ends_connect(ends);
    tls_handshake_until(ends->stream[SIDE_CLIENT], until);
    ends_handshake(ends);
    assert_int_equal(ends->status[SIDE_CLIENT], TLS_OK);
    assert_int_equal(ends->status[SIDE_SERVER], TLS_WANT_READ);
}

static void handshakes_stop_where_they_are_to(void **state)
{
    static const struct {
        enum tls_version version;
        const char *groups; /* the client's first guess is none of them: HelloRetryRequest */
    } cases[] = {{TLS_1_3, NULL}, {TLS_1_2, NULL}, {TLS_1_3, "P-384"}};
    struct tls_trouble trouble = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ends ends;
        make_partial(&ends, cases[i].version, cases[i].groups, TLS_HELLO);
        assert_true(unread(&ends, SIDE_CLIENT) > 0);
        assert_int_equal(tls_handshake(ends.stream[SIDE_CLIENT], &trouble), TLS_OK);
        assert_int_equal(unread(&ends, SIDE_SERVER), 0);
        ends_free(&ends);
        make_partial(&ends, cases[i].version, cases[i].groups, TLS_FLIGHT);
        assert_int_equal(unread(&ends, SIDE_CLIENT), 0);
        assert_int_equal(tls_handshake(ends.stream[SIDE_CLIENT], &trouble), TLS_OK);
        assert_int_equal(unread(&ends, SIDE_SERVER), 0);
        ends_free(&ends);
    }
}

/* The client meets the server's alert where its flight was to be. */
static void a_flight_that_is_an_alert_fails(void **state)
{
    struct tls_spec client = spec_plain();
    struct tls_spec server = spec_plain();
    struct ends ends;

    (void)state;
    client.version = TLS_1_2;
    server.version = TLS_1_3;
    ends_make(&ends, &client, &server);
    ends_connect(&ends);
    tls_handshake_until(ends.stream[SIDE_CLIENT], TLS_FLIGHT);
    assert_false(ends_handshake(&ends));
    assert_int_equal(ends.status[SIDE_CLIENT], TLS_ALERT);
    ends_free(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_on_a_version),
        cmocka_unit_test(versions_that_do_not_meet_fail),
        cmocka_unit_test(names_choose),
        cmocka_unit_test(a_server_without_the_protocol_ends_it),
        cmocka_unit_test(a_server_that_wants_no_protocol_takes_any),
        cmocka_unit_test(the_name_is_sent),
        cmocka_unit_test(every_cipher_of_openssl_works),
        cmocka_unit_test(every_suite_and_group_works),
        cmocka_unit_test(a_certificate_is_made),
        cmocka_unit_test(our_own_server_is_trusted),
        cmocka_unit_test(a_wrong_name_is_not_verified),
        cmocka_unit_test(a_stranger_is_not_verified),
        cmocka_unit_test(a_client_that_the_server_s_ca_knows_is_let_in),
        cmocka_unit_test(a_client_without_a_certificate_is_refused),
        cmocka_unit_test(a_client_of_another_ca_is_refused),
        cmocka_unit_test(a_client_that_is_not_asked_shows_nothing),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(handshakes_stop_where_they_are_to),
        cmocka_unit_test(a_flight_that_is_an_alert_fails),
        cmocka_unit_test(the_groups_there_are_are_told),
        cmocka_unit_test(a_group_named_twice_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
