#include "program_testing.h"

#include <stdio.h>

enum {
    COLUMNS = 80,
};

/* The drawing of an explored pair, which is done with then; the caller frees it. */
static char *draw_pair(struct pair *pair)
{
    char *text = NULL;
    size_t size = 0;

    if (model_explore(pair->model, &pair->input, &pair->error) != 0) {
        fail_msg("%s", pair->error.what);
    }
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    model_draw(pair->model, &pair->input, out);
    fclose(out);
    pair_fini(pair);
    return text;
}

static char *draw(const char *client, const char *server, bool client_fills)
{
    struct pair pair;

    pair_init(&pair, client, server);
    pair_fill(&pair, SIDE_CLIENT, client_fills);
    return draw_pair(&pair);
}

static char *draw_tls(const char *client, const char *server, bool ignore_unexpected_eof)
{
    struct pair pair;

    pair_init(&pair, client, server);
    pair.input.tls = (struct model_tls){
        .on = true,
        .tickets = true,
        .ignore_unexpected_eof = {ignore_unexpected_eof, ignore_unexpected_eof},
    };
    return draw_pair(&pair);
}

/* Characters, not bytes: UTF-8 continuation bytes do not count. */
static size_t columns(const char *line, size_t length)
{
    size_t count = 0;

    for (size_t i = 0; i < length; i++) {
        count += ((unsigned char)line[i] & 0xc0) != 0x80;
    }
    return count;
}

static void check_layout(const char *text)
{
    for (const char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        if (columns(line, length) > COLUMNS || (length > 0 && line[length - 1] == ' ')) {
            fail_msg("too wide, or blanks at its end: \"%.*s\"", (int)length, line);
        }
        line += length + 1;
    }
}

/* `words` one after the other, each after the one before. */
static void check_sequence(const char *text, const char *const *words, size_t count)
{
    const char *at = text;

    for (size_t i = 0; i < count; i++) {
        const char *found = strstr(at, words[i]);
        if (found == NULL) {
            fail_msg("no \"%s\" in its place in:\n%s", words[i], text);
            return;
        }
        at = found + strlen(words[i]);
    }
}

static void the_ladder_tells_the_story_in_order(void **state)
{
    static const char *const words[] = {
        "client:  connect send recv wait-fin close",
        "server:  accept recv send close",
        "syn_sent",
        "connect",
        " SYN ",
        "▶",
        "syn_recv",
        "SYN-ACK",
        "accept",
        "established",
        "send",
        " DATA ",
        "recv",
        "close_wait",
        "◀",
        " FIN ",
        "close",
        "fin_wait1",
        " ACK ",
        "fin_wait2",
        "wait-fin",
        "last_ack",
        " FIN ",
        "time_wait",
        "Client passes through syn_sent, established, close_wait and last_ack",
        "leaves no socket",
        "Server passes through syn_recv, established, fin_wait1 and fin_wait2",
        "time_wait for 60 s",
    };
    char *text = draw("connect send recv wait-fin close", "accept recv send close", false);

    (void)state;
    check_sequence(text, words, COUNT(words));
    assert_null(strstr(text, "race"));
    free(text);
}

/* Whether some line of the drawing has both: the client's step behind its state, the server's
 * behind the arrow. */
static bool on_one_line(const char *text, const char *step, const char *segment)
{
    enum { STEP_COLUMN = 14 };
    char client[64], server[64];

    snprintf(client, sizeof client, "%s ", step);
    snprintf(server, sizeof server, "─ %s", step);
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
        char copy[512];
        snprintf(copy, sizeof copy, "%.*s", (int)strcspn(line, "\n"), line);
        bool has_step = (strlen(copy) > STEP_COLUMN &&
                         strncmp(copy + STEP_COLUMN, client, strlen(client)) == 0) ||
                        strstr(copy, server) != NULL;
        if (has_step && strstr(copy, segment) != NULL) {
            return true;
        }
    }
    return false;
}

