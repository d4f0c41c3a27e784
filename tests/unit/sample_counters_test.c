#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "counters.h"
#include "proc_net.h"

/* As a kernel wrote them, shortened. */
static const char snmp[] =
    "Ip: Forwarding DefaultTTL InReceives\n"
    "Ip: 2 64 831\n"
    "IcmpMsg: InType3\n"
    "IcmpMsg: 1\n"
    "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens OutRsts InCsumErrors\n"
    "Tcp: 1 200 120000 -1 13 2 0\n";
static const char netstat[] = "TcpExt: SyncookiesSent TW TWRecycled TCPAbortOnData\n"
                              "TcpExt: 0 100000 7 3\n"
                              "IpExt: InNoRoutes InOctets\n"
                              "IpExt: 0 18446744073709551615\n";
static const char sockstat[] = "sockets: used 16\n"
                               "TCP: inuse 1 orphan 0 tw 59992 alloc 1 mem 38\n"
                               "UDP: inuse 0 mem 0\n"
                               "FRAG: inuse 0 memory 0\n";

static uint64_t after(const struct counters *counters, const char *name)
{
    const struct counter *counter = counters_find(counters, name);

    if (counter == NULL) {
        fail_msg("no counter %s", name);
        return 0;
    }
    return counter->after;
}

static void test_names_are_those_of_nstat(void **state)
{
    struct counters counters = {0};

    (void)state;
    assert_int_equal(counters_parse(&counters, snmp), 0);
    assert_int_equal(counters_parse(&counters, netstat), 0);
    assert_int_equal(counters.count, 3 + 1 + 7 + 4 + 2);
    assert_int_equal(after(&counters, "TcpOutRsts"), 2);
    assert_int_equal(after(&counters, "TcpExtTW"), 100000);
    assert_int_equal(after(&counters, "TcpExtTWRecycled"), 7);
    assert_int_equal(after(&counters, "IcmpMsgInType3"), 1);
    assert_int_equal(after(&counters, "IpInReceives"), 831);
    assert_null(counters_find(&counters, "Tcp:"));
    counters_fini(&counters);
}

static void test_all_64_bits(void **state)
{
    struct counters counters = {0};

    (void)state;
    assert_int_equal(counters_parse(&counters, snmp), 0);
    assert_int_equal(counters_parse(&counters, netstat), 0);
    assert_true(after(&counters, "IpExtInOctets") == UINT64_MAX);
    assert_true((int64_t)after(&counters, "TcpMaxConn") == -1);
    counters_fini(&counters);
}

static void test_before_stays_and_new_ones_begin_at_zero(void **state)
{
    struct counters counters = {0};

    (void)state;
    assert_int_equal(counters_parse(&counters, "Tcp: A B\nTcp: 1 2\n"), 0);
    counters_mark(&counters);
    assert_int_equal(
        counters_parse(&counters, "IcmpMsg: InType8\nIcmpMsg: 9\nTcp: A B\nTcp: 11 22\n"), 0);
    assert_int_equal(counters.count, 3);
    assert_int_equal(counters_find(&counters, "TcpA")->before, 1);
    assert_int_equal(after(&counters, "TcpA"), 11);
    assert_int_equal(counters_find(&counters, "TcpB")->before, 2);
    assert_int_equal(after(&counters, "TcpB"), 22);
    assert_int_equal(counters_find(&counters, "IcmpMsgInType8")->before, 0);
    assert_int_equal(after(&counters, "IcmpMsgInType8"), 9);
    counters_fini(&counters);
}

