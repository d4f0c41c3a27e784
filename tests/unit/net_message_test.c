#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "finwait/message.h"

/* What a reader made of some bytes. */
struct verdict {
    enum message_progress progress;
    size_t used;
    bool fin_completes;
    bool close_delimited;
    bool peer_closes;
    uint16_t status;
};

static const struct message_spec http = {.protocol = PROTOCOL_HTTP};

/* Feed a copy that ends where the piece ends, for the sanitizers to see any reading beyond. */
static enum message_progress feed_copy(struct message_reader *reader, const char *bytes,
                                       size_t length, size_t *used)
{
    char *copy = malloc(length > 0 ? length : 1);

    assert_non_null(copy);
    memcpy(copy, bytes, length);
    enum message_progress progress = message_reader_feed(reader, copy, length, used);
    free(copy);
    assert_true(*used <= length);
    return progress;
}

/* Feed `first` bytes, then pieces of `rest` bytes. */
static struct verdict read_pieces(enum side sender, const char *bytes, size_t length, size_t first,
                                  size_t rest)
{
    struct message_reader reader;
    struct verdict verdict = {.progress = MESSAGE_MORE};
    size_t piece = first;

    message_reader_init(&reader, &http, sender);
    while (verdict.progress == MESSAGE_MORE && verdict.used < length) {
        size_t left = length - verdict.used;
        size_t given = piece < left ? piece : left;
        size_t used = 0;
        verdict.progress = feed_copy(&reader, bytes + verdict.used, given, &used);
        if (verdict.progress == MESSAGE_MORE) {
            assert_int_equal(used, given);
        }
        verdict.used += used;
        piece = rest;
    }
    verdict.fin_completes = message_reader_fin(&reader);
    verdict.close_delimited = reader.close_delimited;
    verdict.peer_closes = reader.peer_closes;
    verdict.status = reader.status;
    return verdict;
}

static void assert_same(const struct verdict *a, const struct verdict *b)
{
    assert_int_equal(a->progress, b->progress);
    if (a->progress != MESSAGE_BAD) {
        assert_int_equal(a->used, b->used);
        assert_int_equal(a->fin_completes, b->fin_completes);
        assert_int_equal(a->close_delimited, b->close_delimited);
        assert_int_equal(a->peer_closes, b->peer_closes);
        assert_int_equal(a->status, b->status);
    }
}

/* The verdict, which must be the same however the bytes are cut in two, and byte by byte. */
static struct verdict read_every_way(enum side sender, const char *bytes, size_t length)
{
    struct verdict whole = read_pieces(sender, bytes, length, length, length);

    for (size_t first = 1; first < length; first++) {
        struct verdict cut = read_pieces(sender, bytes, length, first, length);
        assert_same(&whole, &cut);
    }
    struct verdict bytewise = read_pieces(sender, bytes, length, 1, 1);
    assert_same(&whole, &bytewise);
    return whole;
}

#define NINES "99999999999999999999"
#define LONG_100                                                                                   \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"                                           \
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define OK "HTTP/1.1 200 OK\r\n"

/* A message that is whole after `text`; what follows it on the wire must stay there. */
struct good {
    const char *text;
    uint16_t status; /* 0: a request */
    bool peer_closes;
};

