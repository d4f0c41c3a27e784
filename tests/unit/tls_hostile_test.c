#include "tls_testing.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

/*
 * Peers that mean no good, or know no better.  Whatever they send there is an end to each call, and
 * the connection works on or is told to have failed.
 */

/* ---- instead of a handshake ---- */

#define BYTES(literal) .bytes = (literal), .length = sizeof(literal) - 1

struct opening {
    const char *bytes;
    size_t length;
    const char *words; /* NULL: OpenSSL has several */
};

static const struct opening to_server[] = {
    {BYTES("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "http request"},
    {BYTES("CONNECT a:443 HTTP/1.1\r\n\r\n"), "https proxy request"},
    {BYTES("SSH-2.0-OpenSSH_9.2p1\r\n"), "wrong version number"},
    {BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), NULL},
    {BYTES("\377\377\377\377\377\377\377\377\377\377\377\377\377\377\377\377"), NULL},
    {BYTES("\x16\x03\x01\xff\xff\x01\x00\x00\x00\x00\x00\x00"), "packet length too long"},
    {BYTES("\x16\x03\x01\x00\x06\x01\x00\x00\x02\x03\x03"), "length mismatch"},
    {BYTES("\x16\x03\x01\x00\x04\x02\x00\x00\x00"), NULL},
    {BYTES("\x17\x03\x03\x00\x03"
           "abc"),
     NULL},
    {BYTES("\x14\x03\x03\x00\x01\x01"), NULL},
    {BYTES("\x15\x03\x03\x00\x01\x01"), NULL},
    {BYTES("\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10\x01\x00\x80\x03\x00\x80\x07\x00\xc0"
           "\x06\x00\x40\x02\x00\x80\x04\x00\x80\x00\x00\x04\x00\x00\x05\x00\x00\x0a\x00\x00"
           "\x00\x00\x00\x00\x00\x00\x00\x00"),
     NULL},
};

static const struct opening to_client[] = {
    {BYTES("HTTP/1.1 400 Bad Request\r\n\r\n"), "wrong version number"},
    {BYTES("220 mail.example.org ESMTP\r\n"), "wrong version number"},
    {BYTES("\x16\x03\x03\x00\x04\x0e\x00\x00\x00"), "unexpected message"},
    {BYTES("\x17\x03\x03\x00\x03"
           "abc"),
     NULL},
    {BYTES("\x16\x03\x03\x00\x06\x02\x00\x00\x02\x03\x03"), "length mismatch"},
};

static void make(struct ends *ends, enum tls_version version)
{
    struct tls_spec spec = spec_plain();

    spec.version = version;
    spec.ciphers = TEXT("ECDHE-ECDSA-AES128-GCM-SHA256");
    ends_make(ends, &spec, &spec);
}

static void send_raw(const struct ends *ends, enum side from, const void *bytes, size_t length)
{
    assert_int_equal(send(ends->fd[from], bytes, length, MSG_NOSIGNAL), length);
}

static void assert_refused(struct ends *ends, enum side side, const struct opening *opening)
{
    ends_connect(ends);
    if (side == SIDE_CLIENT) {
        ends->status[side] = tls_handshake(ends->stream[side], &ends->trouble[side]);
    }
    send_raw(ends, side_peer(side), opening->bytes, opening->length);
    ends->status[side] = tls_handshake(ends->stream[side], &ends->trouble[side]);
    assert_int_equal(ends->status[side], TLS_FAILED);
    if (opening->words != NULL) {
        assert_reason(ends, side, opening->words);
    }
    assert_int_not_equal(ends->trouble[side].reason, 0);
    /* It has failed, and does so again. */
    assert_int_equal(tls_handshake(ends->stream[side], &ends->trouble[side]), TLS_FAILED);
    ends_hang_up(ends);
}

static void garbage_is_no_handshake(void **state)
{
    struct ends ends;

    (void)state;
    make(&ends, TLS_ANY);
    for (size_t i = 0; i < sizeof to_server / sizeof to_server[0]; i++) {
        assert_refused(&ends, SIDE_SERVER, &to_server[i]);
    }
    for (size_t i = 0; i < sizeof to_client / sizeof to_client[0]; i++) {
        assert_refused(&ends, SIDE_CLIENT, &to_client[i]);
    }
    ends_free(&ends);
}

static void who_stops_is_waited_for(void **state)
{
    struct ends ends;

    (void)state;
    make(&ends, TLS_ANY);
    ends_connect(&ends);
    send_raw(&ends, SIDE_CLIENT, "\x16\x03\x01\x02", 4);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(tls_handshake(ends.stream[SIDE_SERVER], &ends.trouble[SIDE_SERVER]),
                         TLS_WANT_READ);
    }
    ends_free(&ends);
}

