#include <errno.h>

#include "finwait/report.h"
#include "fixture.h"

static char *written(const struct report_ops *report, const struct result *result)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    report->write(result, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static size_t widest_line(const char *text)
{
    size_t widest = 0;

    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        widest = length > widest ? length : widest;
        text += length + (text[length] == '\n');
    }
    return widest;
}

/* The first line that begins with `start` after its blanks, up to its end; a new string. */
static char *line_of(const char *text, const char *start)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        size_t blanks = strspn(text, " ");
        if (strncmp(text + blanks, start, strlen(start)) == 0) {
            return strndup(text + blanks, length - blanks);
        }
        text += length + (text[length] == '\n');
    }
    fail_msg("no line begins with \"%s\"", start);
    return NULL;
}

/* That the line beginning with words[0] consists of `words`, whatever blanks are between them. */
static void assert_row(const char *text, const char *const *words)
{
    char *line = line_of(text, words[0]);
    char *rest = line;

    for (; *words != NULL; words++) {
        const char *word = strtok_r(NULL == rest ? NULL : rest, " ", &rest);
        if (word == NULL || strcmp(word, *words) != 0) {
            fail_msg("\"%s\" where \"%s\" was due", word != NULL ? word : "nothing", *words);
        }
    }
    free(line);
}

#define ROW(text, ...) assert_row(text, (const char *const[]){__VA_ARGS__, NULL})

static void assert_holds(const char *text, const char *phrase)
{
    if (strstr(text, phrase) == NULL) {
        fail_msg("no \"%s\" in:\n%s", phrase, text);
    }
}

static void assert_lacks(const char *text, const char *phrase)
{
    if (strstr(text, phrase) != NULL) {
        fail_msg("unwanted \"%s\" in:\n%s", phrase, text);
    }
}

/* ---- what is there ---- */

static void the_headline_says_what_ran(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);
    char *text = written(&report_verbose, result);

    (void)state;
    assert_int_equal(strncmp(text, "hand-made: A result that no run made.\n", 38), 0);
    assert_holds(text, "order custom, 5,000 connections, 128 at a time, tcp, http\n");
    assert_holds(text, "private lab, 1 client worker, 1 server worker, Linux 6.1.0");
    assert_lacks(text, "PARTIAL");
    free(text);
    result_free(result);
}

static void the_headline_says_when_most_answers_are_bad(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);
    uint64_t *status = result->side[SIDE_CLIENT].account.status;

    (void)state;
    text_pairs_add(&result->scenario, "http.ok", "2xx-3xx");
    status[100 - HTTP_STATUS_MIN] = 9000; /* no answer */
    status[200 - HTTP_STATUS_MIN] = 2000;
    status[503 - HTTP_STATUS_MIN] = 2000;
    char *text = written(&report_verbose, result);
    assert_lacks(text, "NOT OK");
    free(text);
    status[404 - HTTP_STATUS_MIN] = 1000;
    text = written(&report_verbose, result);
    assert_holds(text, "\n  NOT OK: 3,000 of 5,000 responses have a status outside http.ok "
                       "(2xx-3xx)\n");
    free(text);
    result_free(result);
}

static void each_program_of_a_mix_has_its_row(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);
    struct result_side *client = &result->side[SIDE_CLIENT];

    (void)state;
    client->mix_count = 2;
    client->mix = calloc(client->mix_count, sizeof *client->mix);
    assert_non_null(client->mix);
    client->mix[0] = (struct result_mix){.name = strdup("polite"),
                                         .program = strdup("connect send recv close"),
                                         .weight = 8,
                                         .account.attempted = 4000,
                                         .account.outcome[OUTCOME_DONE] = 4000};
    client->mix[1] = (struct result_mix){.name = strdup("p2"),
                                         .program = strdup("connect send rst"),
                                         .weight = 2,
                                         .account.attempted = 1000,
                                         .account.outcome[OUTCOME_DONE] = 700,
                                         .account.due[OUTCOME_DONE] = 100,
                                         .account.outcome[OUTCOME_RESET] = 200};
    result_measure(result);
    char *text = written(&report_verbose, result);
    ROW(text, "polite", "8", "4,000", "4,000", "0", "done", "4,000", "connect", "send", "recv",
        "close");
    ROW(text, "p2", "2", "1,000", "600", "300", "done", "700,", "reset", "200", "connect", "send",
        "rst");
    free(text);
    result_free(result);
}