static const struct good good_messages[] = {
    {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0, false},
    {"GET / HTTP/1.1\nHost: a\n\n", 0, false},
    {"\r\n\n\r\nGET / HTTP/1.1\r\n\r\n", 0, false},
    {"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 0, true},
    {"GET / HTTP/1.1\r\nconnection: Upgrade , CLOSE\r\n\r\n", 0, true},
    {"GET / HTTP/1.1\r\nConnection: closed\r\n\r\n", 0, false},
    {"GET / HTTP/1.1\r\nConnection: a\r\nConnection: close\r\n\r\n", 0, true},
    {"GET / HTTP/1.0\r\n\r\n", 0, true},
    {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 0, false},
    {"GET / HTTP/1.1\r\nKeep-Alive: max=0\r\n\r\n", 0, true},
    {"GET / HTTP/1.1\r\nKeep-Alive: timeout=5, max=10, max=x, max, =0\r\n\r\n", 0, false},
    {"GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", 0, true},
    {"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", 0, false},
    {"POST / HTTP/1.1\r\nCONTENT-LENGTH:\t5  \r\n\r\nhello", 0, false},
    {"POST / HTTP/1.1\r\nContent-Length:5\r\nContent-Length: 5\r\n\r\nhello", 0, false},
    {"POST / HTTP/1.1\r\nContent-Length: 000\r\n\r\n", 0, false},
    {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 0, false},
    {"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, , Chunked\r\n\r\n0\r\n\r\n", 0, false},
    {"GET /" LONG_100 " HTTP/1.0\r\n\r\n", 0, true},
    {"GET /" LONG_100 " HTTP/1.1\r\nX-" LONG_100 ": " LONG_100 "\r\n" LONG_100 ": 1\r\n\r\n", 0,
     false},
    {OK "Content-Length: 5\r\n\r\nhello", 200, false},
    {OK "Content-Length: 0\r\nConnection: close\r\n\r\n", 200, true},
    {"HTTP/1.1 200\nContent-Length: 0\n\n", 200, false},
    {"HTTP/1.1 503 \r\nContent-Length: 1\r\n\r\nx", 503, false},
    {"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, true},
    {"HTTP/1.1 204 No Content\r\n\r\n", 204, false},
    {"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", 204, false},
    {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, false},
    {"HTTP/1.1 100 Continue\r\n\r\n" OK "Content-Length: 2\r\n\r\nok", 200, false},
    {"HTTP/1.1 103 Early Hints\r\nConnection: close\r\nContent-Length: 9\r\n\r\n"
     "HTTP/1.1 102 Processing\r\n\r\n" OK "Content-Length: 2\r\n\r\nok",
     200, false},
    {OK "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200, false},
    {OK "Transfer-Encoding: chunked\n\n5\nhello\n0\n\n", 200, false},
    {OK "Transfer-Encoding: chunked\r\n\r\n1a\r\nabcdefghijklmnopqrstuvwxyz\r\n"
        "00A \t;name=\"value\"\r\n0123456789\r\n0;x\r\nTrailer: 1\r\nContent-Length: 7\r\n\r\n",
     200, false},
    {OK "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n1;" LONG_100
        "\r\nx\r\n0\r\n\r\n",
     200, false},
    {OK "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 200,
     false},
    {"HTTP/1.1 200 " LONG_100 "\r\nContent-Length: 2\r\n\r\nok", 200, false},
};

static void assert_progress(const struct verdict *verdict, enum message_progress expected,
                            const char *text)
{
    if (verdict->progress != expected) {
        fail_msg("%d, not %d: %s", (int)verdict->progress, (int)expected, text);
    }
}

static enum side sender_of(uint16_t status)
{
    return status == 0 ? SIDE_CLIENT : SIDE_SERVER;
}

static void good_ones_are_whole_and_leave_the_rest(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good_messages / sizeof good_messages[0]; i++) {
        const struct good *good = &good_messages[i];
        enum side sender = sender_of(good->status);
        size_t length = strlen(good->text);
        char pipelined[2048];
        snprintf(pipelined, sizeof pipelined, "%s%s", good->text, "\r\nGET / HTTP");

        struct verdict alone = read_every_way(sender, good->text, length);
        assert_progress(&alone, MESSAGE_WHOLE, good->text);
        assert_int_equal(alone.used, length);
        assert_int_equal(alone.status, good->status);
        assert_int_equal(alone.peer_closes, good->peer_closes);
        assert_false(alone.close_delimited);
        assert_false(alone.fin_completes);
        struct verdict followed = read_every_way(sender, pipelined, strlen(pipelined));
        assert_same(&alone, &followed);
    }
}

static void cut_short_they_are_not_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good_messages / sizeof good_messages[0]; i++) {
        const struct good *good = &good_messages[i];
        for (size_t length = 0; length < strlen(good->text); length++) {
            struct verdict verdict =
                read_pieces(sender_of(good->status), good->text, length, length, length);
            assert_int_equal(verdict.progress, MESSAGE_MORE);
            assert_false(verdict.fin_completes);
        }
    }
}

