#include <stdio.h>

#include "compare_testing.h"

/*
 * What comparisons teach, in one place: made-up ones and their remarks, in
 * tests/data/compare/lessons.txt.  `compare_teach_test --write` writes the file again.
 */
#define LESSONS_FILE TEST_DATA "/compare/lessons.txt"

enum { ROUNDS = 10, MEASURED = 6 };

/* Two variants that differ in one sysctl: "NAME=BASELINE VARIANT" of metrics; with one value, and
 * behind a '@', a setting of both. */
static const struct study {
    const char *ids; /* of the remarks it is here for */
    const char *path, *from, *to;
    const char *has[MEASURED];
} studies[] = {
    {"varied.moved",
     "client.sysctl.net.ipv4.tcp_tw_reuse",
     "0",
     "1",
     {"errors.EADDRNOTAVAIL=180 0", "client.counter.TcpExtTWRecycled=0 180"}},
    {"varied.constant varied.moved",
     "client.sysctl.net.ipv4.tcp_fin_timeout",
     "60",
     "5",
     {"client.time_wait.final=200 200", "client.fin_wait2.final=50 0"}},
    {"varied.not_connecting",
     "server.sysctl.net.ipv4.tcp_tw_reuse",
     "0",
     "1",
     {"server.counter.TcpActiveOpens=0 0"}},
    {"varied.loopback_only",
     "client.sysctl.net.ipv4.tcp_tw_reuse",
     "0",
     "2",
     {"errors.EADDRNOTAVAIL=180 180", "client.counter.TcpActiveOpens=20 20", "@lab=private"}},
    {"varied.switched_off",
     "client.sysctl.net.ipv4.tcp_tw_reuse",
     "0",
     "1",
     {"errors.EADDRNOTAVAIL=180 180", "client.counter.TcpActiveOpens=20 20",
      "@server.sysctl.net.ipv4.tcp_timestamps=0"}},
    {"varied.switched_off",
     "client.sysctl.net.ipv4.tcp_tw_reuse_delay",
     "1000",
     "100",
     {"errors.EADDRNOTAVAIL=180 180", "@client.sysctl.net.ipv4.tcp_tw_reuse=2"}},
    {"varied.never_met",
     "client.sysctl.net.ipv4.tcp_tw_reuse",
     "0",
     "1",
     {"client.counter.TcpExtTW=200 200", "errors.EADDRNOTAVAIL=0 0",
      "client.counter.TcpExtTWRecycled=0 0"}},
    {"varied.never_met",
     "client.sysctl.net.ipv4.tcp_tw_reuse",
     "0",
     "1",
     {"client.counter.TcpExtTW=200 200", "errors.EADDRNOTAVAIL=180 180",
      "client.counter.TcpExtTWRecycled=0 0"}},
    {"varied.limit_not_reached",
     "client.sysctl.net.ipv4.ip_local_port_range",
     "32768 60999",
     "20000 60999",
     {"errors.EADDRNOTAVAIL=0 0", "errors.EADDRINUSE=0 0", "client.counter.TcpExtTWRecycled=0 0"}},
    {"varied.unmoved",
     "client.sysctl.net.ipv4.ip_local_port_range",
     "32768 60999",
     "20000 60999",
     {"errors.EADDRNOTAVAIL=0 0", "errors.EADDRINUSE=0 0", "client.counter.TcpExtTWRecycled=5 5",
      "latency.connect.p99=1 1"}},
    {"varied.never_met",
     "client.sysctl.net.ipv4.tcp_fin_timeout",
     "60",
     "5",
     {"client.fin_wait2.peak=0 0", "client.fin_wait2.final=0 0"}},
    {"varied.limit_not_reached",
     "client.sysctl.net.ipv4.tcp_fin_timeout",
     "60",
     "5",
     {"client.fin_wait2.peak=9 9", "client.fin_wait2.final=0 0"}},
    {"varied.limit_not_reached varied.danger",
     "server.sysctl.net.ipv4.tcp_max_tw_buckets",
     "262144",
     "1000",
     {"server.counter.TcpExtTCPTimeWaitOverflow=0 0", "server.time_wait.peak=200 200"}},
    {"varied.other_limit",
     "server.sysctl.net.core.somaxconn",
     "4096",
     "128",
     {"server.counter.TcpExtListenOverflows=5 5", "@server.backlog=16"}},
    {"varied.limit_not_reached",
     "server.sysctl.net.ipv4.tcp_abort_on_overflow",
     "0",
     "1",
     {"server.counter.TcpExtListenOverflows=0 0"}},
    {"varied.never_met",
     "server.sysctl.net.ipv4.tcp_abort_on_overflow",
     "0",
     "1",
     {"server.counter.TcpExtListenOverflows=9 9", "server.counter.TcpExtEmbryonicRsts=0 0"}},
    {"varied.switched_off",
     "server.sysctl.net.ipv4.tcp_max_syn_backlog",
     "8",
     "1024",
     {"@server.sysctl.net.ipv4.tcp_syncookies=1"}},
    {"varied.limit_not_reached",
     "server.sysctl.net.ipv4.tcp_max_syn_backlog",
     "8",
     "1024",
     {"@server.sysctl.net.ipv4.tcp_syncookies=0", "server.counter.TcpExtTCPReqQFullDrop=0 0",
      "server.counter.TcpExtListenDrops=0 0"}},
    {"varied.limit_not_reached",
     "server.sysctl.net.ipv4.tcp_syncookies",
     "1",
     "0",
     {"server.counter.TcpExtTCPReqQFullDoCookies=0 0", "server.counter.TcpExtTCPReqQFullDrop=0 0",
      "server.counter.TcpExtSyncookiesSent=0 0"}},
    {"varied.never_met",
     "client.sysctl.net.ipv4.tcp_syn_retries",
     "6",
     "1",
     {"client.counter.TcpActiveOpens=20 20", "client.counter.TcpExtTCPSynRetrans=0 0"}},
    {"varied.never_met",
     "client.sysctl.net.ipv4.tcp_orphan_retries",
     "0",
     "1",
     {"client.counter.TcpRetransSegs=0 0", "client.counter.TcpExtTCPWinProbe=0 0"}},
    {"varied.unmoved",
     "client.sysctl.net.ipv4.tcp_orphan_retries",
     "0",
     "1",
     {"client.counter.TcpRetransSegs=0 0", "client.counter.TcpExtTCPWinProbe=4 4",
      "client.fin_wait1.final=3 3"}},
    {"varied.limit_not_reached",
     "client.sysctl.net.ipv4.tcp_orphan_retries",
     "0",
     "1",
     {"client.counter.TcpRetransSegs=7 7", "client.counter.TcpExtTCPAbortOnTimeout=0 0"}},
    {"varied.switched_off",
     "server.sysctl.net.ipv4.tcp_keepalive_time",
     "7200",
     "1",
     {"server.counter.TcpExtTCPKeepAlive=0 0"}},
    {"varied.never_met",
     "server.sysctl.net.ipv4.tcp_keepalive_time",
     "7200",
     "1",
     {"server.counter.TcpExtTCPKeepAlive=0 0", "@server.sockopt.keepalive=on"}},
    {"varied.never_met",
     "client.sysctl.net.ipv4.tcp_rfc1337",
     "0",
     "1",
     {"server.counter.TcpOutRsts=0 0"}},
    {"varied.never_met",
     "client.sysctl.net.ipv4.tcp_fastopen",
     "1",
     "3",
     {"client.counter.TcpExtTCPFastOpenActive=0 0", "client.counter.TcpExtTCPFastOpenPassive=0 0"}},
    {"varied.unmeasured",
     "server.sysctl.net.netfilter.nf_conntrack_tcp_timeout_close",
     "10",
     "5",
     {0}},
    {"varied.unmoved",
     "client.sysctl.net.ipv4.tcp_tw_reuse",
     "0",
     "1",
     {"errors.EADDRNOTAVAIL=180 180", "client.time_wait.peak=200 200"}},
};
enum { STUDIES = sizeof studies / sizeof studies[0] };