static void a_segment_stands_beside_the_step_that_sends_it(void **state)
{
    static const struct {
        const char *client, *server;
        bool fills, tls;
        const char *step, *segment;
    } cases[] = {
        {"connect send close", "accept recv close", false, false, "connect", " SYN "},
        {"connect send close", "accept recv close", false, false, "send", " DATA "},
        {"connect send close", "accept pause(1s) recv wait-fin close", true, false, "send",
         " DATA (part) "},
        {"connect shut-wr wait-fin close", "accept wait-fin close", false, false, "shut-wr",
         " FIN "},
        {"connect close", "accept wait-fin close", false, false, "close", " FIN "},
        {"connect close", "accept send pause(1s) close", false, false, "close", " RST "},
        {"connect rst", "accept wait-fin close", false, false, "rst", " RST "},
        {"connect die", "accept wait-fin close", false, false, "die", " FIN "},
        {"connect linger(0s) die", "accept wait-fin close", false, false, "die", " RST "},
        {"connect wait-notify close", "accept notify close", false, true, "accept", " tickets "},
        {"connect wait-notify close", "accept notify close", false, true, "notify",
         " close_notify "},
        {"connect recv close", "accept close", false, true, "recv (truncated)", " alert "},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *text = cases[i].tls ? draw_tls(cases[i].client, cases[i].server, false)
                                  : draw(cases[i].client, cases[i].server, cases[i].fills);
        if (!on_one_line(text, cases[i].step, cases[i].segment)) {
            fail_msg("no line with %s and%sin:\n%s", cases[i].step, cases[i].segment, text);
        }
        free(text);
    }
}

static bool is_tls(const struct order *order)
{
    return order->preset[0].path != NULL && strcmp(order->preset[0].path, "transport") == 0;
}

static void every_order_fits_the_terminal(void **state)
{
    (void)state;
    for (size_t i = 0; i < order_count; i++) {
        const struct order *order = &order_table[i];
        const char *client = order->program[SIDE_CLIENT];
        const char *server = order->program[SIDE_SERVER];
        char *text = is_tls(order) ? draw_tls(client, server, false)
                                   : draw(client, server, order->preset[0].path != NULL);
        check_layout(text);
        free(text);
    }
}

static void long_programs_fit_the_terminal(void **state)
{
    char *text = draw("connect send send send send send send send send send send send recv "
                      "pause(3599999999999ns) linger(3600s) close",
                      "accept recv recv recv recv recv recv recv recv recv recv recv send "
                      "pause(3599999999998ns) wait-fin close",
                      false);

    (void)state;
    check_layout(text);
    free(text);
}

static void a_race_shows_every_end(void **state)
{
    static const char *const words[] = {
        "A race: this pair can end in 3 ways.",
        "End 1 of 3",
        "End 2 of 3: begins as end 1",
        "End 3 of 3: begins as end 1",
    };
    char *text = draw("connect send recv close", "accept recv send close", false);

    (void)state;
    check_sequence(text, words, COUNT(words));
    check_layout(text);
    assert_non_null(strstr(text, "closing"));
    free(text);
}

static void tls_shows_what_it_sends(void **state)
{
    static const char *const words[] = {
        " ACK ",       "established", "◀ TLS handshake ▶\n",
        "send",        "◀───",        " tickets ──── accept\n",
        " DATA ",      "▶ recv\n",    "recv",
        "◀─────",      " DATA ",      " send\n",
        "wait-notify", "◀─",          " close_notify ─ notify\n",
        "notify",      "─",           " close_notify ─▶ wait-notify\n",
        "close_wait",  " FIN ",
    };
    char *text = draw_tls("connect send recv wait-notify notify wait-fin close",
                          "accept recv send notify wait-notify close", false);

    (void)state;
    check_sequence(text, words, COUNT(words));
    check_layout(text);
    assert_null(strstr(text, "race"));
    free(text);
}

static void an_alert_stands_below_the_step_that_sends_it(void **state)
{
    static const char *const words[] = {
        "wait-notify (truncated)\n",
        " alert ",
        "▶",
        "close",
        " RST ",
        "comes without",
        "a RST",
        "End 3 of 4: begins as end 1",
        "End 4 of 4: begins as end 3",
    };
    char *text = draw_tls("connect send recv wait-notify close", "accept recv send close", false);

    (void)state;
    check_sequence(text, words, COUNT(words));
    free(text);
}

/* The end with the late ACK shows no ACK. */
static void a_late_ack_is_not_drawn(void **state)
{
    static const char late[] = "End 2 of 2";
    char *text = draw("connect send close", "accept recv wait-fin send hold", false);

    (void)state;
    char *second = strstr(text, late);
    assert_non_null(second);
    assert_null(strstr(second, " ACK "));
    assert_null(strstr(second, "fin_wait2"));
    assert_non_null(strstr(second, "TCPAbortOnData"));
    *second = '\0';
    assert_non_null(strstr(text, "fin_wait2"));
    free(text);
}