static const char *const bad_requests[] = {
    "GET /\r\n\r\n",
    "GET  HTTP/1.1\r\n\r\n",
    "GET / HTTP/2.0\r\n\r\n",
    "GET / http/1.1\r\n\r\n",
    "GET / HTTP/1.x\r\n\r\n",
    "GET / x HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1 \r\n\r\n",
    " GET / HTTP/1.1\r\n\r\n",
    "G(T / HTTP/1.1\r\n\r\n",
    "HTTP/1.1 200 OK\r\n\r\n",
    "\x16\x03\x01\n",
    "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n\tb\r\n\r\n",
    "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost\r\n\r\n",
    "GET / HTTP/1.1\r\n: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n",
    "POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "POST / HTTP/1.1\r\nContent-Length: 5, 5\r\n\r\nhello",
    "POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\nhello",
    "POST / HTTP/1.1\r\nContent-Length: +5\r\n\r\nhello",
    "POST / HTTP/1.1\r\nContent-Length: 0x5\r\n\r\nhello",
    "POST / HTTP/1.1\r\nContent-Length: 5 5\r\n\r\nhello",
    "POST / HTTP/1.1\r\nContent-Length:\r\n\r\n",
    "POST / HTTP/1.1\r\nContent-Length: 18446744073709551616\r\n\r\n",
    "POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
    "POST / HTTP/1.1\r\nTransfer-Encoding:\r\n\r\n",
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nhello\r\n",
};

static const char *const long_bad_requests[] = {
    "GET /" LONG_100 " HTTP/3.1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n " LONG_100 "\r\n\r\n",
    "POST / HTTP/1.1\r\nContent-Length: " NINES NINES NINES NINES NINES "\r\n\r\n",
    "POST / HTTP/1.1\r\nTransfer-Encoding: " LONG_100 ", chunked\r\n\r\n0\r\n\r\n",
    "GET / HTTP/1.1\r\nConnection: " LONG_100 ", close\r\n\r\n",
};

static const char *const bad_responses[] = {
    "\r\nHTTP/1.1 200 OK\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n",
    "HTTP/1.1 20 OK\r\n\r\n",
    "HTTP/1.1 2000 OK\r\n\r\n",
    "HTTP/1.1 2x0 OK\r\n\r\n",
    "HTTP/1.1 099 OK\r\n\r\n",
    "HTTP/1.1  200 OK\r\n\r\n",
    "HTTP/1.1-200 OK\r\n\r\n",
    "HTTP/2 200\r\n\r\n",
    "HTTP/2.0 200 OK\r\n\r\n",
    "ICY 200 OK\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
    "HTTP/1.1 204 No Content\r\nContent-Length: x\r\n\r\n",
    "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    OK "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    OK "Transfer-Encoding: chunked\r\n\r\n\r\n",
    OK "Transfer-Encoding: chunked\r\n\r\n;x\r\n",
    OK "Transfer-Encoding: chunked\r\n\r\n-1\r\n",
    OK "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n",
    OK "Transfer-Encoding: chunked\r\n\r\n5 5\r\nhello\r\n",
    OK "Transfer-Encoding: chunked\r\n\r\n5g\r\nhello\r\n",
    OK "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n",
    OK "Transfer-Encoding: chunked\r\n\r\n" NINES NINES NINES NINES NINES "\r\n",
    OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloworld\r\n0\r\n\r\n",
};

static void assert_all_bad(enum side sender, const char *const *messages, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct verdict verdict = read_every_way(sender, messages[i], strlen(messages[i]));
        assert_progress(&verdict, MESSAGE_BAD, messages[i]);
        assert_false(verdict.fin_completes);
    }
}

