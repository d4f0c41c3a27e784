#include <unistd.h>

#include "packet_testing.h"
#include "seen_testing.h"
#include "shelf.h"

enum { SERVER_PORT = 80, NOW = 2000000000 };

static void take(struct shelf *shelf, int64_t at, const struct packet_of *of)
{
    uint8_t bytes[PACKET_HEADS + 256];
    size_t length = packet_make(bytes, of);

    shelf_take(shelf, at, bytes, length, length);
}

static void client_sends(struct shelf *shelf, uint16_t port, uint8_t flags, uint32_t seq,
                         uint32_t ack)
{
    take(shelf, 0,
         &(struct packet_of){.from = 1,
                             .to = 2,
                             .from_port = port,
                             .to_port = SERVER_PORT,
                             .seq = seq,
                             .ack = ack,
                             .flags = flags});
}

static void server_sends(struct shelf *shelf, uint16_t port, uint8_t flags, uint32_t seq,
                         uint32_t ack)
{
    take(shelf, 0,
         &(struct packet_of){.from = 2,
                             .to = 1,
                             .from_port = SERVER_PORT,
                             .to_port = port,
                             .seq = seq,
                             .ack = ack,
                             .flags = flags});
}

static void orderly(struct shelf *shelf, uint16_t port)
{
    client_sends(shelf, port, SYN, 0, 0);
    server_sends(shelf, port, SYN | ACK, 0, 1);
    client_sends(shelf, port, FIN | ACK, 1, 1);
    server_sends(shelf, port, FIN | ACK, 1, 2);
    client_sends(shelf, port, ACK, 2, 2);
}

static void reset(struct shelf *shelf, uint16_t port)
{
    client_sends(shelf, port, SYN, 0, 0);
    server_sends(shelf, port, RST | ACK, 0, 1);
}

static void the_first_and_the_others(void **state)
{
    struct shelf shelf;

    (void)state;
    assert_int_equal(shelf_init(&shelf, 2, SERVER_PORT), 0);
    for (uint16_t port = 1000; port < 2000; port++) {
        orderly(&shelf, port);
    }
    for (uint16_t port = 2000; port < 2010; port++) {
        reset(&shelf, port);
    }
    assert_int_equal(shelf_finish(&shelf, NOW), 0);
    assert_int_equal(shelf.tally.followed, 1010);
    assert_int_equal(shelf.tally.connections, 4);
    assert_int_equal(shelf.tally.otherwise, 2);
    assert_int_equal(shelf.tally.packets, 2 * 5 + 2 * 2);
    assert_int_equal(shelf_drawn(&shelf)->end[C].port, 2000);
    shelf_fini(&shelf);
    assert_int_equal(shelf.memory, 0);
}

static void what_is_foreseen_is_not_otherwise(void **state)
{
    struct shelf shelf;

    (void)state;
    assert_int_equal(shelf_init(&shelf, 1, SERVER_PORT), 0);
    shelf.foreseen = seen_ending((bool[]){false, false}, (bool[]){false, true});
    reset(&shelf, 1);
    reset(&shelf, 2);
    orderly(&shelf, 3);
    assert_int_equal(shelf_finish(&shelf, NOW), 0);
    assert_int_equal(shelf.tally.otherwise, 1);
    assert_int_equal(shelf_drawn(&shelf)->end[C].port, 3);
    shelf_fini(&shelf);
}

static void the_same_ports_again_are_another_connection(void **state)
{
    struct shelf shelf;

    (void)state;
    assert_int_equal(shelf_init(&shelf, 10, SERVER_PORT), 0);
    orderly(&shelf, 1);
    client_sends(&shelf, 1, SYN, 5000, 0);
    client_sends(&shelf, 1, SYN, 5000, 0); /* and once more */
    assert_int_equal(shelf_finish(&shelf, NOW), 0);
    assert_int_equal(shelf.tally.connections, 2);
    assert_int_equal(shelf.tally.retransmissions, 1);
    shelf_fini(&shelf);
}

static void what_is_under_way_has_not_ended_otherwise(void **state)
{
    struct shelf shelf;

    (void)state;
    for (unsigned late = 0; late < 2; late++) {
        assert_int_equal(shelf_init(&shelf, 1, SERVER_PORT), 0);
        orderly(&shelf, 1);
        client_sends(&shelf, 2, SYN, 0, 0);
        assert_int_equal(shelf_finish(&shelf, late ? NOW : 1), 0);
        assert_int_equal(shelf.tally.otherwise, late);
        shelf_fini(&shelf);
    }
}