static void an_alert_in_a_handshake_is_one(void **state)
{
    static const struct {
        char bytes[8];
        const char *words;
    } alerts[] = {
        {"\x15\x03\x03\x00\x02\x02\x28", "sslv3 alert handshake failure"},
        {"\x15\x03\x03\x00\x02\x02\x30", "tlsv1 alert unknown ca"},
        {"\x15\x03\x03\x00\x02\x02\x74", "tlsv13 alert certificate required"},
        {"\x15\x03\x03\x00\x02\x01\x00", "close notify"},
    };
    struct ends ends;

    (void)state;
    make(&ends, TLS_ANY);
    for (size_t i = 0; i < sizeof alerts / sizeof alerts[0]; i++) {
        ends_connect(&ends);
        assert_int_equal(tls_handshake(ends.stream[SIDE_CLIENT], &ends.trouble[SIDE_CLIENT]),
                         TLS_WANT_READ);
        send_raw(&ends, SIDE_SERVER, alerts[i].bytes, 7);
        assert_int_equal(tls_handshake(ends.stream[SIDE_CLIENT], &ends.trouble[SIDE_CLIENT]),
                         TLS_ALERT);
        assert_reason(&ends, SIDE_CLIENT, alerts[i].words);
        ends_hang_up(&ends);
    }
    ends_free(&ends);
}

/* ---- records of our own making on an open connection of TLS 1.2 ---- */

/* AES-128-GCM as in RFC 5288: 16 bytes of key, 4 of the nonce that are fixed. */
enum {
    KEY = 16,
    FIXED = 4,
    EXPLICIT = 8,
    TAG = 16,
    HEADER = 5,
    RECORD = 600,
};

struct forge {
    const struct ends *ends;
    enum side from;
    unsigned char key[KEY];
    unsigned char fixed[FIXED];
    unsigned char sequence; /* the Finished was 0 */
    unsigned char epoch;    /* sequence numbers above 255 */
};

/* RFC 5246 section 6.3: client's key, server's key, client's fixed nonce, server's. */
static void expand_keys(SSL *ssl, unsigned char block[2 * KEY + 2 * FIXED])
{
    unsigned char master[48];
    unsigned char seed[sizeof "key expansion" - 1 + 2 * SSL3_RANDOM_SIZE] = "key expansion";
    unsigned char *randoms = seed + sizeof "key expansion" - 1;
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "TLS1-PRF", NULL);
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);

    SSL_SESSION_get_master_key(SSL_get_session(ssl), master, sizeof master);
    SSL_get_server_random(ssl, randoms, SSL3_RANDOM_SIZE);
    SSL_get_client_random(ssl, randoms + SSL3_RANDOM_SIZE, SSL3_RANDOM_SIZE);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, TEXT("SHA256"), 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, master, sizeof master),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed, sizeof seed),
        OSSL_PARAM_construct_end(),
    };
    assert_int_equal(EVP_KDF_derive(context, block, 2 * KEY + 2 * FIXED, params), 1);
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
}

static struct forge forge_open(struct ends *ends, enum side from)
{
    struct forge forge = {.ends = ends, .from = from, .sequence = 1};
    unsigned char block[2 * KEY + 2 * FIXED];

    make(ends, TLS_1_2);
    ends_open(ends);
    expand_keys(ends->stream[from]->ssl, block);
    memcpy(forge.key, block + (from == SIDE_SERVER ? KEY : 0), KEY);
    memcpy(forge.fixed, block + 2 * KEY + (from == SIDE_SERVER ? FIXED : 0), FIXED);
    return forge;
}

