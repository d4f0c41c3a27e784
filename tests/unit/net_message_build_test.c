#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "finwait/message.h"

static const uint64_t sizes[] = {0, 1, 100, 16383, 16384, 16385, 40000, 200000};
#define SIZES (sizeof sizes / sizeof sizes[0])

/* The message is whole to the peer's reader at its last byte and not before. */
static void assert_read_back(const struct message_spec *spec, enum side sender, bool last)
{
    struct message message;
    struct message_reader reader;
    size_t used = 0;

    assert_int_equal(message_build(&message, spec, sender, last, "10.0.0.1:80"), 0);
    message_reader_init(&reader, spec, sender);
    if (message.length > 0) {
        assert_int_equal(message_reader_feed(&reader, message.bytes, message.length - 1, &used),
                         MESSAGE_MORE);
        assert_int_equal(used, message.length - 1);
    }
    assert_int_equal(
        message_reader_feed(&reader, message.bytes + used, message.length - used, &used),
        MESSAGE_WHOLE);
    assert_int_equal(used, message.length > 0 ? 1 : 0);
    assert_false(reader.close_delimited);
    assert_int_equal(reader.peer_closes, spec->protocol == PROTOCOL_HTTP && last);
    assert_int_equal(reader.status,
                     spec->protocol == PROTOCOL_HTTP && sender == SIDE_SERVER ? 200 : 0);
    free(message.bytes);
}

static void what_is_built_is_read_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        for (unsigned choice = 0; choice < 16; choice++) {
            const struct message_spec spec = {
                .protocol = choice & 1 ? PROTOCOL_HTTP : PROTOCOL_RAW,
                .request_size = sizes[i],
                .response_size = sizes[i],
                .chunked = (choice & 2) != 0,
            };
            assert_read_back(&spec, choice & 4 ? SIDE_SERVER : SIDE_CLIENT, (choice & 8) != 0);
        }
    }
}

static void assert_built(const struct message_spec *spec, enum side sender, bool last,
                         const char *expected)
{
    struct message message;

    assert_int_equal(message_build(&message, spec, sender, last, "[fd00::1]:80"), 0);
    assert_int_equal(message.length, strlen(expected));
    assert_memory_equal(message.bytes, expected, message.length);
    free(message.bytes);
}