static void one_of_the_first_may_be_under_way(void **state)
{
    struct shelf shelf;

    (void)state;
    for (unsigned late = 0; late < 2; late++) {
        assert_int_equal(shelf_init(&shelf, 2, SERVER_PORT), 0);
        orderly(&shelf, 1);
        client_sends(&shelf, 2, SYN, 0, 0);
        assert_int_equal(shelf_finish(&shelf, late ? NOW : 1), 0);
        assert_int_equal(shelf.tally.connections, 2);
        assert_int_equal(shelf.tally.otherwise, late);
        assert_int_equal(shelf_drawn(&shelf)->end[C].port, 1 + late);
        shelf_fini(&shelf);
    }
}

/* FINs that nobody acknowledges. */
static void a_fin_in_vain_is_no_end(void **state)
{
    struct shelf shelf;

    (void)state;
    assert_int_equal(shelf_init(&shelf, 1, SERVER_PORT), 0);
    client_sends(&shelf, 1, SYN, 0, 0);
    server_sends(&shelf, 1, SYN | ACK, 0, 1);
    client_sends(&shelf, 1, FIN | ACK, 1, 1);
    server_sends(&shelf, 1, FIN | ACK, 1, 2);
    assert_int_equal(shelf_finish(&shelf, NOW), 0);
    assert_int_equal(shelf.tally.otherwise, 1);
    shelf_fini(&shelf);
}

static void a_sample_forgets_the_rest(void **state)
{
    struct shelf shelf;

    (void)state;
    assert_int_equal(shelf_init(&shelf, 1, SERVER_PORT), 0);
    for (uint16_t port = 0; port < 64; port += 2) {
        client_sends(&shelf, port, SYN, 0, 0);
    }
    shelf_sample(&shelf, 8);
    for (uint16_t port = 64; port < 128; port += 2) {
        client_sends(&shelf, port, SYN, 0, 0);
    }
    assert_int_equal(shelf.count[FLOW_FIRST], 1);
    assert_in_range(shelf.count[FLOW_OPEN], 7, 8);
    assert_int_equal(shelf.tally.one_in, 8);
    shelf_fini(&shelf);
}

static void a_full_house_takes_the_first_alone(void **state)
{
    struct shelf shelf;

    (void)state;
    assert_int_equal(shelf_init(&shelf, 1, SERVER_PORT), 0);
    shelf.full_house = true;
    client_sends(&shelf, 1, SYN, 0, 0);
    client_sends(&shelf, 2, SYN, 0, 0);
    assert_int_equal(shelf.tally.followed, 1);
    shelf.full_house = false;
    client_sends(&shelf, 2, SYN, 0, 0);
    assert_int_equal(shelf.tally.followed, 2);
    shelf_fini(&shelf);
}

static void ports_of_those_that_live(void **state)
{
    struct filter filter;
    struct shelf shelf;

    (void)state;
    assert_int_equal(shelf_init(&shelf, FILTER_PORTS + 1, SERVER_PORT), 0);
    orderly(&shelf, 7);
    for (int i = 0; i < FILTER_PORTS; i++) {
        client_sends(&shelf, (uint16_t)(100 + i), SYN, 0, 0);
    }
    assert_true(shelf_live_ports(&shelf, &filter));
    assert_int_equal(filter.count, FILTER_PORTS);
    assert_int_equal(filter.client[0], 100);
    shelf_fini(&shelf);
}

static void a_connection_too_large_is_cut(void **state)
{
    uint8_t bytes[PACKET_HEADS + 256];
    static uint8_t large[60000];
    struct shelf shelf;

    (void)state;
    assert_int_equal(shelf_init(&shelf, 1, SERVER_PORT), 0);
    client_sends(&shelf, 1, SYN, 0, 0);
    packet_make(
        bytes,
        &(struct packet_of){
            .from = 1, .to = 2, .from_port = 1, .to_port = SERVER_PORT, .seq = 1, .flags = ACK});
    memcpy(large, bytes, PACKET_HEADS);
    put_16(large + 2, sizeof large);
    for (unsigned i = 0; i < 100; i++) {
        shelf_take(&shelf, 0, large, sizeof large, sizeof large);
    }
    assert_int_equal(shelf_finish(&shelf, NOW), 0);
    assert_in_range(shelf.tally.cut, 80, 84);
    assert_int_equal(shelf.tally.packets, 101);
    assert_in_range(shelf.tally.bytes, 1 << 20, (1 << 20) + 100000);
    shelf_fini(&shelf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_and_the_others),
        cmocka_unit_test(what_is_foreseen_is_not_otherwise),
        cmocka_unit_test(the_same_ports_again_are_another_connection),
        cmocka_unit_test(what_is_under_way_has_not_ended_otherwise),
        cmocka_unit_test(one_of_the_first_may_be_under_way),
        cmocka_unit_test(a_fin_in_vain_is_no_end),
        cmocka_unit_test(a_sample_forgets_the_rest),
        cmocka_unit_test(a_full_house_takes_the_first_alone),
        cmocka_unit_test(ports_of_those_that_live),
        cmocka_unit_test(a_connection_too_large_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
