#include "seen_testing.h"

#define COUNT(packets) (sizeof(packets) / sizeof(packets)[0])

static const char *name(enum tcp_state state)
{
    return state == 0 ? "none" : tcp_state_name(state);
}

static void assert_states(const struct seen_packet *packet, enum tcp_state client,
                          enum tcp_state server)
{
    assert_string_equal(name(packet->state[C]), name(client));
    assert_string_equal(name(packet->state[S]), name(server));
}

static void four_way_close(void **state)
{
    struct seen_packet packet[] = {
        HANDSHAKE,
        {.side = S, .flags = FIN | ACK, .seq = 1, .ack = 1},
        {.side = C, .flags = ACK, .seq = 1, .ack = 2},
        {.side = C, .flags = FIN | ACK, .seq = 1, .ack = 2},
        {.side = S, .flags = ACK, .seq = 2, .ack = 2},
    };

    (void)state;
    assert_int_equal(seen_walk(packet, COUNT(packet), SEEN_ORDERLY), SEEN_ORDERLY);
    assert_int_equal(packet[0].state[C], TCP_STATE_SYN_SENT);
    assert_states(&packet[1], TCP_STATE_ESTABLISHED, TCP_STATE_SYN_RECV);
    assert_states(&packet[2], TCP_STATE_ESTABLISHED, TCP_STATE_ESTABLISHED);
    assert_states(&packet[3], TCP_STATE_CLOSE_WAIT, TCP_STATE_FIN_WAIT1);
    assert_states(&packet[4], TCP_STATE_CLOSE_WAIT, TCP_STATE_FIN_WAIT2);
    assert_states(&packet[5], TCP_STATE_LAST_ACK, TCP_STATE_TIME_WAIT);
    assert_states(&packet[6], TCP_STATE_CLOSE, TCP_STATE_TIME_WAIT);
    for (size_t i = 0; i < COUNT(packet); i++) {
        assert_int_equal(packet[i].mark, SEEN_PLAIN);
    }
}

static void fins_that_cross(void **state)
{
    struct seen_packet packet[] = {
        HANDSHAKE,
        {.side = C, .flags = FIN | ACK, .seq = 1, .ack = 1},
        {.side = S, .flags = FIN | ACK, .seq = 1, .ack = 1},
        {.side = C, .flags = ACK, .seq = 2, .ack = 2},
        {.side = S, .flags = ACK, .seq = 2, .ack = 2},
    };

    (void)state;
    seen_walk(packet, COUNT(packet), SEEN_ORDERLY);
    assert_states(&packet[4], TCP_STATE_CLOSING, TCP_STATE_CLOSING);
    assert_states(&packet[5], TCP_STATE_CLOSING, TCP_STATE_TIME_WAIT);
    assert_states(&packet[6], TCP_STATE_TIME_WAIT, TCP_STATE_TIME_WAIT);
}

static void simultaneous_open(void **state)
{
    struct seen_packet packet[] = {
        {.side = C, .flags = SYN},
        {.side = S, .flags = SYN},
        {.side = C, .flags = SYN | ACK, .ack = 1},
        {.side = S, .flags = SYN | ACK, .ack = 1},
    };

    (void)state;
    seen_walk(packet, COUNT(packet), 0);
    assert_states(&packet[3], TCP_STATE_ESTABLISHED, TCP_STATE_ESTABLISHED);
}