static void heads_are_as_documented(void **state)
{
    const struct message_spec empty = {.protocol = PROTOCOL_HTTP};
    const struct message_spec small = {
        .protocol = PROTOCOL_HTTP, .request_size = 3, .response_size = 3};
    const struct message_spec chunked = {
        .protocol = PROTOCOL_HTTP, .response_size = 18, .chunked = true};

    (void)state;
    assert_built(&empty, SIDE_CLIENT, false,
                 "GET / HTTP/1.1\r\nHost: [fd00::1]:80\r\nUser-Agent: finwait\r\n\r\n");
    assert_built(&small, SIDE_CLIENT, true,
                 "POST / HTTP/1.1\r\nHost: [fd00::1]:80\r\nUser-Agent: finwait\r\n"
                 "Content-Length: 3\r\nConnection: close\r\n\r\nxxx");
    assert_built(&small, SIDE_SERVER, false,
                 "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
                 "Content-Length: 3\r\n\r\nxxx");
    assert_built(&chunked, SIDE_SERVER, true,
                 "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
                 "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                 "12\r\nxxxxxxxxxxxxxxxxxx\r\n0\r\n\r\n");
}

static void requests_are_as_asked(void **state)
{
    char fields[] = "Accept: text/html\r\nuser-agent: me\r\n";
    char body[] = "four";
    struct message_spec spec = {.protocol = PROTOCOL_HTTP,
                                .request_size = 4,
                                .method = (char[]){"PUT"},
                                .path = (char[]){"/a?b=c"},
                                .host = (char[]){"example.org"},
                                .part[SIDE_CLIENT] = {.fields = fields, .body = body}};

    (void)state;
    assert_built(&spec, SIDE_CLIENT, true,
                 "PUT /a?b=c HTTP/1.1\r\nHost: example.org\r\nAccept: text/html\r\n"
                 "user-agent: me\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfour");
    spec = (struct message_spec){.protocol = PROTOCOL_HTTP, .method = (char[]){"POST"}};
    assert_built(&spec, SIDE_CLIENT, false,
                 "POST / HTTP/1.1\r\nHost: [fd00::1]:80\r\nUser-Agent: finwait\r\n"
                 "Content-Length: 0\r\n\r\n");
}

static void responses_are_as_asked(void **state)
{
    char fields[] = "Retry-After: 1\r\nContent-Type: text/plain\r\n";
    struct message_spec spec = {.protocol = PROTOCOL_HTTP,
                                .response_size = 5,
                                .status = 503,
                                .part[SIDE_SERVER] = {fields, .body = (char[]){"later"}}};

    (void)state;
    assert_built(&spec, SIDE_SERVER, false,
                 "HTTP/1.1 503 \r\nRetry-After: 1\r\nContent-Type: text/plain\r\n"
                 "Content-Length: 5\r\n\r\nlater");
    spec.chunked = true;
    assert_built(&spec, SIDE_SERVER, false,
                 "HTTP/1.1 503 \r\nRetry-After: 1\r\nContent-Type: text/plain\r\n"
                 "Transfer-Encoding: chunked\r\n\r\n5\r\nlater\r\n0\r\n\r\n");
    spec.status = 204; /* neither length nor chunks, RFC 9112 section 6.1 */
    assert_built(&spec, SIDE_SERVER, true,
                 "HTTP/1.1 204 \r\nRetry-After: 1\r\nContent-Type: text/plain\r\n"
                 "Connection: close\r\n\r\n");
}

static void a_body_of_many_chunks_is_itself(void **state)
{
    enum { SIZE = 40000 };
    static char body[SIZE];
    const struct message_spec spec = {.protocol = PROTOCOL_HTTP,
                                      .response_size = SIZE,
                                      .chunked = true,
                                      .part[SIDE_SERVER].body = body};
    struct message message;
    size_t found = 0;

    (void)state;
    for (size_t i = 0; i < SIZE; i++) {
        body[i] = (char)('a' + i % 23);
    }
    assert_int_equal(message_build(&message, &spec, SIDE_SERVER, false, "a"), 0);
    for (const char *at = message.bytes + message.head; found < SIZE;) {
        size_t chunk = strtoul(at, (char **)&at, 16);
        assert_memory_equal(at + 2, body + found, chunk);
        found += chunk;
        at += 2 + chunk + 2;
    }
    free(message.bytes);
}

static void raw_is_as_long_as_asked(void **state)
{
    const struct message_spec spec = {.request_size = 7, .response_size = 70000, .chunked = true};
    struct message message;

    (void)state;
    assert_int_equal(message_build(&message, &spec, SIDE_CLIENT, true, "a"), 0);
    assert_int_equal(message.length, 7);
    free(message.bytes);
    assert_int_equal(message_build(&message, &spec, SIDE_SERVER, true, "a"), 0);
    assert_int_equal(message.length, 70000);
    free(message.bytes);
}

static void too_large_is_refused(void **state)
{
    const struct message_spec spec = {.protocol = PROTOCOL_HTTP,
                                      .request_size = UINT64_MAX,
                                      .response_size = UINT64_MAX - 100,
                                      .chunked = true};
    struct message message;

    (void)state;
    assert_int_equal(message_build(&message, &spec, SIDE_CLIENT, false, "a"), -1);
    assert_null(message.bytes);
    assert_int_equal(message_build(&message, &spec, SIDE_SERVER, false, "a"), -1);
    free(message.bytes);
}

static void filler_makes_a_head_larger(void **state)
{
    const struct message_spec spec = {.protocol = PROTOCOL_HTTP, .filler = 100000};
    const struct message_spec without = {.protocol = PROTOCOL_HTTP};
    struct message message, small;

    (void)state;
    assert_int_equal(message_build(&message, &spec, SIDE_CLIENT, SAYS_NOTHING, "h"), 0);
    assert_int_equal(message_build(&small, &without, SIDE_CLIENT, SAYS_NOTHING, "h"), 0);
    assert_int_equal(message.head, small.head + strlen("X-Filler: \r\n") + 100000);
    assert_non_null(memmem(message.bytes, message.length, "\r\nX-Filler: 000", 15));
    assert_null(memmem(small.bytes, small.length, "X-Filler", 8));
    free(message.bytes);
    free(small.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filler_makes_a_head_larger),
        cmocka_unit_test(what_is_built_is_read_back),
        cmocka_unit_test(heads_are_as_documented),
        cmocka_unit_test(requests_are_as_asked),
        cmocka_unit_test(responses_are_as_asked),
        cmocka_unit_test(a_body_of_many_chunks_is_itself),
        cmocka_unit_test(raw_is_as_long_as_asked),
        cmocka_unit_test(too_large_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