static void bad_ones_are_bad(void **state)
{
    (void)state;
    assert_all_bad(SIDE_CLIENT, bad_requests, sizeof bad_requests / sizeof bad_requests[0]);
    assert_all_bad(SIDE_CLIENT, long_bad_requests,
                   sizeof long_bad_requests / sizeof long_bad_requests[0]);
    assert_all_bad(SIDE_SERVER, bad_responses, sizeof bad_responses / sizeof bad_responses[0]);
}

static void a_nul_in_a_head_is_bad(void **state)
{
    static const char text[] = OK "Server: a\0b\r\nContent-Length: 0\r\n\r\n";

    (void)state;
    assert_int_equal(read_every_way(SIDE_SERVER, text, sizeof text - 1).progress, MESSAGE_BAD);
}

static void a_nul_in_a_body_is_data(void **state)
{
    static const char text[] = OK "Content-Length: 4\r\n\r\n\0\r\n\n";

    (void)state;
    assert_int_equal(read_every_way(SIDE_SERVER, text, sizeof text - 1).progress, MESSAGE_WHOLE);
}

static const char *const until_fin[] = {
    OK "\r\n",
    OK "\r\nsome bytes",
    OK "Transfer-Encoding: gzip\r\n\r\nsome bytes",
    OK "Transfer-Encoding: chunked, gzip\r\n\r\nsome bytes",
    OK "Content-Length: 3\r\nTransfer-Encoding: gzip\r\n\r\nsome bytes",
    "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nsome bytes",
    "HTTP/1.1 100 Continue\r\nContent-Length: 2\r\n\r\n" OK "\r\nsome bytes",
};

static void a_response_without_length_ends_at_the_fin(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof until_fin / sizeof until_fin[0]; i++) {
        struct verdict verdict = read_every_way(SIDE_SERVER, until_fin[i], strlen(until_fin[i]));
        assert_int_equal(verdict.progress, MESSAGE_MORE);
        assert_true(verdict.close_delimited);
        assert_true(verdict.fin_completes);
    }
}

static void a_verdict_stands(void **state)
{
    static const char whole[] = "GET / HTTP/1.1\r\n\r\n";
    struct message_reader reader;
    size_t used = 0;

    (void)state;
    message_reader_init(&reader, &http, SIDE_CLIENT);
    assert_int_equal(feed_copy(&reader, "", 0, &used), MESSAGE_MORE);
    assert_int_equal(feed_copy(&reader, whole, sizeof whole - 1, &used), MESSAGE_WHOLE);
    assert_int_equal(feed_copy(&reader, whole, sizeof whole - 1, &used), MESSAGE_WHOLE);
    assert_int_equal(used, 0);
    message_reader_init(&reader, &http, SIDE_SERVER);
    assert_int_equal(feed_copy(&reader, whole, sizeof whole - 1, &used), MESSAGE_BAD);
    assert_int_equal(feed_copy(&reader, OK, sizeof OK - 1, &used), MESSAGE_BAD);
    assert_int_equal(used, 0);
}

/* `start`, filler, `end`: `size` bytes in all.  To be freed. */
static char *padded(const char *start, const char *end, size_t size)
{
    char *bytes = malloc(size);

    assert_non_null(bytes);
    memset(bytes, 'x', size);
    for (size_t i = 0; start[i] != '\0'; i++) {
        bytes[i] = start[i];
    }
    for (size_t i = 0, at = size - strlen(end); end[i] != '\0'; i++) {
        bytes[at + i] = end[i];
    }
    return bytes;
}

static void assert_padded(enum side sender, const char *start, const char *end, size_t size,
                          enum message_progress expected)
{
    static const size_t pieces[] = {1, 7, 95, 96, 97, 4096, SIZE_MAX};
    char *bytes = padded(start, end, size);

    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct verdict verdict = read_pieces(sender, bytes, size, pieces[i], pieces[i]);
        assert_int_equal(verdict.progress, expected);
    }
    free(bytes);
}