static void test_what_has_no_value_is_absent(void **state)
{
    static const struct {
        const char *text;
        size_t count;
    } cases[] = {
        {"", 0},
        {"\n\n\n", 0},
        {"Tcp: A B C\nTcp: 1 2", 2},
        {"Tcp: A\nTcp: 1 2 3\n", 1},
        {"Tcp: A B\n", 0},
        {"Tcp: A B\nUdp: 1 2\n", 0},
        {"Tcp: A B\nUdp: X\nUdp: 1\n", 1},
        {"Tcp: A B\njunk\nTcp: 1 2\n", 0},
        {"Tcp: A B\nTcp: x 2\n", 1},
        {"Tcp: A B\nTcp: 1x 2\n", 1},
        {"Tcp: A B\nTcp: - 2\n", 1},
        {"Tcp: A B\nTcp: --1 2\n", 1},
        {"Tcp: A B\nTcp: +1 2\n", 1},
        {"Tcp: A B\nTcp: 18446744073709551616 2\n", 1},
        {"Tcp: A B\nTcp: -9223372036854775809 2\n", 1},
        {"Tcp: A B\nTcp: 99999999999999999999999999999999 2\n", 1},
        {"Tcp:   A   B  \nTcp:  1  2  \n", 2},
        {":\n: 1\n", 0},
        {": A\n: 1\n", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct counters counters = {0};
        assert_int_equal(counters_parse(&counters, cases[i].text), 0);
        if (counters.count != cases[i].count) {
            fail_msg("%zu counters, not %zu, in: %s", counters.count, cases[i].count,
                     cases[i].text);
        }
        counters_fini(&counters);
    }
}

/* A name is kept whole or not at all. */
static void test_longest_name(void **state)
{
    static const char text[] = "Tcp: %0*d B\nTcp: 1 2\n";
    const int longest = sizeof((struct counter *)NULL)->name - sizeof "Tcp";

    (void)state;
    for (int over = 0; over < 2; over++) {
        struct counters counters = {0};
        char line[128];
        snprintf(line, sizeof line, text, longest + over, 7);
        assert_int_equal(counters_parse(&counters, line), 0);
        assert_int_equal(counters.count, over ? 1 : 2);
        assert_int_equal(after(&counters, "TcpB"), 2);
        counters_fini(&counters);
    }
}

/* However it is cut, a text yields no counter the whole one has not, and no wrong name. */
static void test_any_truncation(void **state)
{
    struct counters whole = {0};

    (void)state;
    assert_int_equal(counters_parse(&whole, snmp), 0);
    for (size_t length = 0; length < sizeof snmp; length++) {
        struct counters part = {0};
        char *text = strndup(snmp, length);
        assert_int_equal(counters_parse(&part, text), 0);
        assert_true(part.count <= whole.count);
        for (size_t i = 0; i < part.count; i++) {
            assert_non_null(counters_find(&whole, part.item[i].name));
        }
        counters_fini(&part);
        free(text);
    }
    counters_fini(&whole);
}

/* Many columns: the table grows, and stops growing. */
static void test_more_columns_than_any_kernel_has(void **state)
{
    enum { COLUMNS = 5000 };
    struct counters counters = {0};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    fputs("X:", out);
    for (int i = 0; i < COLUMNS; i++) {
        fprintf(out, " c%d", i);
    }
    fputs("\nX:", out);
    for (int i = 0; i < COLUMNS; i++) {
        fprintf(out, " %d", i);
    }
    fclose(out);
    assert_int_equal(counters_parse(&counters, text), 0);
    assert_in_range(counters.count, 1000, COLUMNS);
    assert_int_equal(after(&counters, "Xc0"), 0);
    assert_int_equal(after(&counters, "Xc999"), 999);
    counters_fini(&counters);
    free(text);
}

static void test_sockstat(void **state)
{
    (void)state;
    assert_int_equal(sockstat_parse(sockstat, "TCP:", " tw "), 59992);
    assert_int_equal(sockstat_parse("TCP: inuse 1 tw 0", "TCP:", " tw "), 0);
    assert_int_equal(sockstat_parse("", "TCP:", " tw "), -1);
    assert_int_equal(sockstat_parse("UDP: tw 3\n", "TCP:", " tw "), -1);
    assert_int_equal(sockstat_parse("TCP: inuse 1\nUDP: tw 3\n", "TCP:", " tw "), -1);
    assert_int_equal(sockstat_parse("TCP: inuse 1 tw ", "TCP:", " tw "), -1);
    assert_int_equal(sockstat_parse("TCP: inuse 1 tw\nUDP: inuse 0\n", "TCP:", " tw "), -1);
    assert_int_equal(sockstat_parse("TCP: tw -5 alloc 1\n", "TCP:", " tw "), -1);
    assert_int_equal(sockstat_parse("TCP: tw 99999999999999999999\n", "TCP:", " tw "), -1);
    assert_int_equal(sockstat_parse("xTCP: tw 5\n", "TCP:", " tw "), -1);
}

static void test_this_kernel(void **state)
{
    struct counter_files files;
    struct counters counters = {0};
    struct error error;

    (void)state;
    assert_int_equal(counter_files_open(&files, &error), 0);
    assert_int_equal(counters_read(&counters, &files, &error), 0);
    assert_int_equal(after(&counters, "TcpRtoMin"), 200);
    assert_true((int64_t)after(&counters, "TcpMaxConn") == -1);
    assert_non_null(counters_find(&counters, "TcpExtTW"));
    assert_non_null(counters_find(&counters, "TcpExtTCPTimeWaitOverflow"));
    assert_non_null(counters_find(&counters, "IpExtInOctets"));
    size_t count = counters.count;
    assert_int_equal(counters_read(&counters, &files, &error), 0);
    assert_int_equal(counters.count, count);
    counter_files_close(&files);
    counters_fini(&counters);
}

/* A longer file than the first buffer holds, read whole and again from the start. */
static void test_long_file(void **state)
{
    enum { LINES = 9000 };
    FILE *file = tmpfile();

    (void)state;
    assert_non_null(file);
    for (int i = 0; i < LINES; i++) {
        fprintf(file, "%09d\n", i);
    }
    fflush(file);
    for (int round = 0; round < 2; round++) {
        char *text = proc_net_read(fileno(file));
        assert_non_null(text);
        assert_int_equal(strlen(text), LINES * 10);
        assert_memory_equal(text, "000000000\n", 10);
        free(text);
    }
    fclose(file);
    assert_null(proc_net_read(-1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_those_of_nstat),
        cmocka_unit_test(test_all_64_bits),
        cmocka_unit_test(test_before_stays_and_new_ones_begin_at_zero),
        cmocka_unit_test(test_what_has_no_value_is_absent),
        cmocka_unit_test(test_longest_name),
        cmocka_unit_test(test_any_truncation),
        cmocka_unit_test(test_more_columns_than_any_kernel_has),
        cmocka_unit_test(test_sockstat),
        cmocka_unit_test(test_this_kernel),
        cmocka_unit_test(test_long_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