static void a_lost_fin_does_not_arrive(void **state)
{
    struct seen_packet packet[] = {
        HANDSHAKE,
        {.side = S, .flags = FIN | ACK, .seq = 1, .ack = 1},
        {.side = S, .flags = FIN | ACK, .seq = 1, .ack = 1},
        {.side = S, .flags = FIN | ACK, .seq = 1, .ack = 1},
        {.side = C, .flags = ACK, .seq = 1, .ack = 2},
    };

    (void)state;
    seen_walk(packet, COUNT(packet), 0);
    assert_int_equal(packet[3].mark, SEEN_UNANSWERED);
    assert_int_equal(packet[4].mark, SEEN_AGAIN_UNANSWERED);
    assert_int_equal(packet[5].mark, SEEN_AGAIN);
    assert_states(&packet[4], TCP_STATE_ESTABLISHED, TCP_STATE_FIN_WAIT1);
    assert_states(&packet[5], TCP_STATE_CLOSE_WAIT, TCP_STATE_FIN_WAIT1);
    assert_states(&packet[6], TCP_STATE_CLOSE_WAIT, TCP_STATE_FIN_WAIT2);
}

/* Its ACK was lost on the way: the FIN that comes again tells that. */
static void a_fin_that_comes_again_takes_its_end_back(void **state)
{
    struct seen_packet packet[] = {
        HANDSHAKE,
        {.side = S, .flags = FIN | ACK, .seq = 1, .ack = 1},
        {.side = C, .flags = FIN | ACK, .seq = 1, .ack = 2},
        {.side = S, .flags = ACK, .seq = 2, .ack = 2},
        {.side = C, .flags = FIN | ACK, .seq = 1, .ack = 2},
    };

    (void)state;
    seen_walk(packet, COUNT(packet), 0);
    assert_states(&packet[5], TCP_STATE_CLOSE, TCP_STATE_TIME_WAIT);
    assert_states(&packet[6], TCP_STATE_LAST_ACK, TCP_STATE_TIME_WAIT);
    assert_int_equal(packet[6].mark, SEEN_AGAIN);
}

static void a_fin_behind_a_hole_waits(void **state)
{
    struct seen_packet packet[] = {
        HANDSHAKE,
        {.side = S, .flags = PSH | ACK, .seq = 1, .ack = 1, .length = 100},
        {.side = S, .flags = FIN | ACK, .seq = 101, .ack = 1},
        {.side = C, .flags = ACK, .seq = 1, .ack = 1},
        {.side = S, .flags = PSH | ACK, .seq = 1, .ack = 1, .length = 100},
        {.side = C, .flags = ACK, .seq = 1, .ack = 102},
    };

    (void)state;
    seen_walk(packet, COUNT(packet), 0);
    assert_int_equal(packet[3].mark, SEEN_UNANSWERED);
    assert_int_equal(packet[4].mark, SEEN_PLAIN);
    assert_states(&packet[6], TCP_STATE_ESTABLISHED, TCP_STATE_FIN_WAIT1);
    assert_states(&packet[7], TCP_STATE_CLOSE_WAIT, TCP_STATE_FIN_WAIT2);
}

static void a_reset_ends_both(void **state)
{
    struct seen_packet packet[] = {
        HANDSHAKE,
        {.side = C, .flags = RST | ACK, .seq = 1, .ack = 1},
    };

    (void)state;
    seen_endings ending = seen_walk(packet, COUNT(packet), SEEN_ORDERLY);
    assert_int_equal(ending & SEEN_ORDERLY, 0);
    assert_int_equal(packet[3].mark, SEEN_RST_UNFORESEEN);
    assert_states(&packet[3], TCP_STATE_CLOSE, TCP_STATE_CLOSE);
    /* Foreseen, it is plain. */
    assert_int_equal(seen_walk(packet, COUNT(packet), ending), ending);
    assert_int_equal(packet[3].mark, SEEN_PLAIN);
}

static void a_refusal_leaves_the_server_without_a_socket(void **state)
{
    struct seen_packet packet[] = {
        {.side = C, .flags = SYN},
        {.side = S, .flags = RST | ACK, .ack = 1},
    };

    (void)state;
    seen_walk(packet, COUNT(packet), 0);
    assert_int_equal(packet[0].state[S], 0);
    assert_states(&packet[1], TCP_STATE_CLOSE, 0);
}

