#include <ctype.h>
#include <stdio.h>

#include "fixture.h"

/*
 * The wording of remarks, in one place: a handful of results and what explain() says of them, in
 * tests/data/explain/wording.txt.  `explain_wording_test --write` writes the file again.
 */
#define WORDING TEST_DATA "/explain/wording.txt"

/* ---- the rows ---- */

/* "ports.exhausted": words of small letters, digits and _, with dots between them. */
static bool is_well_formed(const char *id)
{
    bool in_word = false;

    for (; *id != '\0'; id++) {
        bool letter = islower((unsigned char)*id) || isdigit((unsigned char)*id) || *id == '_';
        if (!letter && (*id != '.' || !in_word)) {
            return false;
        }
        in_word = letter;
    }
    return in_word;
}

static void each_row_has_an_id_of_its_own(void **state)
{
    (void)state;
    for (const struct remark_row *row = remark_table; row->id != NULL; row++) {
        if (!is_well_formed(row->id) || strcmp(row->id, "finding") == 0) {
            fail_msg("%s is no id", row->id);
        }
        assert_non_null(remark_kind_name(row->kind));
        assert_true(row->about[0] != '\0' && row->about[strlen(row->about) - 1] != '.');
        for (const struct remark_row *other = remark_table; other != row; other++) {
            assert_string_not_equal(other->id, row->id);
        }
    }
    assert_false(is_well_formed("Ports"));
    assert_false(is_well_formed("ports."));
    assert_false(is_well_formed("a..b"));
}

/* ---- the results ---- */

static struct result *server_first(void)
{
    return fixture_closed_by(SIDE_SERVER);
}

static struct result *client_first(void)
{
    return fixture_closed_by(SIDE_CLIENT);
}

static struct result *server_leak(void)
{
    return fixture_leaked_by(SIDE_SERVER);
}

static struct result *time_wait_missing(void)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    fixture_state(result, SIDE_SERVER, TCP_STATE_TIME_WAIT, 1383, 1383);
    return result;
}

static struct result *out_of_ports(void)
{
    struct result *result = fixture_closed_by(SIDE_CLIENT);
    struct account *client = &result->side[SIDE_CLIENT].account;

    text_pairs_add(&result->scenario, "client.sockopt.local_port_range", "40000-42499");
    client->attempted += 700;
    client->outcome[OUTCOME_NO_PORT] = 700;
    client->first_no_port = NS_PER_S / 2;
    return result;
}

static struct result *queue_full(void)
{
    struct result *result = fixture_new();

    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpExtListenOverflows", 321);
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpExtListenDrops", 333);
    return result;
}

static struct result *fins_dropped(void)
{
    struct result *result = fixture_new();

    fixture_fault(result, "{at: 0s, drop: fin, toward: server}");
    fixture_state(result, SIDE_CLIENT, TCP_STATE_FIN_WAIT1, CONNECTIONS, CONNECTIONS);
    fixture_state(result, SIDE_SERVER, TCP_STATE_ESTABLISHED, CONNECTIONS, CONNECTIONS);
    return result;
}

static struct result *server_killed(void)
{
    struct result *result = fixture_new();

    fixture_event(result, "{at: 500ms, kill: server}");
    fixture_event(result, "{at: 700ms, start: server}")->error = strdup("it was not ready in time");
    result->side[SIDE_SERVER].account.outcome[OUTCOME_DONE] -= 30;
    result->side[SIDE_SERVER].account.outcome[OUTCOME_KILLED] = 30;
    return result;
}

static struct result *disagreeing(void)
{
    struct result *result = fixture_new();
    struct result_side *server = &result->side[SIDE_SERVER];

    server->account.attempted -= 600;
    server->account.outcome[OUTCOME_DONE] -= 800;
    server->account.outcome[OUTCOME_KILLED] = 100;
    server->workers_died = 1;
    fixture_counter(&server->counters, "TcpOutSegs", 20000);
    fixture_counter(&server->counters, "TcpRetransSegs", 900);
    fixture_counter(&server->counters, "TcpExtTW", 4000);
    fixture_counter(&server->counters, "TcpExtTWKilled", 0);
    fixture_predict(result, TCP_STATE_CLOSE, TCP_STATE_TIME_WAIT);
    result->predicted[0].side[SIDE_SERVER].tw = 1;
    return result;
}

static const struct {
    const char *name;
    struct result *(*make)(void);
} results[] = {
    {"the server closes first", server_first},
    {"the client closes first", client_first},
    {"the server never closes", server_leak},
    {"the server aborts", fixture_reset},
    {"FINs cross", fixture_simultaneous},
    {"nothing listens", fixture_refused},
    {"lab: host", fixture_on_host},
    {"cut short", fixture_cut},
    {"nothing attempted", fixture_empty},
    {"nothing known", result_new},
    {"TIME_WAIT that is missing", time_wait_missing},
    {"out of ports", out_of_ports},
    {"queues that are full", queue_full},
    {"FINs dropped", fins_dropped},
    {"the server killed, and not started again", server_killed},
    {"roles, kernel and model disagree", disagreeing},
};

/* ---- the file ---- */

/* A sentence a line, so that what changes is what differs. */
static void write_text(const char *text, FILE *out)
{
    fputs("    ", out);
    for (; *text != '\0'; text++) {
        if (text[0] == ' ' && text[-1] == '.' && isupper((unsigned char)text[1])) {
            fputs("\n    ", out);
        } else {
            fputc(*text, out);
        }
    }
    fputc('\n', out);
}

static void write_remark(const struct remark *remark, FILE *out)
{
    fprintf(out, "  %s: %s%s%s, %s\n", remark->id, remark->has_side ? side_name(remark->side) : "",
            remark->has_side ? ", " : "", remark_kind_name(remark->kind),
            certainty_name(remark->certainty));
    write_text(remark->text, out);
    if (remark->advice != NULL) {
        fprintf(out, "    -> %s\n", remark->advice);
    }
    for (size_t i = 0; i < remark->evidence_count; i++) {
        fprintf(out, "    %s = %.6g\n", remark->evidence[i].metric, remark->evidence[i].value);
    }
}

static void write_results(FILE *out)
{
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        struct result *result = results[i].make();
        fprintf(out, "%s%s\n", i > 0 ? "\n" : "", results[i].name);
        explain(result);
        for (size_t k = 0; k < result->remark_count; k++) {
            write_remark(&result->remark[k], out);
        }
        result_free(result);
    }
}

static void the_wording_is_that_of_the_file(void **state)
{
    FILE *golden = fopen(WORDING, "r");
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    char due[1024];

    (void)state;
    assert_non_null(golden);
    assert_non_null(out);
    write_results(out);
    assert_int_equal(fclose(out), 0);
    const char *line = text;
    for (unsigned number = 1; fgets(due, sizeof due, golden) != NULL; number++) {
        size_t length = strlen(due);
        if (strncmp(line, due, length) != 0) {
            fail_msg("line %u of %s is\n%sbut explain() says\n%.*s\nIf that is meant: "
                     "explain_wording_test --write",
                     number, WORDING, due, (int)strcspn(line, "\n"), line);
        }
        line += length;
    }
    assert_string_equal(line, "");
    fclose(golden);
    free(text);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_has_an_id_of_its_own),
        cmocka_unit_test(the_wording_is_that_of_the_file),
    };

    if (argc == 2 && strcmp(argv[1], "--write") == 0) {
        FILE *out = fopen(WORDING, "w");
        if (out == NULL) {
            perror(WORDING);
            return 1;
        }
        write_results(out);
        return fclose(out) == 0 ? 0 : 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