/* What was lost may have been the end that is lacking. */
static void packets_claim_no_more_than_they_show(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    result->has_capture = true;
    result->capture.tally = (struct capture_tally){.connections = 3,
                                                   .packets = 20,
                                                   .otherwise = 1,
                                                   .dropped_kernel = 4,
                                                   .one_in = 1,
                                                   .cut = 7,
                                                   .given_up = 1};
    char *text = written(&report_verbose, result);
    assert_holds(text, "20 packets of 3 connections were captured");
    for (char *end = text; (end = strstr(end, "\n  ")) != NULL;) { /* one line of it */
        memmove(end, end + 2, strlen(end + 2) + 1);
        *end = ' ';
    }
    assert_holds(text, "of 1 of the connections they show no ");
    assert_holds(text, "Of 7 packets only the first 128 bytes were kept");
    assert_holds(text, "1 connection was forgotten before the end");
    assert_lacks(text, "one in");
    assert_holds(text, "4 more came than could be read or kept: what these lack may be among");
    assert_lacks(text, "ended otherwise");
    free(text);
    result_free(result);
}

static void the_headline_says_what_the_machine_did_not_let(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    text_pairs_add(&result->environment, "worker_euid", "65534");
    text_pairs_add(&result->environment, "pid_namespace", "yes");
    char *text = written(&report_verbose, result);
    assert_holds(text, "1 server worker, Linux");
    free(text);
    text_pairs_drop(&result->environment);
    text_pairs_drop(&result->environment);
    text_pairs_add(&result->environment, "worker_euid", "0");
    text_pairs_add(&result->environment, "pid_namespace", "ENOSPC");
    text = written(&report_verbose, result);
    assert_holds(text, "1 server worker, workers are root, no PID namespace (ENOSPC)");
    free(text);
    result_free(result);
}

static void the_headline_tells_how_far_the_load_goes(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    set_scenario(result, "load.duration", "3000ms");
    char *both = written(&report_verbose, result);
    assert_holds(both, "  order custom, up to 5,000 connections within 3 s, 128 at a time, tcp");
    set_scenario(result, "load.connections", "0");
    char *duration = written(&report_verbose, result);
    assert_holds(duration, "  order custom, for 3 s, 128 at a time, tcp");
    set_scenario(result, "load.rate", "0.3333333333333333/s");
    char *rate = written(&report_verbose, result);
    assert_holds(rate, "  order custom, for 3 s, 0.333/s, tcp");
    free(rate);
    free(both);
    free(duration);
    result_free(result);
}

static void programs_that_send_nothing_have_no_protocol(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    fixture_program(result, SIDE_CLIENT, "connect close");
    fixture_program(result, SIDE_SERVER, "accept hold");
    char *silent = written(&report_verbose, result);
    assert_holds(silent, "128 at a time, tcp\n");
    fixture_program(result, SIDE_SERVER, "accept send hold");
    char *sends = written(&report_verbose, result);
    assert_holds(sends, "128 at a time, tcp, http\n");
    free(silent);
    free(sends);
    result_free(result);
}

static void held_sockets_in_close_are_seen_as_held(void **state)
{
    struct result *result = fixture_reset();

    (void)state;
    result->side[SIDE_SERVER].account.outcome[OUTCOME_DONE] = 0;
    result->side[SIDE_SERVER].account.outcome[OUTCOME_HELD] = CONNECTIONS;
    fixture_state(result, SIDE_CLIENT, TCP_STATE_CLOSE, 3, 3);
    char *text = written(&report_verbose, result);
    assert_holds(text, "seen: client 3 in close, server 5,000 held in close, where no table lists "
                       "them\n");
    assert_lacks(text, "no socket left");
    free(text);
    result_free(result);
}