static void seal(struct forge *forge, unsigned char *record, unsigned char type,
                 const void *content, size_t length)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    unsigned char nonce[FIXED + EXPLICIT] = {0};
    unsigned char about[13] = {0};
    int written;

    memcpy(nonce, forge->fixed, FIXED);
    nonce[10] = forge->epoch;
    nonce[11] = forge->sequence;
    memcpy(about, nonce + FIXED, EXPLICIT);
    memcpy(about + 8,
           (unsigned char[]){type, 3, 3, (unsigned char)(length >> 8), (unsigned char)length}, 5);
    memcpy(record + HEADER, nonce + FIXED, EXPLICIT);
    EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), NULL, forge->key, nonce);
    EVP_EncryptUpdate(context, NULL, &written, about, sizeof about);
    EVP_EncryptUpdate(context, record + HEADER + EXPLICIT, &written, content, (int)length);
    EVP_EncryptFinal_ex(context, record + HEADER + EXPLICIT + length, &written);
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG, record + HEADER + EXPLICIT + length);
    EVP_CIPHER_CTX_free(context);
}

/* False: the kernel has no room for it, and the record was not made. */
static bool forge_send(struct forge *forge, unsigned char type, const void *content, size_t length)
{
    unsigned char record[RECORD] = {type, 3, 3};
    size_t body = EXPLICIT + length + TAG;

    assert_true(HEADER + body <= sizeof record);
    record[3] = (unsigned char)(body >> 8);
    record[4] = (unsigned char)body;
    seal(forge, record, type, content, length);
    ssize_t sent = send(forge->ends->fd[forge->from], record, HEADER + body, MSG_NOSIGNAL);
    if (sent < 0) {
        return false;
    }
    assert_int_equal(sent, HEADER + body);
    forge->epoch = (unsigned char)(forge->epoch + (++forge->sequence == 0));
    return true;
}

enum {
    CHANGE_CIPHER_SPEC = 20,
    ALERT = 21,
    HANDSHAKE = 22,
    DATA = 23,
    WARNING = 1,
    FATAL = 2,
};

/* The maker of records is right. */
static void forged_data_is_data(void **state)
{
    struct ends ends;

    (void)state;
    for (enum side from = SIDE_CLIENT; from < SIDE_N; from++) {
        struct forge forge = forge_open(&ends, from);

        for (int i = 0; i < 300; i++) {
            assert_true(forge_send(&forge, DATA, "forged", 6));
            assert_received(&ends, side_peer(from), "forged");
        }
        ends_free(&ends);
    }
}

static enum tls_status answer_to_alert(unsigned char level, unsigned char description,
                                       struct ends *ends)
{
    struct forge forge = forge_open(ends, SIDE_SERVER);

    assert_true(forge_send(&forge, ALERT, (unsigned char[]){level, description}, 2));
    return ends_poll(ends, SIDE_CLIENT);
}

/* RFC 5246 section 7.2: 0 is close_notify, 100 no_renegotiation. */
static void every_alert_has_an_end(void **state)
{
    static const unsigned char some[] = {0,   10,  20,  21,  22,  30,  40,  41,  42,  43,  44, 45,
                                         46,  47,  48,  49,  50,  51,  60,  70,  71,  80,  86, 90,
                                         100, 109, 110, 112, 113, 115, 116, 120, 121, 200, 255};

    (void)state;
    for (size_t i = 0; i < sizeof some; i++) {
        struct ends ends;
        char text[TLS_REASON_TEXT];

        enum tls_status status = answer_to_alert(WARNING, some[i], &ends);
        assert_int_equal(status, some[i] == 0     ? TLS_NOTIFIED
                                 : some[i] == 100 ? TLS_FAILED
                                                  : TLS_WANT_READ);
        ends_free(&ends);
        assert_int_equal(answer_to_alert(FATAL, some[i], &ends), TLS_ALERT);
        assert_true(strlen(tls_reason_text(text, sizeof text, ends.trouble[SIDE_CLIENT].reason)) >
                    0);
        ends_free(&ends);
    }
}

static void nonsense_on_an_open_connection_fails(void **state)
{
    static const struct {
        unsigned char type, bytes[8];
        size_t length;
    } records[] = {
        {ALERT, {3, 40}, 2},           {ALERT, {2}, 1},
        {ALERT, {2, 40, 2, 40}, 4},    {CHANGE_CIPHER_SPEC, {1}, 1},
        {24, {1, 0, 1, 0}, 4},         {99, {1}, 1},
        {HANDSHAKE, {14, 0, 0, 0}, 4}, {HANDSHAKE, {1, 255, 255, 255}, 4},
    };

    (void)state;
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        struct ends ends;
        struct forge forge = forge_open(&ends, SIDE_CLIENT);

        assert_true(forge_send(&forge, records[i].type, records[i].bytes, records[i].length));
        assert_int_equal(ends_poll(&ends, SIDE_SERVER), TLS_FAILED);
        assert_int_equal(ends_poll(&ends, SIDE_CLIENT), TLS_ALERT);
        ends_free(&ends);
    }
}