static void a_syn_that_nobody_answers_arrives_nowhere(void **state)
{
    struct seen_packet packet[] = {
        {.side = C, .flags = SYN},
        {.side = C, .flags = SYN},
    };

    (void)state;
    seen_walk(packet, COUNT(packet), 0);
    assert_int_equal(packet[0].mark, SEEN_UNANSWERED);
    assert_int_equal(packet[1].mark, SEEN_AGAIN_UNANSWERED);
    assert_states(&packet[1], TCP_STATE_SYN_SENT, 0);
}

/* The last of a load that a fault cuts off. */
static void the_last_fin_of_many_is_not_believed_to_arrive(void **state)
{
    struct seen_packet packet[] = {
        HANDSHAKE,
        {.side = S, .flags = FIN | ACK, .seq = 1, .ack = 1},
        {.side = S, .flags = FIN | ACK, .seq = 1, .ack = 1},
    };

    (void)state;
    seen_walk(packet, COUNT(packet), 0);
    assert_int_equal(packet[4].mark, SEEN_AGAIN_UNANSWERED);
    assert_states(&packet[4], TCP_STATE_ESTABLISHED, TCP_STATE_FIN_WAIT1);
}

/* The handshake's ACK, and a FIN, find the accept queue full. */
static void a_syn_ack_again_tells_of_syn_recv(void **state)
{
    struct seen_packet packet[] = {
        HANDSHAKE,
        {.side = C, .flags = FIN | ACK, .seq = 1, .ack = 1},
        {.side = S, .flags = SYN | ACK, .ack = 1},
        {.side = C, .flags = ACK, .seq = 2, .ack = 1},
        {.side = C, .flags = FIN | ACK, .seq = 1, .ack = 1},
        {.side = S, .flags = ACK, .seq = 1, .ack = 2},
    };

    (void)state;
    seen_walk(packet, COUNT(packet), 0);
    assert_states(&packet[4], TCP_STATE_FIN_WAIT1, TCP_STATE_SYN_RECV);
    assert_states(&packet[6], TCP_STATE_FIN_WAIT1, TCP_STATE_CLOSE_WAIT);
    assert_states(&packet[7], TCP_STATE_FIN_WAIT2, TCP_STATE_CLOSE_WAIT);
}

/* TIME_WAIT answers a SYN by an ACK, which the client resets, and comes again. */
static void the_remains_of_another_connection(void **state)
{
    struct seen_packet packet[] = {
        {.side = C, .flags = SYN},
        {.side = S, .flags = ACK, .ack = 77000},
        {.side = C, .flags = RST, .seq = 77000},
        {.side = C, .flags = SYN},
        {.side = S, .flags = SYN | ACK, .ack = 1},
        {.side = C, .flags = FIN | ACK, .seq = 1, .ack = 1},
    };

    (void)state;
    seen_walk(packet, COUNT(packet), 0);
    assert_states(&packet[2], TCP_STATE_SYN_SENT, 0);
    assert_states(&packet[4], TCP_STATE_ESTABLISHED, TCP_STATE_SYN_RECV);
    assert_states(&packet[5], TCP_STATE_FIN_WAIT1, TCP_STATE_CLOSE_WAIT);
}

/* TCP Fast Open: a server may take the SYN, and not its data. */
static void data_of_a_syn_that_comes_again(void **state)
{
    struct seen_packet packet[] = {
        {.side = C, .flags = SYN, .length = 10},
        {.side = S, .flags = SYN | ACK, .ack = 1},
        {.side = C, .flags = PSH | ACK, .seq = 1, .ack = 1, .length = 10},
    };

    (void)state;
    seen_walk(packet, COUNT(packet), 0);
    assert_int_equal(packet[0].mark, SEEN_PLAIN);
    assert_states(&packet[0], TCP_STATE_SYN_SENT, TCP_STATE_SYN_RECV);
    assert_int_equal(packet[2].mark, SEEN_AGAIN_UNANSWERED);
}