static void a_partial_result_says_so_at_once(void **state)
{
    struct result *result = fixture_cut();
    char *text = written(&report_verbose, result);

    (void)state;
    assert_holds(text, "\n  PARTIAL: cut short by SIGINT in load\n");
    ROW(text, "time_wait", "0", "0", "-", "4,990", "2,495", "-");
    assert_holds(text, "seen: client not known, server not known");
    free(text);
    result_free(result);
}

static void lost_workers_make_it_partial(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);
    struct lost_worker lost[] = {
        {.worker = 0, .how = LOST_BY_SIGNAL, .number = 9, .at = 500 * NS_PER_MS},
        {.worker = 1, .how = LOST_WITH_STATUS, .number = 1, .at = -NS_PER_MS},
    };

    (void)state;
    result->partial = true;
    result_add_lost(&result->side[SIDE_CLIENT], &lost[0]);
    result_add_lost(&result->side[SIDE_SERVER], &lost[0]);
    result_add_lost(&result->side[SIDE_SERVER], &lost[1]);
    char *text = written(&report_verbose, result);
    assert_holds(text, "\n  PARTIAL: 1 worker of the client ended unasked, 2 workers of the server "
                       "ended unasked\n");
    free(text);
    result_free(result);
}

static void what_could_not_be_kept_makes_it_partial(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    result->partial = true;
    text_pairs_add(&result->unkept, "counters", "reading them: EMFILE");
    text_pairs_add(&result->unkept, "client inspection", "fork: EAGAIN");
    char *text = written(&report_verbose, result);
    assert_holds(text,
                 "\n  PARTIAL: no counters (reading them: EMFILE), no client inspection (fork: "
                 "EAGAIN)\n");
    free(text);
    result_free(result);
}

static void where_nothing_is_foreseen_it_says_why(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    while (result->predicted_count > 0) {
        struct predicted_side *side = result->predicted[--result->predicted_count].side;

        for (unsigned i = 0; i < SIDE_N; i++) {
            free(side[i].path);
            free(side[i].fate);
        }
    }
    result->unpredicted = strdup("faults strike the link");
    char *text = written(&report_verbose, result);
    assert_holds(text, "\nPrediction\n  none: faults strike the link\n  seen: client");
    assert_lacks(text, "predicted:");
    free(text);
    result_free(result);
}

static void the_timeline_tells_what_came_of_each_moment(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);
    struct moment *entry = fixture_fault(result, "{drop: fin, toward: client}");
    entry->happened = false;
    char *text = written(&report_verbose, result);

    (void)state;
    assert_holds(text, "did not happen, the run was over before");
    free(text);
    result->partial = true;
    text = written(&report_verbose, result);
    assert_holds(text,
                 "PARTIAL: \"drop fin toward client\" at 0 ns did not happen, the run was over ");
    assert_lacks(text, "something unknown");
    free(text);
    entry->kind = MOMENT_FAULT_ENDS;
    text = written(&report_verbose, result);
    assert_holds(text, "something unknown");
    entry->kind = MOMENT_FAULT_BEGINS;
    result->partial = false;
    free(text);
    entry->happened = true;
    entry->has_took = true;
    entry->took = 12 * NS_PER_MS;
    entry = fixture_event(result, "{at: 2500ms, start: server}");
    entry->has_took = true;
    entry->took = 3 * NS_PER_S;
    entry->refusals = 1234;
    entry = fixture_fault(result, "{at: 4s, partition: on}");
    entry->error = strdup("nftables: it broke");
    fixture_event(result, "{at: 5s, start: server}")->refusals = 1;
    text = written(&report_verbose, result);
    assert_holds(text, "\nTimeline\n     0.000 s  drop fin toward client\n");
    assert_holds(text,
                 "     2.500 s  start server: ready after 3 s; bind(2) was refused 1,234 times "
                 "(EADDRINUSE)\n");
    assert_holds(text, "     4.000 s  partition: failed, nftables: it broke\n");
    assert_holds(text, "     5.000 s  start server; bind(2) was refused 1 time (EADDRINUSE)\n");
    free(text);
    result_free(result);
}