static void heads_are_bounded(void **state)
{
    const size_t most = (size_t)64 * 1024;
    const char *chunk = OK "Transfer-Encoding: chunked\r\n\r\n1;";
    const char *trailer = OK "Transfer-Encoding: chunked\r\n\r\n0\r\nA: ";
    const size_t chunked = sizeof OK - 1 + sizeof "Transfer-Encoding: chunked\r\n\r\n" - 1;

    (void)state;
    assert_padded(SIDE_CLIENT, "GET /", " HTTP/1.1\r\n\r\n", most, MESSAGE_WHOLE);
    assert_padded(SIDE_CLIENT, "GET /", " HTTP/1.1\r\n\r\n", most + 1, MESSAGE_BAD);
    assert_padded(SIDE_CLIENT, "GET / HTTP/1.1\r\nA: ", "\r\n\r\n", most, MESSAGE_WHOLE);
    assert_padded(SIDE_CLIENT, "GET / HTTP/1.1\r\nA: ", "\r\n\r\n", most + 1, MESSAGE_BAD);
    assert_padded(SIDE_SERVER, OK "A", "", most, MESSAGE_MORE);
    assert_padded(SIDE_SERVER, OK "A", "", most + 1, MESSAGE_BAD);
    assert_padded(SIDE_SERVER, chunk, "\r\n", chunked + most, MESSAGE_MORE);
    assert_padded(SIDE_SERVER, chunk, "\r\n", chunked + most + 1, MESSAGE_BAD);
    assert_padded(SIDE_SERVER, trailer, "\r\n\r\n", chunked + 3 + most, MESSAGE_WHOLE);
    assert_padded(SIDE_SERVER, trailer, "\r\n\r\n", chunked + 3 + most + 1, MESSAGE_BAD);
}

/* Feed `times` times; the last verdict. */
static enum message_progress feed_again(struct message_reader *reader, const char *text, int times)
{
    enum message_progress progress = MESSAGE_MORE;

    for (int i = 0; i < times; i++) {
        size_t used = 0;
        progress = feed_copy(reader, text, strlen(text), &used);
    }
    return progress;
}

static void interim_responses_have_an_end(void **state)
{
    struct message_reader reader;

    (void)state;
    message_reader_init(&reader, &http, SIDE_SERVER);
    assert_int_equal(feed_again(&reader, "HTTP/1.1 100 Continue\r\n\r\n", 65536 / 25 + 1),
                     MESSAGE_BAD);
}

static void chunks_have_no_bound_together(void **state)
{
    struct message_reader reader;

    (void)state;
    message_reader_init(&reader, &http, SIDE_SERVER);
    assert_int_equal(feed_again(&reader, OK "Transfer-Encoding: chunked\r\n\r\n", 1), MESSAGE_MORE);
    assert_int_equal(feed_again(&reader, "1;a=b\r\nx\r\n", 20000), MESSAGE_MORE);
    assert_int_equal(feed_again(&reader, "0\r\n\r\n", 1), MESSAGE_WHOLE);
}

static void the_largest_length_is_read(void **state)
{
    static const char text[] = OK "Content-Length: 18446744073709551615\r\n\r\nx";

    (void)state;
    assert_int_equal(read_every_way(SIDE_SERVER, text, sizeof text - 1).progress, MESSAGE_MORE);
}

static void raw_counts_bytes(void **state)
{
    const struct message_spec raw = {.request_size = 3, .response_size = 0};
    struct message_reader reader;
    size_t used = 9;

    (void)state;
    message_reader_init(&reader, &raw, SIDE_CLIENT);
    assert_int_equal(message_reader_feed(&reader, "GE", 2, &used), MESSAGE_MORE);
    assert_int_equal(used, 2);
    assert_false(message_reader_fin(&reader));
    assert_int_equal(message_reader_feed(&reader, "TGET", 4, &used), MESSAGE_WHOLE);
    assert_int_equal(used, 1);
    message_reader_init(&reader, &raw, SIDE_SERVER);
    assert_int_equal(message_reader_feed(&reader, "x", 1, &used), MESSAGE_WHOLE);
    assert_int_equal(used, 0);
    assert_string_equal(protocol_names[PROTOCOL_RAW], "raw");
    assert_string_equal(protocol_names[PROTOCOL_HTTP], "http");
}