static void ends_of_tls_programs_are_explained(void **state)
{
    static const struct {
        const char *client, *server, *phrase;
        bool ignore;
    } cases[] = {
        {"connect send recv recv close", "accept recv send notify wait-fin close",
         "meets the peer's close_notify.", false},
        {"connect send recv close", "accept recv send recv close", "close_notify or FIN.", true},
        {"connect send recv recv close", "accept recv send notify wait-fin close", "recv (eof)",
         false},
        {"connect wait-notify close", "accept shut-wr wait-notify close", "wait-notify (alert)",
         false},
        {"connect wait-notify close", "accept shut-wr wait-notify close", "peer's fatal alert",
         false},
        {"connect send recv wait-notify close", "accept recv send rst", "wait-notify (reset)",
         false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *text = draw_tls(cases[i].client, cases[i].server, cases[i].ignore);
        for (char *at = text; (at = strstr(at, "\n  ")) != NULL; *at = ' ') {
            memmove(at, at + 2, strlen(at + 2) + 1);
        }
        if (strstr(text, cases[i].phrase) == NULL) {
            fail_msg("no \"%s\" in:\n%s", cases[i].phrase, text);
        }
        free(text);
    }
}

static void rests_are_explained(void **state)
{
    static const struct {
        const char *client, *server, *phrase;
        bool fills;
    } cases[] = {
        {"connect send recv close", "accept recv send hold", "for tcp_fin_timeout", false},
        {"connect send recv close", "accept recv send hold", "which nobody does: a leak", false},
        {"connect shut-wr hold", "accept hold", "as its descriptor is held (no timeout", false},
        {"connect hold", "accept hold", "rests in established", false},
        {"connect send close", "accept hold", "FIN waiting for the peer to read", true},
        {"connect send recv rst", "accept recv send wait-fin close", "a RST (TCPAbortOnData)",
         false},
        {"connect send recv close", "accept pause(1s) close", "a RST (TCPAbortOnClose)", false},
        {"connect send recv close", "accept pause(1s) close", "Data sent to it is never", false},
        {"connect send recv close", "accept recv close", "recv (eof)", false},
        {"connect send recv rst", "accept recv send wait-fin close", "wait-fin (reset)", false},
        {"connect wait-fin close", "accept die", "Its process dies.", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *text = draw(cases[i].client, cases[i].server, cases[i].fills);
        char *unwrapped = text;
        while ((unwrapped = strstr(unwrapped, "\n  ")) != NULL) {
            memmove(unwrapped, unwrapped + 2, strlen(unwrapped + 2) + 1);
            *unwrapped = ' ';
        }
        if (strstr(text, cases[i].phrase) == NULL) {
            fail_msg("no \"%s\" in:\n%s", cases[i].phrase, text);
        }
        free(text);
    }
}

static void rounds_left_out_are_owned_up_to(void **state)
{
    char *text = draw("connect send recv repeat(500) close",
                      "accept recv send repeat(500) wait-fin close", false);

    (void)state;
    assert_non_null(strstr(text, "The client's 500 rounds are drawn as 2"));
    assert_non_null(strstr(text, "The server's 500 rounds are drawn as 2"));
    free(text);
}

/* More events than a model_end holds: the middle goes, beginning and end stay. */
static void very_long_stories_lose_their_middle(void **state)
{
    static const char exchange[] = " recv send recv send recv send recv send recv send recv send "
                                   "recv send recv send recv send recv send recv send recv send";
    char client[512], server[512];
    static const char *const words[] = {"connect", "accept", "events later", "time_wait"};

    (void)state;
    snprintf(client, sizeof client, "connect send%s recv repeat(2) close", exchange);
    snprintf(server, sizeof server, "accept%s recv send repeat(2) wait-fin close", exchange);
    char *text = draw(client, server, false);
    check_sequence(text, words, COUNT(words));
    check_layout(text);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ladder_tells_the_story_in_order),
        cmocka_unit_test(a_segment_stands_beside_the_step_that_sends_it),
        cmocka_unit_test(every_order_fits_the_terminal),
        cmocka_unit_test(long_programs_fit_the_terminal),
        cmocka_unit_test(a_race_shows_every_end),
        cmocka_unit_test(tls_shows_what_it_sends),
        cmocka_unit_test(an_alert_stands_below_the_step_that_sends_it),
        cmocka_unit_test(a_late_ack_is_not_drawn),
        cmocka_unit_test(ends_of_tls_programs_are_explained),
        cmocka_unit_test(rests_are_explained),
        cmocka_unit_test(rounds_left_out_are_owned_up_to),
        cmocka_unit_test(very_long_stories_lose_their_middle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