static void the_tables_hold_the_numbers_of_both_sides(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    histogram_record(&result->side[SIDE_CLIENT].account.latency[LATENCY_CONNECT], 100);
    char *text = written(&report_verbose, result);
    assert_holds(text, "  5,000 attempted, 5,000 completed, 0 failed\n");
    assert_holds(text, "  5,000 completed a second, over 1 s\n");
    ROW(text, "done", "5,000", "5,000", "its");
    ROW(text, "time_wait", "0", "0", "0", "5,000", "3,745", "5,000");
    ROW(text, "fin_wait2", "0", "0", "0", "31", "15.5", "0");
    ROW(text, "TcpExtTW", "-", "5,000");
    ROW(text, "TcpActiveOpens", "5,000", "-");
    ROW(text, "client", "connect", "100", "ns", "100", "ns");
    assert_holds(text, "predicted: client ends in close, server ends in time_wait\n");
    assert_holds(text, "seen: client no socket left, server 5,000 in time_wait\n");
    assert_holds(text, "sampling: 21 samples (4 full dumps), longest gap 104 ms; it took 0.6 %");
    assert_lacks(text, "closing ");
    assert_lacks(text, "TcpOutRsts");
    assert_lacks(text, "Errors");
    assert_lacks(text, "Findings");
    assert_lacks(text, "host");
    free(text);
    result_free(result);
}

static void an_open_loop_has_a_rate_of_arrivals(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    assert_string_equal(result->scenario.item[7].name, "load.rate");
    free(result->scenario.item[7].value);
    result->scenario.item[7].value = strdup("10000/s");
    char *text = written(&report_verbose, result);
    assert_holds(text, "  10,000 begun a second, for 500 ms; the last one ended after 1 s\n");
    assert_lacks(text, "completed a second");
    free(text);
    result_free(result);
}

static void a_moment_has_no_rate(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    result->phase[PHASE_LOAD].end = 237 * NS_PER_US;
    char *text = written(&report_verbose, result);
    assert_holds(text, "  over 237 us, too short to tell a rate\n");
    assert_lacks(text, "completed a second");
    free(text);
    result_free(result);
}

static void probes_have_a_row_beside_what_was_sent_again(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpRetransSegs", 30);
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpExtTCPLossProbes", 30);
    char *text = written(&report_verbose, result);
    assert_holds(text, "segments sent again, probes included\n  TcpExtTCPLossProbes ");
    assert_holds(text, "30  sent again early, as a probe: the peer delays its ACK\n");
    free(text);
    result_free(result);
}

static void a_foreign_client_has_no_concurrency_of_ours(void **state)
{
    struct result *result = fixture_on_host();

    (void)state;
    result->side[SIDE_CLIENT].played = false;
    char *text = written(&report_verbose, result);
    assert_lacks(text, "at a time,");
    assert_lacks(text, "order custom, 5,000 connections");
    free(text);
    result_free(result);
}

/* Of its own time: a load that is over at once is no measure of it. */
static void sampling_takes_no_more_than_a_cpu(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    result->phase[PHASE_LOAD].end = NS_PER_MS;
    result->phase[PHASE_SETTLE] = (struct phase_span){true, NS_PER_MS, NS_PER_MS};
    result->sampler_span = 16 * NS_PER_MS;
    char *text = written(&report_verbose, result);
    assert_holds(text, "; it took 75 % of a CPU's time");
    free(text);
    result->sampler_span = 0; /* as in a file that does not tell */
    text = written(&report_verbose, result);
    assert_holds(text, "longest gap 104 ms");
    assert_lacks(text, "of a CPU's time");
    free(text);
    result_free(result);
}

static void a_long_gap_is_owned_up_to(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    char *short_gap = written(&report_verbose, result);
    assert_lacks(short_gap, "may have been missed");
    result->sampler_gap_max = 300 * NS_PER_MS; /* of 2 s */
    char *text = written(&report_verbose, result);
    assert_holds(text, "peaks between samples may have been missed\n");
    result->sampler_counts = 44;
    result->sampler_time_wait_gap = 101 * NS_PER_MS;
    char *counted = written(&report_verbose, result);
    assert_lacks(text, "between them");
    assert_holds(counted, "TIME_WAIT 44 times between them, longest gap 101 ms");
    free(short_gap);
    free(text);
    free(counted);
    result_free(result);
}