static void a_reader_is_small(void **state)
{
    (void)state;
    assert_true(sizeof(struct message_reader) < 200);
}

static void other_protocols_are_known_by_their_first_bytes(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
        enum spoken spoken;
    } cases[] = {
#define BYTES(literal) literal, sizeof(literal) - 1
        {BYTES("\x15\x03\x03\x00\x02"), SPOKEN_TLS},
        {BYTES("\x16\x03\x01"), SPOKEN_TLS},
        {BYTES("\x16\x02\x01"), SPOKEN_OTHER},
        {BYTES("\x18\x03\x01"), SPOKEN_OTHER},
        {BYTES("HTTP/"), SPOKEN_HTTP},
        {BYTES("GET /"), SPOKEN_HTTP},
        {BYTES("CONNE"), SPOKEN_HTTP},
        {BYTES("<!DOC"), SPOKEN_HTTP},
        {BYTES("<HTML"), SPOKEN_HTTP},
        {BYTES("SSH-2"), SPOKEN_SSH},
        {BYTES("220 m"), SPOKEN_TEXT},
        {BYTES("* OK "), SPOKEN_TEXT},
        {BYTES("-ERR\r"), SPOKEN_TEXT},
        {BYTES("GET"), SPOKEN_OTHER},
        {BYTES("\x4a\0\0\0\x0a"), SPOKEN_OTHER},
        {BYTES(""), SPOKEN_OTHER},
        {BYTES("\0\0\x12\x04\0"), SPOKEN_OTHER},
#undef BYTES
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(message_spoken(cases[i].bytes, cases[i].length), cases[i].spoken);
    }
}

static void assert_spoken_by(enum side sender, const char *bytes, size_t length, size_t piece,
                             enum spoken spoken)
{
    struct message_reader reader;
    enum message_progress progress = MESSAGE_MORE;
    size_t used = 0;

    message_reader_init(&reader, &http, sender);
    for (size_t at = 0; at < length && progress == MESSAGE_MORE; at += piece) {
        progress = feed_copy(&reader, bytes + at, length - at < piece ? length - at : piece, &used);
    }
    assert_int_equal(progress, MESSAGE_BAD);
    assert_int_equal(reader.spoken, spoken);
}

static void assert_speaks(const char *bytes, size_t length, size_t piece, enum spoken spoken)
{
    assert_spoken_by(SIDE_SERVER, bytes, length, piece, spoken);
}

/* What begins no message is told at once, though it may never end a line. */
static void what_comes_instead_of_a_message_is_told(void **state)
{
    static const char banner[] = "SSH-2.0-OpenSSH\r\n";
    static const char after_it[] = OK "Content-Length : 1\r\n\r\n";

    (void)state;
    assert_speaks("\x15\x03\x03", 3, 3, SPOKEN_TLS);
    assert_speaks("\0\0\x12", 3, 1, SPOKEN_OTHER);
    for (size_t piece = 1; piece < sizeof banner; piece++) {
        assert_speaks(banner, sizeof banner - 1, piece, piece > 3 ? SPOKEN_SSH : SPOKEN_OTHER);
    }
    assert_speaks(after_it, sizeof after_it - 1, 100, SPOKEN_OTHER);
    assert_speaks("220 mail", 8, 8, SPOKEN_TEXT);
    assert_speaks("login: ", 7, 7, SPOKEN_TEXT);
    assert_speaks("J\0\0\0", 4, 4, SPOKEN_OTHER);
    assert_speaks("HTTP/2", 6, 1, SPOKEN_HTTP);
    assert_spoken_by(SIDE_CLIENT, "\x16\x03\x01", 3, 3, SPOKEN_TLS);
    assert_spoken_by(SIDE_CLIENT, "\x80\x08", 2, 1, SPOKEN_OTHER);
    assert_spoken_by(SIDE_CLIENT, "<?xml", 5, 5, SPOKEN_TEXT);
}