static void keep_alive_probes_are_no_data(void **state)
{
    struct seen_packet packet[] = {
        HANDSHAKE,
        {.side = C, .flags = ACK, .seq = 0, .ack = 1},
        {.side = S, .flags = ACK, .seq = 1, .ack = 1},
    };

    (void)state;
    seen_walk(packet, COUNT(packet), 0);
    assert_int_equal(packet[3].mark, SEEN_PLAIN);
    assert_states(&packet[4], TCP_STATE_ESTABLISHED, TCP_STATE_ESTABLISHED);
}

/* Of the sender's SYN, whatever it had sent before; and beyond 2^32. */
static void numbers_count_from_the_syn(void **state)
{
    static const struct segment said[] = {
        {.seq = 5000, .flags = ACK},
        {.seq = UINT32_MAX - 1, .flags = SYN | ACK},
        {.seq = 2, .length = 5, .flags = FIN | ACK},
    };
    struct seen_teller teller = {0};

    (void)state;
    assert_int_equal(seen_tell(&teller, &said[0], S, 0).seq, 0);
    assert_int_equal(seen_tell(&teller, &said[1], S, 0).seq, 0);
    assert_int_equal(seen_tell(&teller, &said[2], S, 0).seq, 4);
}

static void endings_are_sets(void **state)
{
    seen_endings fin = seen_ending((bool[]){true, true}, (bool[]){false, false});
    seen_endings rst = seen_ending((bool[]){false, true}, (bool[]){true, false});

    (void)state;
    assert_int_equal(fin, SEEN_ORDERLY);
    assert_true(seen_must_fin(fin, C));
    assert_false(seen_must_fin(fin | rst, C));
    assert_true(seen_must_fin(fin | rst, S));
    assert_true(seen_may_fin(fin | rst, C));
    assert_true(seen_may_rst(fin | rst, C));
    assert_false(seen_may_rst(fin | rst, S));
    assert_false(seen_must_fin(0, C));
    assert_true(seen_must_rst(rst, C));
    assert_false(seen_must_rst(fin | rst, C));
    assert_false(seen_must_rst(0, C));
}

static void flags_are_read_back(void **state)
{
    char text[SEEN_FLAGS];
    uint8_t flags;

    (void)state;
    for (unsigned all = 0; all < 32; all++) {
        assert_int_equal(seen_flags_read(seen_flags(text, (uint8_t)all), &flags), 0);
        assert_int_equal(flags, all);
    }
    assert_int_equal(seen_flags_read("SY", &flags), -1);
    assert_int_equal(seen_flags_read("SYNACK", &flags), -1);
    assert_int_equal(seen_flags_read("SYN  ACK", &flags), -1);
}

/* ---- the drawing ---- */

static char *draw(const struct seen_story *story)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    seen_draw(story, out);
    fclose(out);
    return text;
}

static void a_ladder(void **state)
{
    struct seen_packet packet[] = {
        HANDSHAKE,
        {.at = 2000000, .side = S, .flags = FIN | ACK, .seq = 1, .ack = 1},
        {.at = 3000000, .side = C, .flags = RST, .seq = 1},
    };
    struct seen_story story = {
        .count = COUNT(packet), .packet = packet, .foreseen = SEEN_ORDERLY, .otherwise = true};

    (void)state;
    seen_walk(packet, COUNT(packet), SEEN_ORDERLY);
    char *text = draw(&story);
    assert_string_equal(
        text,
        "     time  client                                               server\n"
        "     0 ns  syn_sent    ────────────── SYN seq 0 ──────────────▶ syn_recv\n"
        "     0 ns  established ◀───────── SYN ACK seq 0 ack 1 ─────────\n"
        "     0 ns              ─────────── ACK seq 1 ack 1 ───────────▶ established\n"
        "     2 ms  close_wait  ◀───────── FIN ACK seq 1 ack 1 ───────── fin_wait1\n"
        "     3 ms  close       ────────────── RST seq 1 ──────────────▶ close       ! RST not "
        "foreseen\n"
        "           ! no FIN of the client is here, and one was foreseen\n");
    free(text);
}