static void a_changed_record_fails(void **state)
{
    struct ends ends;
    char bytes[64];

    (void)state;
    make(&ends, TLS_ANY);
    ends_open(&ends);
    ends_send(&ends, SIDE_CLIENT, "data");
    ssize_t length = recv(ends.fd[SIDE_SERVER], bytes, sizeof bytes, 0);
    bytes[length - 1] ^= 1;
    send_raw(&ends, SIDE_CLIENT, bytes, (size_t)length);
    assert_int_equal(ends_poll(&ends, SIDE_SERVER), TLS_FAILED);
    assert_reason(&ends, SIDE_SERVER, "decryption failed or bad record mac");
    ends_free(&ends);
}

/* ---- floods ---- */

/* How many calls it takes to get at the data behind a flood; each of them ends. */
static int count_calls(struct ends *ends, enum side side)
{
    char bytes[16];
    size_t done;
    int calls = 1;

    while (ends_read(ends, side, bytes, sizeof bytes, &done) != TLS_OK) {
        assert_int_equal(done, 0);
        assert_true(++calls < 100000);
    }
    assert_int_equal(done, 4);
    assert_memory_equal(bytes, "data", 4);
    return calls;
}

/* A record takes two reads, and a call has 64: fewer calls than this have not given way. */
static void assert_gave_way(int calls, int records)
{
    if (calls < records / 40) {
        fail_msg("%d records in %d calls", records, calls);
    }
}

/* A ClientHello, or a HelloRequest: each is answered with a warning, no_renegotiation. */
static const unsigned char pleas[SIDE_N][64] = {
    [SIDE_CLIENT] = {1, 0, 0, 41, 3, 3, [4 + 2 + 32] = 0, 0, 2, 0xc0, 0x2b, 1, 0},
    [SIDE_SERVER] = {0, 0, 0, 0},
};
static const size_t plea_length[SIDE_N] = {[SIDE_CLIENT] = 45, [SIDE_SERVER] = 4};

static void pleas_for_renegotiation_are_refused(void **state)
{
    enum { FLOOD = 500 };

    (void)state;
    for (enum side from = SIDE_CLIENT; from < SIDE_N; from++) {
        struct ends ends;
        struct forge forge = forge_open(&ends, from);
        int sent = 0;

        while (sent < FLOOD && forge_send(&forge, HANDSHAKE, pleas[from], plea_length[from])) {
            sent++;
            if (sent % 100 == 0) { /* the kernel's buffer is not that large */
                assert_true(is_want(ends_poll(&ends, side_peer(from))) ||
                            ends_poll(&ends, side_peer(from)) == TLS_BUSY);
            }
        }
        assert_int_equal(sent, FLOOD);
        while (!forge_send(&forge, DATA, "data", 4)) {
            ends_poll(&ends, side_peer(from));
        }
        count_calls(&ends, side_peer(from));
        /* The answers do arrive: the first of them ends it, for OpenSSL never asked. */
        assert_int_equal(ends_poll(&ends, from), TLS_FAILED);
        assert_reason(&ends, from, "no renegotiation");
        ends_free(&ends);
    }
}

/* The peer floods and reads nothing, so that our answers find no room. */
static void unread_refusals_block_nothing(void **state)
{
    enum { FLOOD = 500 };
    int least = 1;
    char bytes[65536];
    struct ends ends;
    struct forge forge = forge_open(&ends, SIDE_CLIENT);

    (void)state;
    setsockopt(ends.fd[SIDE_SERVER], SOL_SOCKET, SO_SNDBUF, &least, sizeof least);
    for (int sent = 0; sent < FLOOD;) {
        sent += forge_send(&forge, HANDSHAKE, pleas[SIDE_CLIENT], plea_length[SIDE_CLIENT]);
        enum tls_status status = ends_poll(&ends, SIDE_SERVER);
        assert_true(is_want(status) || status == TLS_BUSY);
    }
    assert_true(forge_send(&forge, DATA, "data", 4));
    count_calls(&ends, SIDE_SERVER);
    /* An answer is still under way, so close_notify is not. */
    assert_int_equal(tls_notify(ends.stream[SIDE_SERVER], &ends.trouble[SIDE_SERVER]),
                     TLS_WANT_WRITE);
    assert_true(recv(ends.fd[SIDE_CLIENT], bytes, sizeof bytes, 0) > 0);
    assert_int_equal(tls_notify(ends.stream[SIDE_SERVER], &ends.trouble[SIDE_SERVER]), TLS_OK);
    ends_free(&ends);
}