static void errors_come_with_their_meaning(void **state)
{
    struct result *result = fixture_refused();
    char *text = written(&report_verbose, result);

    (void)state;
    assert_holds(text, "5,000 attempted, 0 completed, 5,000 failed");
    ROW(text, "ECONNREFUSED", "5,000", "0", "the", "SYN", "was", "refused,");
    ROW(text, "refused", "5,000", "0", "connect", "met", "ECONNREFUSED");
    assert_holds(text, "no sample saw a socket of these connections");
    free(text);
    result_free(result);
}

/* Where the words after the first begin in a line: its columns' ends, as they are on the right. */
static void assert_ends_at(const char *text, const char *row, const char *cell, size_t column)
{
    char *line = line_of(text, row);
    char *found = strstr(line + strlen(row), cell);

    assert_non_null(found);
    assert_int_equal((size_t)(found - line) + strlen(cell), column);
    free(line);
}

static void long_errnos_keep_their_columns(void **state)
{
    struct result *result = fixture_refused();
    struct account *client = &result->side[SIDE_CLIENT].account;

    (void)state;
    client->error[EIO] = 5;
    client->error[ENOTRECOVERABLE] = 1234567;
    client->error[ESOCKTNOSUPPORT] = 89;
    char *text = written(&report_verbose, result);
    char *titles = line_of(text, "errno ");
    size_t end = (size_t)(strstr(titles, "client") - titles) + strlen("client");
    assert_ends_at(text, "EIO ", " 5", end);
    assert_ends_at(text, "ENOTRECOVERABLE ", "1,234,567", end);
    assert_ends_at(text, "ESOCKTNOSUPPORT ", " 89", end);
    assert_ends_at(text, "ECONNREFUSED ", "5,000", end);
    free(titles);
    free(text);
    result_free(result);
}

static void what_is_still_open_is_neither_completed_nor_failed(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    result->side[SIDE_CLIENT].account.outcome[OUTCOME_DONE] = 4000;
    result->side[SIDE_CLIENT].account.outcome[OUTCOME_TIMEOUT] = 3;
    char *text = written(&report_verbose, result);
    assert_holds(text, "  5,000 attempted, 4,000 completed, 3 failed, 997 still open\n");
    free(text);
    result_free(result);
}

static void the_host_has_one_column(void **state)
{
    struct result *result = fixture_on_host();
    char *text = written(&report_verbose, result);

    (void)state;
    assert_holds(text, "lab: host");
    ROW(text, "counter", "host", "(whole", "machine)");
    ROW(text, "TcpExtTW", "5,123", "mini-sockets");
    ROW(text, "TcpOutRsts", "41", "RSTs");
    free(text);
    result_free(result);
}

static void a_foreign_server_is_not_counted_as_nothing(void **state)
{
    struct result *result = fixture_closed_by(SIDE_CLIENT);

    (void)state;
    result->side[SIDE_SERVER].played = false;
    char *text = written(&report_verbose, result);
    ROW(text, "done", "5,000", "-");
    assert_holds(text, "the server is not ours");
    free(text);
    result_free(result);
}

/* ---- what was judged ---- */