/* Each of its packets is in one foreseen end, and all together in none. */
static void what_no_packet_tells_stands_below(void **state)
{
    seen_endings reset = seen_ending((bool[]){true, false}, (bool[]){false, true});
    struct {
        seen_endings foreseen;
        uint8_t last;
        const char *told;
    } cases[] = {
        {SEEN_ORDERLY | reset, ACK, "! this is none of the ends that were foreseen\n"},
        {reset, ACK, "! no RST of the server is here, and one was foreseen\n"},
        {SEEN_ORDERLY, ACK, "! no FIN of the server is here, and one was foreseen\n"},
        {SEEN_ORDERLY, FIN | ACK, "! this is none of the ends that were foreseen\n"},
        {SEEN_ORDERLY, RST, "! RST not foreseen\n"},
        {reset, RST, NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct seen_packet packet[] = {
            HANDSHAKE,
            {.side = C, .flags = FIN | ACK, .seq = 1, .ack = 1},
            {.side = S, .flags = cases[i].last, .seq = 1, .ack = 1},
        };
        struct seen_story story = {
            .count = COUNT(packet), .packet = packet, .foreseen = cases[i].foreseen};

        story.otherwise = (seen_walk(packet, COUNT(packet), story.foreseen) & story.foreseen) == 0;
        char *text = draw(&story);
        if (cases[i].told == NULL) {
            assert_null(strchr(text, '!'));
        } else {
            assert_non_null(strstr(text, cases[i].told));
        }
        free(text);
    }
}

static void the_middle_of_many_is_left_out(void **state)
{
    struct seen_packet packet[SEEN_DRAWN + 10] = {HANDSHAKE};
    struct seen_packet drawn[SEEN_DRAWN];
    struct seen_story story = {.packet = drawn};

    (void)state;
    for (size_t i = 3; i < COUNT(packet); i++) {
        packet[i] = (struct seen_packet){
            .side = C, .flags = ACK, .seq = (uint32_t)i, .ack = 1, .length = 1};
    }
    seen_shorten(packet, COUNT(packet), drawn, &story.count, &story.skipped);
    assert_int_equal(story.count, SEEN_DRAWN);
    assert_int_equal(story.skipped, 10);
    assert_int_equal(drawn[SEEN_DRAWN - 1].seq, COUNT(packet) - 1);
    char *text = draw(&story);
    assert_non_null(strstr(text, "... 10 packets later ..."));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_way_close),
        cmocka_unit_test(fins_that_cross),
        cmocka_unit_test(simultaneous_open),
        cmocka_unit_test(a_lost_fin_does_not_arrive),
        cmocka_unit_test(a_fin_that_comes_again_takes_its_end_back),
        cmocka_unit_test(a_fin_behind_a_hole_waits),
        cmocka_unit_test(a_reset_ends_both),
        cmocka_unit_test(a_refusal_leaves_the_server_without_a_socket),
        cmocka_unit_test(a_syn_that_nobody_answers_arrives_nowhere),
        cmocka_unit_test(the_last_fin_of_many_is_not_believed_to_arrive),
        cmocka_unit_test(a_syn_ack_again_tells_of_syn_recv),
        cmocka_unit_test(the_remains_of_another_connection),
        cmocka_unit_test(data_of_a_syn_that_comes_again),
        cmocka_unit_test(keep_alive_probes_are_no_data),
        cmocka_unit_test(numbers_count_from_the_syn),
        cmocka_unit_test(endings_are_sets),
        cmocka_unit_test(flags_are_read_back),
        cmocka_unit_test(a_ladder),
        cmocka_unit_test(what_no_packet_tells_stands_below),
        cmocka_unit_test(the_middle_of_many_is_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