static void put(struct result *result, const char *has, size_t variant)
{
    const char *equals = strchr(has, '=');
    char *name = grow_format("%.*s", (int)(equals - has), has);
    char *second;
    double value = strtod(equals + 1, &second);

    if (has[0] == '@') {
        text_pairs_add(&result->scenario, name + 1, equals + 1);
    } else {
        put_metric(result, name, variant == 0 ? value : strtod(second, NULL));
    }
    free(name);
}

static struct result *trial_of(const struct study *study, size_t variant)
{
    struct result *result = made_up(1000, 0);
    bool client = strncmp(study->path, "client", strlen("client")) == 0;
    struct text_pairs *sysctl = &result->side[client ? SIDE_CLIENT : SIDE_SERVER].sysctl;

    text_pairs_add(sysctl, study->path + strlen("client.sysctl."),
                   variant == 0 ? study->from : study->to);
    for (size_t i = 0; i < MEASURED && study->has[i] != NULL; i++) {
        put(result, study->has[i], variant);
    }
    return result;
}

static struct comparison *comparison_of(const struct study *study)
{
    struct comparison *comparison = comparison_new("made-up", true);

    for (size_t i = 0; i < 2; i++) {
        struct text_pairs set = {0};
        text_pairs_add(&set, study->path, i == 0 ? study->from : study->to);
        comparison_add_variant(comparison, i == 0 ? "a" : "b", &set);
        text_pairs_fini(&set);
    }
    for (size_t round = 1; round <= ROUNDS; round++) {
        add_made_up(comparison, 0, round, trial_of(study, 0));
        add_made_up(comparison, 1, round, trial_of(study, 1));
    }
    judge(comparison);
    return comparison;
}