static void expectations_show_what_was_compared(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);
    struct expectation_result items[] = {
        {strdup("server.time_wait.peak >= 4900"), VERDICT_PASS, QUANTITY_COUNT, 4998, 4900, NULL},
        {strdup("connections.failed == 0"), VERDICT_FAIL, QUANTITY_COUNT, 12, 0, NULL},
        {strdup("connections.rate > 4999.9/s"), VERDICT_FAIL, QUANTITY_RATE, 4999.75, 4999.9, NULL},
        {strdup("cpu.client < 1s"), VERDICT_UNMEASURED, QUANTITY_TIME, 0, 0, strdup("cpu.client")},
        {strdup("1 > client.counter.TcpExtTw"), VERDICT_UNMEASURED, QUANTITY_COUNT, 0, 0,
         strdup("client.counter.TcpExtTw")},
        {strdup("latency.close.p99 < 50ms"), VERDICT_PASS, QUANTITY_TIME, 0.0123, 0.05, NULL},
        {strdup("cpu.client < 1us"), VERDICT_FAIL, QUANTITY_TIME, 1.0001e-6, 1e-6, NULL},
        {strdup("client.bytes_sent == 64KiB"), VERDICT_FAIL, QUANTITY_SIZE, 12, 65536, NULL},
        {strdup("client.established.area < 1h"), VERDICT_FAIL, QUANTITY_TIME, 1e12, 3600, NULL},
        {strdup("cpu.client < 1"), VERDICT_UNJUDGED, .problem = strdup("cpu.client is a time")},
    };

    (void)state;
    result->expectation_count = sizeof items / sizeof items[0];
    result->expectation = malloc(sizeof items);
    assert_non_null(result->expectation);
    memcpy(result->expectation, items, sizeof items);
    char *text = written(&report_verbose, result);
    assert_holds(text, "PASS        server.time_wait.peak >= 4900 (4,998 >= 4,900)\n");
    assert_holds(text, "FAIL        connections.failed == 0 (12 == 0)\n");
    assert_holds(text, "(4999.75/s > 4999.9/s)\n");
    assert_holds(text, "UNMEASURED  cpu.client < 1s (not measured: cpu.client)\n");
    assert_holds(text, "client.counter.TcpExtTW?)\n");
    assert_holds(text, "latency.close.p99 < 50ms (12.3 ms < 50 ms)\n");
    assert_holds(text, "cpu.client < 1us (1.0001e-06 s < 1e-06 s)\n");
    assert_holds(text, "(12 bytes == 65,536 bytes)\n");
    assert_holds(text, " < 60 min)\n");
    assert_holds(text, "NOT JUDGED  cpu.client is a time\n");
    free(text);
    result_free(result);
}

static void warnings_and_inspections_are_shown_harmless(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    result->inspection_count = 1;
    result->inspection = calloc(1, sizeof *result->inspection);
    if (result->inspection == NULL) {
        fail_msg("out of memory");
        return;
    }
    remark_append(&result_add_remark(result, "connections.miscounted", REMARK_WARNING)->text, "",
                  "the roles and the kernel disagree");
    result->inspection[0] = (struct inspection){.host = strdup("server"),
                                                .command = strdup("ss -s"),
                                                .status = 3,
                                                .output = strdup("one\n\ntwo \033[2J\n")};
    char *text = written(&report_verbose, result);
    assert_holds(text, "\n  ! the roles and the kernel disagree\n");
    assert_holds(text, "\n  server$ ss -s\n    one\n\n    two ?[2J\n    (exit status 3)\n");
    assert_lacks(text, "\033");
    free(text);
    result_free(result);
}

/* ---- its form ---- */

typedef struct result *maker(void);

static struct result *closed_by_client(void)
{
    return fixture_closed_by(SIDE_CLIENT);
}

static struct result *closed_by_server(void)
{
    return fixture_closed_by(SIDE_SERVER);
}

static struct result *leaked_by_client(void)
{
    return fixture_leaked_by(SIDE_CLIENT);
}

static struct result *leaked_by_server(void)
{
    return fixture_leaked_by(SIDE_SERVER);
}

static maker *const makers[] = {
    closed_by_client, closed_by_server,     leaked_by_client, leaked_by_server,
    fixture_reset,    fixture_simultaneous, fixture_refused,  fixture_on_host,
    fixture_cut,      fixture_empty,        result_new,
};

static void lines_are_narrow_and_the_same_each_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++) {
        struct result *result = makers[i]();
        char *first = written(&report_verbose, result);
        result_measure(result);
        char *second = written(&report_verbose, result);
        assert_string_equal(first, second);
        assert_in_range(widest_line(first), 1, 100);
        assert_lacks(first, "null");
        assert_lacks(first, " \n");
        free(first);
        free(second);
        result_free(result);
    }
}