static void warnings_are_not_endless(void **state)
{
    struct ends ends;
    struct forge forge = forge_open(&ends, SIDE_CLIENT);

    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_true(forge_send(&forge, ALERT, (unsigned char[]){WARNING, 90}, 2));
    }
    assert_int_equal(ends_poll(&ends, SIDE_SERVER), TLS_FAILED);
    assert_reason(&ends, SIDE_SERVER, "too many warn alerts");
    ends_free(&ends);
}

static void empty_records_are_not_endless(void **state)
{
    struct ends ends;
    struct forge forge = forge_open(&ends, SIDE_CLIENT);

    (void)state;
    for (int i = 0; i < 40; i++) {
        assert_true(forge_send(&forge, DATA, "", 0));
    }
    enum tls_status status = ends_poll(&ends, SIDE_SERVER);
    if (status == TLS_BUSY || status == TLS_WANT_READ) {
        status = ends_poll(&ends, SIDE_SERVER);
    }
    assert_int_equal(status, TLS_FAILED);
    ends_free(&ends);
}

/* Messages of TLS 1.3 that come after the handshake, by OpenSSL itself. */
typedef int flooder(SSL *ssl);

static int update_keys(SSL *ssl)
{
    return SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED) == 1 && SSL_do_handshake(ssl) == 1;
}

static int ask_for_new_keys(SSL *ssl)
{
    return SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED) == 1 && SSL_do_handshake(ssl) == 1;
}

static int give_a_ticket(SSL *ssl)
{
    return SSL_new_session_ticket(ssl) == 1 && SSL_do_handshake(ssl) == 1;
}

static void flood(enum side from, flooder *send_one, bool read_ahead)
{
    enum { FLOOD = 400 };
    struct tls_spec spec = spec_plain();
    struct ends ends;
    int room = 1 << 20;

    spec.version = TLS_1_3;
    spec.read_ahead = read_ahead;
    ends_make(&ends, &spec, &spec);
    ends_open(&ends);
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        setsockopt(ends.fd[side], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    }
    for (int i = 0; i < FLOOD; i++) {
        ends.stream[from]->reads = 100;
        if (!send_one(ends.stream[from]->ssl)) {
            fail_msg("no room for message %d", i);
        }
    }
    ends_send(&ends, from, "data");
    int calls = count_calls(&ends, side_peer(from));
    if (!read_ahead) {
        assert_gave_way(calls, FLOOD);
    }
    ends_send(&ends, side_peer(from), "data"); /* behind the answers, if there are any */
    count_calls(&ends, from);
    ends_free(&ends);
}

static void key_updates_give_way(void **state)
{
    (void)state;
    for (int read_ahead = 0; read_ahead < 2; read_ahead++) {
        flood(SIDE_CLIENT, update_keys, read_ahead == 1);
        flood(SIDE_SERVER, update_keys, read_ahead == 1);
        flood(SIDE_CLIENT, ask_for_new_keys, read_ahead == 1);
    }
}

static void tickets_give_way(void **state)
{
    (void)state;
    flood(SIDE_SERVER, give_a_ticket, false);
    flood(SIDE_SERVER, give_a_ticket, true);
}

/* OpenSSL answers one request for new keys when it meets the next.  A peer that does not read keeps
 * it from that, and so from close_notify. */