/* What may begin one is waited for, byte by byte. */
static void what_may_begin_a_message_is_waited_for(void **state)
{
    static const struct {
        enum side sender;
        const char *text;
    } cases[] = {
        {SIDE_SERVER, "HTTP/1.1 2"},
        {SIDE_SERVER, "H"},
        {SIDE_CLIENT, "\r\n\r\nPRI * \x80"},
        {SIDE_CLIENT, "M-SEARCH"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct message_reader reader;
        size_t used = 0;
        message_reader_init(&reader, &http, cases[i].sender);
        for (const char *at = cases[i].text; *at != '\0'; at++) {
            assert_int_equal(feed_copy(&reader, at, 1, &used), MESSAGE_MORE);
        }
    }
}

static void a_port_for_tls_is_told(void **state)
{
    static const char *const said[] = {
        "<title>400 The plain HTTP request was sent to HTTPS port</title>",
        "Client sent an HTTP request to an HTTPS server.\n",
        "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />",
        "Bad Request\r\nThis combination of host and port requires TLS.\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        assert_true(message_asks_tls(said[i], strlen(said[i])));
        assert_false(message_asks_tls(said[i], strlen(said[i]) / 2));
    }
    assert_false(message_asks_tls("400 Bad Request", 15));
}

/* With Upgrade 101 answers it, and the body is said in the other protocol. */
static void an_upgrade_is_answered_by_101(void **state)
{
    static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\n\r\nframes";
    struct message_spec spec = http;
    struct message_reader reader;
    struct message message;
    size_t used;

    (void)state;
    spec.part[SIDE_CLIENT].fields = (char[]){"Upgrade: websocket\r\n"};
    spec.part[SIDE_CLIENT].body = (char[]){"close"};
    spec.request_size = strlen("close");
    message_reader_init(&reader, &spec, SIDE_SERVER);
    assert_int_equal(message_reader_feed(&reader, answer, strlen(answer), &used), MESSAGE_WHOLE);
    assert_int_equal(used, strlen(answer) - strlen("frames"));
    assert_int_equal(reader.status, 101);
    assert_int_equal(message_build(&message, &spec, SIDE_CLIENT, SAYS_NOTHING, "h"), 0);
    assert_int_equal(strncmp(message.bytes, "GET /", 5), 0);
    assert_null(memmem(message.bytes, message.length, "Content-Length", 14));
    assert_int_equal(message.length - message.head, strlen("close"));
    free(message.bytes);
}

static void interim_responses_are_counted(void **state)
{
    static const char bytes[] = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n"
                                "HTTP/1.1 199 \r\n\r\n" OK "Content-Length: 0\r\n\r\n";
    uint64_t interim[100] = {0};
    struct message_reader reader;
    size_t used = 0;

    (void)state;
    message_reader_init(&reader, &http, SIDE_SERVER);
    reader.interim = interim;
    assert_int_equal(feed_copy(&reader, bytes, sizeof bytes - 1, &used), MESSAGE_WHOLE);
    assert_int_equal(interim[0], 1);
    assert_int_equal(interim[3], 1);
    assert_int_equal(interim[99], 1);
    assert_int_equal(reader.status, 200);
}

static void a_response_to_head_has_no_body(void **state)
{
    static const char bytes[] = OK "Content-Length: 9\r\n\r\n";
    const struct message_spec head = {.protocol = PROTOCOL_HTTP, .method = (char[]){"HEAD"}};
    struct message_reader reader;
    size_t used = 0;

    (void)state;
    message_reader_init(&reader, &head, SIDE_SERVER);
    assert_int_equal(feed_copy(&reader, bytes, sizeof bytes - 1, &used), MESSAGE_WHOLE);
    message_reader_init(&reader, &head, SIDE_CLIENT);
    assert_int_equal(feed_copy(&reader, "HEAD / HTTP/1.1\r\n\r\n", 19, &used), MESSAGE_WHOLE);
    assert_true(reader.asks_head);
}

static void keep_alive_is_read(void **state)
{
    static const struct {
        const char *text;
        uint32_t stays;
        bool asks;
    } cases[] = {
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 0, true},
        {"GET / HTTP/1.0\r\n\r\n", 0, false},
        {"GET / HTTP/1.1\r\nConnection: keep-alive\r\n\r\n", 0, false},
        {"GET / HTTP/1.1\r\nKeep-Alive: max=9, Timeout=65\r\n\r\n", 65, false},
        {"GET / HTTP/1.1\r\nKeep-Alive: timeout=1 2\r\n\r\n", 0, false},
        {"GET / HTTP/1.1\r\nKeep-Alive: timeout=9999999999\r\n\r\n", 0, false},
        {"GET / HTTP/1.1\r\nKeep-Alive: timeout=5, max=100, a-parameter-of-nobody-knows-whom, "
         "and-another-that-makes-the-line-long\r\n\r\n",
         0, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct message_reader reader;
        size_t used;
        message_reader_init(&reader, &http, SIDE_CLIENT);
        assert_int_equal(feed_copy(&reader, cases[i].text, strlen(cases[i].text), &used),
                         MESSAGE_WHOLE);
        assert_int_equal(reader.stays, cases[i].stays);
        assert_int_equal(reader.asks_to_stay, cases[i].asks);
    }
}

/* And what comes behind it is left. */
static void a_head_alone_is_read_when_asked_for(void **state)
{
    static const char post[] = "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello";
    struct message_reader reader;
    size_t used;

    (void)state;
    message_reader_init(&reader, &http, SIDE_CLIENT);
    assert_false(message_reader_begun(&reader));
    reader.head_only = true;
    assert_int_equal(feed_copy(&reader, post, 10, &used), MESSAGE_MORE);
    assert_true(message_reader_begun(&reader));
    assert_int_equal(feed_copy(&reader, post + 10, strlen(post) - 10, &used), MESSAGE_HEAD);
    assert_int_equal(used, strlen(post) - 15);
    reader.head_only = false;
    assert_int_equal(feed_copy(&reader, "hello", 5, &used), MESSAGE_WHOLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_alone_is_read_when_asked_for),
        cmocka_unit_test(good_ones_are_whole_and_leave_the_rest),
        cmocka_unit_test(keep_alive_is_read),
        cmocka_unit_test(cut_short_they_are_not_whole),
        cmocka_unit_test(bad_ones_are_bad),
        cmocka_unit_test(a_nul_in_a_head_is_bad),
        cmocka_unit_test(a_nul_in_a_body_is_data),
        cmocka_unit_test(a_response_without_length_ends_at_the_fin),
        cmocka_unit_test(a_verdict_stands),
        cmocka_unit_test(heads_are_bounded),
        cmocka_unit_test(interim_responses_have_an_end),
        cmocka_unit_test(an_upgrade_is_answered_by_101),
        cmocka_unit_test(interim_responses_are_counted),
        cmocka_unit_test(a_response_to_head_has_no_body),
        cmocka_unit_test(other_protocols_are_known_by_their_first_bytes),
        cmocka_unit_test(what_comes_instead_of_a_message_is_told),
        cmocka_unit_test(what_may_begin_a_message_is_waited_for),
        cmocka_unit_test(a_port_for_tls_is_told),
        cmocka_unit_test(chunks_have_no_bound_together),
        cmocka_unit_test(the_largest_length_is_read),
        cmocka_unit_test(raw_counts_bytes),
        cmocka_unit_test(a_reader_is_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