/* Every row that there can be, with the largest numbers that a run may yield. */
static void full_tables_are_narrow_too(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    for (unsigned side = 0; side < SIDE_N; side++) {
        struct account *account = &result->side[side].account;
        account->attempted = UINT32_MAX;
        for (unsigned i = 0; i < OUTCOME_N; i++) {
            account->outcome[i] = 999999999;
        }
        for (unsigned i = 1; i < ERRNO_LIMIT; i++) {
            account->error[i] = 999999999;
        }
        for (unsigned i = 1; i < TCP_STATE_N; i++) {
            fixture_state(result, (enum side)side, (enum tcp_state)i, 1234567890, 1234567890);
        }
        for (unsigned i = 0; i < LATENCY_N; i++) {
            histogram_record(&account->latency[i], 123456789);
        }
        fixture_counter(&result->side[side].counters, "TcpExtTCPTimeWaitOverflow", 1234567890);
        fixture_counter(&result->side[side].counters, "TcpExtTCPAbortOnTimeout", 1234567890);
        fixture_counter(&result->side[side].counters, "TcpExtListenOverflows", 1234567890);
    }
    char *text = written(&report_verbose, result);
    assert_in_range(widest_line(text), 80, 100);
    free(text);
    result_free(result);
}

static void long_names_are_broken(void **state)
{
    struct result *result = fixture_empty();
    char about[2001];

    (void)state;
    memset(about, 'x', sizeof about - 1);
    about[sizeof about - 1] = '\0';
    free(result->scenario.item[1].value);
    result->scenario.item[1].value = strdup(about);
    char *text = written(&report_verbose, result);
    assert_in_range(widest_line(text), 90, 100);
    free(text);
    result_free(result);
}

/* ---- the table of reports ---- */

static void json_is_the_result_itself(void **state)
{
    struct result *result = fixture_leaked_by(SIDE_SERVER);
    char *text = written(&report_json, result);
    json_error_t error;
    json_t *json = json_loads(text, 0, &error);
    json_t *expected = result_to_json(result);

    (void)state;
    assert_non_null(json);
    assert_true(json_equal(json, expected));
    assert_non_null(strchr(text, '\n'));
    json_decref(json);
    json_decref(expected);
    free(text);
    result_free(result);
}

static void reports_are_found_by_name(void **state)
{
    (void)state;
    assert_ptr_equal(report_find("verbose"), &report_verbose);
    assert_ptr_equal(report_find("json"), &report_json);
    assert_null(report_find("xml"));
    for (size_t i = 0; report_table[i] != NULL; i++) {
        assert_ptr_equal(report_find(report_table[i]->name), report_table[i]);
    }
}

static void who_holds_the_sockets_is_told(void **state)
{
    struct result *result = fixture_leaked_by(SIDE_SERVER);
    struct owner *owner = fixture_owner(result, SIDE_SERVER, TCP_STATE_CLOSE_WAIT, 300);

    (void)state;
    owner->pid_inside = 8;
    owner->has_age = true;
    owner->age_least = 1010 * NS_PER_MS;
    owner->age = 2 * NS_PER_S;
    owner = fixture_owner(result, SIDE_SERVER, TCP_STATE_CLOSE_WAIT, 12);
    owner->where = OWNER_ACCEPT_QUEUE;
    owner->pid = owner->processes = 0;
    for (uint64_t i = 0; i < 20; i++) {
        fixture_owner(result, SIDE_CLIENT, TCP_STATE_ESTABLISHED, 1)->pid += i;
    }
    owner = fixture_owner(result, SIDE_SERVER, TCP_STATE_ESTABLISHED, 1);
    owner->where = OWNER_UNKNOWN;
    owner->why = strdup("no permission to look");
    owner->has_uid = true;
    owner->uid = 33;
    char *text = written(&report_verbose, result);
    assert_holds(text, "Who holds the sockets that are left\n"
                       "  300 CLOSE_WAIT of the server: python3 (pid 4711, 8 in its PID namespace, "
                       "1 thread), descriptors\n"
                       "    5-304; last segment of the peer 1.01 s to 2 s ago\n"
                       "  12 CLOSE_WAIT of the server: in the accept queue, not accepted yet\n"
                       "  20 ESTABLISHED of the client: 20 processes called python3\n"
                       "  1 ESTABLISHED of the server: not known whose: no permission to look "
                       "(user 33)\n\n");
    free(text);
    result_free(result);
}