static void notify_waits_for_an_answer_under_way(void **state)
{
    struct tls_spec spec = spec_plain();
    struct ends ends;
    char bytes[4096];
    int least = 1;

    (void)state;
    spec.version = TLS_1_3;
    ends_make(&ends, &spec, &spec);
    ends_open(&ends);
    assert_int_equal(ends_poll(&ends, SIDE_CLIENT), TLS_WANT_READ);
    for (int i = 0; i < 2; i++) {
        ends.stream[SIDE_CLIENT]->reads = 100;
        assert_true(ask_for_new_keys(ends.stream[SIDE_CLIENT]->ssl));
    }
    setsockopt(ends.fd[SIDE_SERVER], SOL_SOCKET, SO_SNDBUF, &least, sizeof least);
    ssize_t stuffed = 0;
    while (send(ends.fd[SIDE_SERVER], "x", 1, 0) == 1) {
        stuffed++;
    }
    assert_int_equal(ends_poll(&ends, SIDE_SERVER), TLS_WANT_WRITE);
    assert_int_equal(tls_notify(ends.stream[SIDE_SERVER], &ends.trouble[SIDE_SERVER]),
                     TLS_WANT_WRITE);
    while (stuffed > 0) {
        ssize_t length =
            recv(ends.fd[SIDE_CLIENT], bytes, stuffed < 4096 ? (size_t)stuffed : sizeof bytes, 0);
        assert_true(length > 0);
        stuffed -= length;
    }
    assert_int_equal(tls_notify(ends.stream[SIDE_SERVER], &ends.trouble[SIDE_SERVER]), TLS_OK);
    assert_int_equal(ends_poll(&ends, SIDE_CLIENT), TLS_NOTIFIED);
    ends_free(&ends);
}

/* ---- flights with a byte changed, dropped or doubled ---- */

struct change {
    unsigned seed;
};

static unsigned draw(struct change *change, size_t below)
{
    change->seed = change->seed * 1103515245 + 12345;
    return (change->seed >> 8) % (unsigned)below;
}

/* What `side` is about to read. */
static void disturb(struct ends *ends, enum side side, struct change *change)
{
    char bytes[8192];
    ssize_t length = recv(ends->fd[side], bytes, sizeof bytes, 0);

    if (length <= 0) {
        return;
    }
    switch (draw(change, 4)) {
    case 0:
        bytes[draw(change, (size_t)length)] ^= (char)(1U << draw(change, 8));
        break;
    case 1:
        bytes[draw(change, (size_t)length)] = (char)draw(change, 256);
        break;
    case 2:
        length = 1 + (ssize_t)draw(change, (size_t)length);
        break;
    default:
        break; /* let this one through */
    }
    send_raw(ends, side_peer(side), bytes, (size_t)length);
}

static void disturbed_handshake(struct ends *ends, struct change *change)
{
    ends_connect(ends);
    for (int i = 0; i < 8; i++) {
        for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
            disturb(ends, side, change);
            if (is_want(ends->status[side])) {
                ends->status[side] = tls_handshake(ends->stream[side], &ends->trouble[side]);
            }
        }
    }
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        if (ends->status[side] == TLS_FAILED || ends->status[side] == TLS_ALERT) {
            assert_int_not_equal(ends->trouble[side].reason, 0);
        }
    }
    ends_hang_up(ends);
}

static void disturbed_handshakes_have_an_end(void **state)
{
    (void)state;
    for (enum tls_version version = TLS_1_2; version <= TLS_1_3; version++) {
        struct ends ends;
        struct change change = {.seed = 1};

        make(&ends, version);
        for (int i = 0; i < 400; i++) {
            disturbed_handshake(&ends, &change);
        }
        ends_open(&ends); /* the contexts are none the worse for it */
        assert_both_work(&ends);
        ends_free(&ends);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(garbage_is_no_handshake),
        cmocka_unit_test(who_stops_is_waited_for),
        cmocka_unit_test(an_alert_in_a_handshake_is_one),
        cmocka_unit_test(forged_data_is_data),
        cmocka_unit_test(every_alert_has_an_end),
        cmocka_unit_test(nonsense_on_an_open_connection_fails),
        cmocka_unit_test(a_changed_record_fails),
        cmocka_unit_test(pleas_for_renegotiation_are_refused),
        cmocka_unit_test(unread_refusals_block_nothing),
        cmocka_unit_test(warnings_are_not_endless),
        cmocka_unit_test(empty_records_are_not_endless),
        cmocka_unit_test(key_updates_give_way),
        cmocka_unit_test(tickets_give_way),
        cmocka_unit_test(notify_waits_for_an_answer_under_way),
        cmocka_unit_test(disturbed_handshakes_have_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
