#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "filter.h"
#include "packet_testing.h"
#include "seen_testing.h"

/* The filter is run by the kernel, on datagrams that are packets from their IP headers on. */
struct sieve {
    int in, out;
};

static void sieve_open(struct sieve *sieve, const struct filter *filter)
{
    struct sock_filter program[FILTER_MOST];
    struct sock_fprog attached = {.filter = program};
    int pair[2];

    attached.len = (unsigned short)filter_write(filter, program);
    assert_true(attached.len <= FILTER_MOST);
    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    assert_int_equal(setsockopt(pair[1], SOL_SOCKET, SO_ATTACH_FILTER, &attached, sizeof attached),
                     0);
    *sieve = (struct sieve){pair[0], pair[1]};
}

static void sieve_close(const struct sieve *sieve)
{
    close(sieve->in);
    close(sieve->out);
}

static bool passes(const struct sieve *sieve, const uint8_t *bytes, size_t length)
{
    uint8_t got[512];

    send(sieve->in, bytes, length, MSG_DONTWAIT);
    return recv(sieve->out, got, sizeof got, MSG_DONTWAIT) == (ssize_t)length;
}

static bool passes_ports(const struct sieve *sieve, uint16_t from, uint16_t to)
{
    uint8_t bytes[PACKET_HEADS + 256];
    const struct packet_of of = {
        .from = 1, .to = 2, .from_port = from, .to_port = to, .flags = ACK, .length = 3};

    return passes(sieve, bytes, packet_make(bytes, &of));
}

static void what_is_of_the_server_passes(void **state)
{
    const struct filter filter = {.port = 80, .one_in = 1};
    struct sieve sieve;
    uint8_t bytes[PACKET_HEADS + 256];

    (void)state;
    sieve_open(&sieve, &filter);
    assert_true(passes_ports(&sieve, 40000, 80));
    assert_true(passes_ports(&sieve, 80, 40000));
    assert_false(passes_ports(&sieve, 40000, 81));
    size_t length = packet_make(bytes, &(struct packet_of){.from_port = 1, .to_port = 80});
    bytes[9] = 17; /* UDP */
    assert_false(passes(&sieve, bytes, length));
    sieve_close(&sieve);
}

static void ipv6_passes(void **state)
{
    const struct filter filter = {.port = 80, .one_in = 1};
    uint8_t bytes[60] = {0x60};
    struct sieve sieve;

    (void)state;
    bytes[6] = 6;
    put_16(bytes + 42, 80);
    sieve_open(&sieve, &filter);
    assert_true(passes(&sieve, bytes, sizeof bytes));
    put_16(bytes + 42, 81);
    assert_false(passes(&sieve, bytes, sizeof bytes));
    sieve_close(&sieve);
}

/* Both directions of a connection, and as filter_samples() says. */
static void a_sample_is_of_connections(void **state)
{
    const struct filter filter = {.port = 80, .one_in = 8};
    struct sieve sieve;
    size_t sampled = 0;

    (void)state;
    sieve_open(&sieve, &filter);
    for (uint16_t port = 40000; port < 40256; port += 2) {
        struct endpoint client = {.address = {10, 0, 0, 1}, .port = port};
        bool passed = passes_ports(&sieve, port, 80);

        assert_int_equal(passed, filter_samples(&filter, &client, false));
        client.address[3] = 2;
        assert_int_equal(passes_ports(&sieve, 80, port), filter_samples(&filter, &client, false));
        sampled += passed;
    }
    assert_int_equal(sampled, 128 / 8);
    sieve_close(&sieve);
}

static void its_own_ports_pass_all_the_same(void **state)
{
    struct filter filter = {.port = 80, .one_in = 4096, .count = FILTER_PORTS};
    struct sieve sieve;

    (void)state;
    for (int i = 0; i < FILTER_PORTS; i++) {
        filter.client[i] = (uint16_t)(50000 + i);
    }
    sieve_open(&sieve, &filter);
    for (int i = 0; i < FILTER_PORTS; i++) {
        assert_true(passes_ports(&sieve, (uint16_t)(50000 + i), 80));
        assert_true(passes_ports(&sieve, 80, (uint16_t)(50000 + i)));
    }
    assert_false(passes_ports(&sieve, 49000, 80));
    sieve_close(&sieve);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_of_the_server_passes),
        cmocka_unit_test(ipv6_passes),
        cmocka_unit_test(a_sample_is_of_connections),
        cmocka_unit_test(its_own_ports_pass_all_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
