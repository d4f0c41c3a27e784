#include "finwait/seen_file.h"
#include "packet_testing.h"
#include "seen_testing.h"

static const struct packet_of example = {
    .from = 1,
    .to = 2,
    .from_port = 40000,
    .to_port = 8080,
    .seq = 0xfffffff0,
    .ack = 7,
    .flags = FIN | ACK,
    .length = 100,
};

static void a_segment_is_read(void **state)
{
    uint8_t bytes[PACKET_HEADS + 256];
    size_t length = packet_make(bytes, &example);
    struct segment segment;

    (void)state;
    assert_int_equal(segment_read(&segment, bytes, length, length), 0);
    assert_int_equal(segment.from.port, 40000);
    assert_int_equal(segment.to.port, 8080);
    assert_memory_equal(segment.to.address, ((uint8_t[]){10, 0, 0, 2}), 4);
    assert_int_equal(segment.seq, 0xfffffff0);
    assert_int_equal(segment.ack, 7);
    assert_int_equal(segment.flags, FIN | ACK);
    assert_int_equal(segment.length, 100);
    assert_int_equal(segment_space(&segment), 101);
    /* The data need not be there. */
    assert_int_equal(segment_read(&segment, bytes, PACKET_HEADS, length), 0);
    assert_int_equal(segment.length, 100);
}

static void what_lies_behind_the_packet_is_no_data(void **state)
{
    uint8_t bytes[PACKET_HEADS + 256];
    size_t length = packet_make(bytes, &example);
    struct segment segment;

    (void)state;
    assert_int_equal(segment_read(&segment, bytes, length, length + 6), 0); /* Ethernet pads */
    assert_int_equal(segment.length, 100);
}

static void ipv6_is_read(void **state)
{
    uint8_t bytes[60 + 5] = {0x60};
    struct segment segment;

    (void)state;
    put_16(bytes + 4, 20 + 5);
    bytes[6] = 6;
    bytes[8] = 0x20;
    bytes[39] = 9;
    put_16(bytes + 40, 1);
    put_16(bytes + 42, 2);
    bytes[52] = 0x50;
    assert_int_equal(segment_read(&segment, bytes, sizeof bytes, sizeof bytes), 0);
    assert_true(segment.ipv6);
    assert_int_equal(segment.from.address[0], 0x20);
    assert_int_equal(segment.to.address[15], 9);
    assert_int_equal(segment.length, 5);
}

/* One byte of the example changed, or the packet cut short. */
static void what_cannot_be_is_refused(void **state)
{
    static const struct {
        size_t at;
        uint8_t value;
    } wrong[] = {
        {0, 0x55},  /* version */
        {0, 0x44},  /* a header shorter than it can be */
        {0, 0x4f},  /* one that leaves no room for TCP's */
        {2, 0xff},  /* longer than the packet */
        {3, 30},    /* shorter than its headers */
        {6, 0x1f},  /* a later fragment */
        {9, 17},    /* UDP */
        {32, 0x40}, /* a TCP header shorter than it can be */
        {32, 0xf0}, /* options that go on behind the end */
    };
    uint8_t bytes[PACKET_HEADS + 256];
    struct packet_of small = example;
    struct segment segment;
    size_t length;

    (void)state;
    small.length = 10;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        length = packet_make(bytes, &small);
        bytes[wrong[i].at] = wrong[i].value;
        assert_int_equal(segment_read(&segment, bytes, length, length), -1);
    }
    length = packet_make(bytes, &small);
    for (size_t captured = 0; captured < PACKET_HEADS; captured++) {
        assert_int_equal(segment_read(&segment, bytes, captured, length), -1);
    }
    assert_int_equal(segment_read(&segment, bytes, length + 1, length), -1);
}

/* ---- files ---- */

struct made {
    uint8_t bytes[4096];
    size_t length;
};

static void file_begin(struct made *made)
{
    const struct seen_file_head head = {SEEN_FILE_MAGIC, 2, 4, 0, 0, SEEN_FILE_SNAP, SEEN_FILE_RAW};

    made->length = sizeof head;
    memcpy(made->bytes, &head, sizeof head);
}

static void file_add(struct made *made, uint32_t seconds, const struct packet_of *of)
{
    uint8_t bytes[PACKET_HEADS + 256];
    struct seen_packet_head head = {.seconds = seconds};

    head.captured = head.length = (uint32_t)packet_make(bytes, of);
    memcpy(made->bytes + made->length, &head, sizeof head);
    memcpy(made->bytes + made->length + sizeof head, bytes, head.captured);
    made->length += sizeof head + head.captured;
}

static void connections_are_told_apart(void **state)
{
    static const struct packet_of packets[] = {
        {.from = 9, .to = 2, .from_port = 5, .to_port = 80, .seq = 100, .flags = SYN},
        {.from = 1, .to = 2, .from_port = 5, .to_port = 80, .seq = 200, .flags = SYN},
        {.from = 2,
         .to = 9,
         .from_port = 80,
         .to_port = 5,
         .seq = 7,
         .ack = 101,
         .flags = SYN | ACK},
        {.from = 9, .to = 2, .from_port = 5, .to_port = 80, .seq = 100, .flags = SYN},
        {.from = 9, .to = 2, .from_port = 5, .to_port = 80, .seq = 300, .flags = SYN},
    };
    struct made made;
    struct seen_file file;
    struct error error;

    (void)state;
    file_begin(&made);
    for (uint32_t i = 0; i < 5; i++) {
        file_add(&made, i, &packets[i]);
    }
    assert_int_equal(seen_file_parse(&file, made.bytes, made.length, &error), 0);
    assert_int_equal(file.count, 3);
    assert_int_equal(file.connection[0].count, 3);
    assert_int_equal(file.connection[0].packet[1].side, S);
    assert_int_equal(file.connection[0].packet[1].ack, 1);
    assert_int_equal(file.connection[0].packet[1].at, INT64_C(2000000000));
    assert_int_equal(file.connection[1].count, 1);
    assert_int_equal(file.connection[1].end[C].address[3], 1);
    assert_int_equal(file.connection[2].count, 1);
    seen_file_fini(&file);
}

static void a_file_that_is_cut_is_refused(void **state)
{
    struct made made;
    struct seen_file file;
    struct error error;

    (void)state;
    file_begin(&made);
    size_t head = made.length;
    file_add(&made, 0, &example);
    for (size_t length = 0; length < made.length; length++) {
        assert_int_equal(seen_file_parse(&file, made.bytes, length, &error),
                         length == head ? 0 : -1);
        seen_file_fini(&file);
    }
    made.bytes[0] ^= 1;
    assert_int_equal(seen_file_parse(&file, made.bytes, made.length, &error), -1);
    assert_int_equal(error.status, STATUS_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_segment_is_read),
        cmocka_unit_test(what_lies_behind_the_packet_is_no_data),
        cmocka_unit_test(ipv6_is_read),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(connections_are_told_apart),
        cmocka_unit_test(a_file_that_is_cut_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
