#include "finwait/report.h"
#include "fixture_tls.h"

/* What the report tells of TLS. */

static char *written(const struct result *result)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    report_verbose.write(result, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void assert_written(const struct result *result, const char *const *phrases)
{
    char *text = written(result);

    assert_phrases(text, phrases);
    free(text);
}

#define TELLS(result, ...) assert_written(result, (const char *const[]){__VA_ARGS__, NULL})

/* ---- the block ---- */

static void plain_tcp_has_no_block(void **state)
{
    struct result *result = fixture_closed_by(SIDE_CLIENT);

    (void)state;
    TELLS(result, "!\nTLS\n", "!handshake", "!close_notify", "!Memory a connection");
    result_free(result);
}

static void the_block_tells_full_from_resumed(void **state)
{
    struct result *result = fixture_tls();

    (void)state;
    notifies(result, SIDE_CLIENT, CONNECTIONS, 4999);
    TELLS(
        result,
        "\nTLS\n  first handshake: TLSv1.3, TLS_AES_256_GCM_SHA384, X25519, http/1.1\n  5,000 full",
        "\n  5,000 full handshakes, 5,000 a second; 0 resumed\n",
        "  counted          client  server\n  handshakes        5,000   5,000  TLS handshakes",
        "  tickets          10,000       0  session tickets received",
        "  notify_sent       5,000       0  close_notify alerts sent\n",
        "  notify_received       0   4,999  close_notify alerts read\n", "!truncated",
        "!  tls_errors");
    result->side[SIDE_CLIENT].account.tls.count[TLS_RESUMED] = 4000;
    TELLS(result, "  1,000 full handshakes, 1,000 a second; 4,000 resumed, 4,000 a second\n");
    result->phase[PHASE_LOAD].end = NS_PER_MS; /* too short for a rate */
    TELLS(result,
          "  1,000 full handshakes; 4,000 resumed; the load was too short to tell a rate\n");
    result->side[SIDE_SERVER].has_tls = false;
    result->side[SIDE_SERVER].played = false;
    TELLS(result, "  handshakes        5,000       -  TLS handshakes");
    result_free(result);
}

static void the_block_tells_what_went_wrong(void **state)
{
    static const char errors[] = "  tls_errors                    client  server\n"
                                 "  unexpected eof while reading   5,000       3\n"
                                 "  sslv3 alert bad record mac         0      17\n";
    struct result *result = fixture_tls();

    (void)state;
    ends_in(result, SIDE_CLIENT, OUTCOME_TRUNCATED);
    ends_in(result, SIDE_SERVER, OUTCOME_ALERT);
    text_counts_add(&result->side[SIDE_CLIENT].tls_errors, "unexpected eof while reading", 5000);
    text_counts_add(&result->side[SIDE_SERVER].tls_errors, "sslv3 alert bad record mac", 17);
    text_counts_add(&result->side[SIDE_SERVER].tls_errors, "unexpected eof while reading", 3);
    TELLS(result, "!  truncated         5,000 ", "!  alert                 0 ", /* outcomes */
          "\n  truncated   5,000       0  TLS: the peer's FIN came",
          "\n  alert           0   5,000  TLS: the peer's fatal alert", errors);
    result_free(result);
}

static void without_a_handshake_it_says_so(void **state)
{
    struct result *result = fixture_tls();

    (void)state;
    for (unsigned i = 0; i < SIDE_N; i++) {
        memset(&result->side[i].account.tls, 0, sizeof result->side[i].account.tls);
        ends_in(result, (enum side)i, OUTCOME_HANDSHAKE);
    }
    text_counts_add(&result->side[SIDE_CLIENT].tls_errors, "certificate verify failed", 5000);
    TELLS(result, "  no handshake was completed\n  0 full handshakes; 0 resumed\n",
          "\n  handshake   5,000   5,000  the TLS handshake failed");
    result_free(result);
}

static void the_widest_block_is_narrow(void **state)
{
    struct result *result = fixture_tls();

    (void)state;
    for (unsigned i = 0; i < SIDE_N; i++) {
        struct result_side *side = &result->side[i];
        memset(side->account.tls.negotiated, 'x', sizeof side->account.tls.negotiated - 1);
        for (unsigned c = 0; c < TLS_COUNT_N; c++) {
            side->account.tls.count[c] = 999999999;
        }
        for (unsigned o = 0; o < OUTCOME_N; o++) {
            side->account.outcome[o] = 999999999;
        }
        side->account.memory_start = 1;
        side->account.memory_peak = UINT64_C(1) << 50;
        side->account.memory_open = 999999999;
        text_counts_add(
            &side->tls_errors,
            "a reason of OpenSSL's that is so long that nobody ever saw one of its length, really",
            999999999);
    }
    char *text = written(result);
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        assert_in_range(strlen(line), 0, 100);
    }
    free(text);
    result_free(result);
}

static void memory_is_told_of_many_only(void **state)
{
    struct result *result = fixture_new();
    struct account *client = &result->side[SIDE_CLIENT].account;

    (void)state;
    client->memory_start = 1000000;
    client->memory_peak = 11000000;
    client->memory_open = 999;
    TELLS(result, "!Memory a connection");
    client->memory_open = 1000;
    TELLS(result, "\nMemory a connection\n  client  10,000 bytes  with 1,000 open\n");
    result_free(result);
}

static void an_eof_may_be_a_close_notify(void **state)
{
    struct result *result = fixture_tls();

    (void)state;
    ends_in(result, SIDE_CLIENT, OUTCOME_EOF);
    TELLS(result, "0  the peer's FIN or close_notify came where a message was due\n");
    result_free(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_tcp_has_no_block),
        cmocka_unit_test(the_block_tells_full_from_resumed),
        cmocka_unit_test(the_block_tells_what_went_wrong),
        cmocka_unit_test(without_a_handshake_it_says_so),
        cmocka_unit_test(the_widest_block_is_narrow),
        cmocka_unit_test(memory_is_told_of_many_only),
        cmocka_unit_test(an_eof_may_be_a_close_notify),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