/* ---- the file ---- */

static void write_remarks(const struct study *study, FILE *out)
{
    struct comparison *comparison = comparison_of(study);

    fprintf(out, "for %s\n", study->ids);
    for (size_t i = 0; i < comparison->remark_count; i++) {
        const struct remark *remark = &comparison->remark[i];
        fprintf(out, "  %s: %s, %s, %s\n    %s\n", remark->id, side_name(remark->side),
                remark_kind_name(remark->kind), certainty_name(remark->certainty), remark->text);
        for (size_t j = 0; j < remark->evidence_count; j++) {
            fprintf(out, "    %s = %.6g\n", remark->evidence[j].metric, remark->evidence[j].value);
        }
    }
    fputc('\n', out);
    comparison_free(comparison);
}

static char *all_lessons(void)
{
    struct grow_stream text;

    grow_stream_open(&text);
    for (size_t i = 0; i < STUDIES; i++) {
        write_remarks(&studies[i], text.out);
    }
    return grow_stream_close(&text);
}

static void lessons_are_those_of_the_file(void **state)
{
    FILE *file = fopen(LESSONS_FILE, "re");
    char *wanted = NULL;
    size_t size = 0;
    char *found = all_lessons();

    (void)state;
    assert_non_null(file);
    assert_true(getdelim(&wanted, &size, '\0', file) > 0);
    fclose(file);
    assert_string_equal(found, wanted);
    free(wanted);
    free(found);
}