static void what_nobody_accepted_is_held_by_nobody(void **state)
{
    struct result *result = fixture_leaked_by(SIDE_SERVER);
    struct owner *owner = fixture_owner(result, SIDE_SERVER, TCP_STATE_CLOSE_WAIT, 12);

    (void)state;
    char *text = written(&report_text, result);
    assert_holds(text, "by python3 (pid 4711");
    free(text);
    owner->where = OWNER_ACCEPT_QUEUE;
    text = written(&report_text, result);
    assert_holds(text, "                     in the accept queue\n");
    free(text);
    owner->where = OWNER_UNKNOWN;
    text = written(&report_text, result);
    assert_holds(text, "                     not known whose: not told\n");
    free(text);
    result_free(result);
}

/* Names come from whatever runs on the machine. */
static void no_more_rows_than_can_be_read(void **state)
{
    struct result *result = fixture_leaked_by(SIDE_SERVER);

    (void)state;
    for (int i = 0; i < 30; i++) {
        snprintf(fixture_owner(result, SIDE_SERVER, TCP_STATE_CLOSE_WAIT, 1)->comm, OWNER_COMM,
                 "\033[%d", i);
    }
    char *text = written(&report_verbose, result);
    assert_holds(text, "  1 CLOSE_WAIT of the server: ?[11 (pid 4711");
    assert_lacks(text, "?[12 ");
    assert_holds(text, "  ... and more: see owners in result.json\n");
    free(text);
    result_free(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_headline_says_what_ran),
        cmocka_unit_test(who_holds_the_sockets_is_told),
        cmocka_unit_test(what_nobody_accepted_is_held_by_nobody),
        cmocka_unit_test(no_more_rows_than_can_be_read),
        cmocka_unit_test(the_headline_says_when_most_answers_are_bad),
        cmocka_unit_test(each_program_of_a_mix_has_its_row),
        cmocka_unit_test(packets_claim_no_more_than_they_show),
        cmocka_unit_test(the_headline_says_what_the_machine_did_not_let),
        cmocka_unit_test(the_headline_tells_how_far_the_load_goes),
        cmocka_unit_test(programs_that_send_nothing_have_no_protocol),
        cmocka_unit_test(held_sockets_in_close_are_seen_as_held),
        cmocka_unit_test(a_partial_result_says_so_at_once),
        cmocka_unit_test(lost_workers_make_it_partial),
        cmocka_unit_test(what_could_not_be_kept_makes_it_partial),
        cmocka_unit_test(where_nothing_is_foreseen_it_says_why),
        cmocka_unit_test(the_timeline_tells_what_came_of_each_moment),
        cmocka_unit_test(the_tables_hold_the_numbers_of_both_sides),
        cmocka_unit_test(an_open_loop_has_a_rate_of_arrivals),
        cmocka_unit_test(a_moment_has_no_rate),
        cmocka_unit_test(a_foreign_client_has_no_concurrency_of_ours),
        cmocka_unit_test(probes_have_a_row_beside_what_was_sent_again),
        cmocka_unit_test(sampling_takes_no_more_than_a_cpu),
        cmocka_unit_test(a_long_gap_is_owned_up_to),
        cmocka_unit_test(errors_come_with_their_meaning),
        cmocka_unit_test(long_errnos_keep_their_columns),
        cmocka_unit_test(what_is_still_open_is_neither_completed_nor_failed),
        cmocka_unit_test(the_host_has_one_column),
        cmocka_unit_test(a_foreign_server_is_not_counted_as_nothing),
        cmocka_unit_test(expectations_show_what_was_compared),
        cmocka_unit_test(warnings_and_inspections_are_shown_harmless),
        cmocka_unit_test(lines_are_narrow_and_the_same_each_time),
        cmocka_unit_test(full_tables_are_narrow_too),
        cmocka_unit_test(long_names_are_broken),
        cmocka_unit_test(json_is_the_result_itself),
        cmocka_unit_test(reports_are_found_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