static bool has_remark(const struct comparison *comparison, const char *id)
{
    for (size_t i = 0; i < comparison->remark_count; i++) {
        if (strcmp(comparison->remark[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

static void each_study_teaches_what_it_is_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < STUDIES; i++) {
        struct comparison *comparison = comparison_of(&studies[i]);
        char *ids = grow_text(studies[i].ids);
        char *rest = NULL;
        for (char *id = strtok_r(ids, " ", &rest); id != NULL; id = strtok_r(NULL, " ", &rest)) {
            if (!has_remark(comparison, id)) {
                fail_msg("%s: no %s", studies[i].path, id);
            }
        }
        free(ids);
        comparison_free(comparison);
    }
}

static void each_lesson_has_a_study(void **state)
{
    (void)state;
    for (const struct comparison_lesson *row = comparison_lessons; row->id != NULL; row++) {
        bool found = strncmp(row->id, "varied.", 7) != 0; /* of conditions, not of sysctls */
        for (size_t i = 0; i < STUDIES; i++) {
            found = found || strstr(studies[i].ids, row->id) != NULL;
        }
        if (!found) {
            fail_msg("%s has no study", row->id);
        }
    }
}

/* ---- what is not claimed ---- */

static const struct remark *remark_of(const struct comparison *comparison, const char *id)
{
    for (size_t i = 0; i < comparison->remark_count; i++) {
        if (strcmp(comparison->remark[i].id, id) == 0) {
            return &comparison->remark[i];
        }
    }
    fail_msg("no remark %s", id);
    return NULL;
}

/* A variant that sets more than one thing proves none of them. */
static void two_changes_prove_nothing(void **state)
{
    struct comparison *comparison = comparison_new("made-up", true);
    static const char *const values[] = {"0", "1"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct text_pairs set = {0};
        text_pairs_add(&set, studies[0].path, values[i]);
        text_pairs_add(&set, "client.addresses", values[i]);
        comparison_add_variant(comparison, values[i], &set);
        text_pairs_fini(&set);
    }
    for (size_t round = 1; round <= ROUNDS; round++) {
        for (size_t i = 0; i < 2; i++) {
            struct result *result = trial_of(&studies[0], i);
            text_pairs_add(&result->scenario, "client.addresses", values[i]);
            add_made_up(comparison, i, round, result);
        }
    }
    judge(comparison);
    assert_int_equal(remark_of(comparison, "varied.moved")->certainty, CERTAINTY_LIKELY);
    comparison_free(comparison);
}

/* One trial in which a limit was reached is enough for it to have been. */
static void one_trial_tells_otherwise(void **state)
{
    static const struct study study = {.path = "server.sysctl.net.ipv4.tcp_abort_on_overflow",
                                       .from = "0",
                                       .to = "1",
                                       .has = {"server.counter.TcpExtListenOverflows=0 0"}};
    struct comparison *comparison = comparison_of(&study);

    (void)state;
    assert_true(has_remark(comparison, "varied.limit_not_reached"));
    struct result *result = trial_of(&study, 0);
    result->metric[result->metric_count - 1].value = 1;
    add_made_up(comparison, 0, ROUNDS + 1, result);
    judge(comparison);
    assert_false(has_remark(comparison, "varied.limit_not_reached"));
    comparison_free(comparison);
}

/* That two rounds saw nothing is no riddle. */
static void too_few_rounds_are_said(void **state)
{
    struct comparison *comparison = comparison_new("made-up", true);

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct text_pairs set = {0};
        text_pairs_add(&set, studies[0].path, i == 0 ? "0" : "1");
        comparison_add_variant(comparison, i == 0 ? "a" : "b", &set);
        text_pairs_fini(&set);
    }
    for (size_t i = 0; i < 4; i++) {
        struct result *result = made_up(1000, 0);
        text_pairs_add(&result->side[SIDE_CLIENT].sysctl, "net.ipv4.tcp_tw_reuse",
                       i % 2 == 0 ? "0" : "1");
        put_metric(result, "errors.EADDRNOTAVAIL", 180 + (double)i);
        add_made_up(comparison, i % 2, i / 2 + 1, result);
    }
    judge(comparison);
    assert_non_null(strstr(remark_of(comparison, "varied.unmoved")->text, "more rounds may tell"));
    comparison_free(comparison);
}

/* What was not measured is no evidence. */
static void the_unmeasured_is_not_zero(void **state)
{
    static const struct study study = {.path = "server.sysctl.net.ipv4.tcp_abort_on_overflow",
                                       .from = "0",
                                       .to = "1",
                                       .has = {"server.time_wait.peak=1 1"}};
    struct comparison *comparison = comparison_of(&study);

    (void)state;
    assert_int_equal(comparison->remark_count, 1); /* its danger */
    comparison_free(comparison);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lessons_are_those_of_the_file),
        cmocka_unit_test(each_study_teaches_what_it_is_for),
        cmocka_unit_test(each_lesson_has_a_study),
        cmocka_unit_test(two_changes_prove_nothing),
        cmocka_unit_test(one_trial_tells_otherwise),
        cmocka_unit_test(too_few_rounds_are_said),
        cmocka_unit_test(the_unmeasured_is_not_zero),
    };

    if (argc > 1 && strcmp(argv[1], "--write") == 0) {
        FILE *file = fopen(LESSONS_FILE, "we");
        char *text = all_lessons();
        int status = file == NULL || fputs(text, file) < 0 || fclose(file) != 0;
        free(text);
        return status;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
