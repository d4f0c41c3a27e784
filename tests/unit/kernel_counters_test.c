#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "finwait/kernel_counter.h"
#include "kernel_testing.h"

static void rows_are_whole_and_told_once(void **state)
{
    (void)state;
    assert_true(counter_count > 50);
    for (size_t i = 0; i < counter_count; i++) {
        const struct counter_info *info = &counter_table[i];
        assert_true(info->meaning[0] != '\0' && info->source[0] != '\0');
        assert_non_null(strstr(info->source, "()"));
        /* A line of the report has 100 columns, 22 of them for what was counted. */
        assert_true(!info->told || (strlen(info->name) <= 25 && strlen(info->meaning) <= 53));
        assert_ptr_equal(counter_info(info->name), info);
        for (size_t other = 0; other < i; other++) {
            assert_string_not_equal(counter_table[other].meaning, info->meaning);
        }
    }
}

static void others_have_no_meaning(void **state)
{
    (void)state;
    assert_null(counter_info("TcpExtTCPNoSuchThing"));
    assert_null(counter_info("tcpexttw"));
    assert_string_equal(counter_meaning("TcpExtTCPNoSuchThing"), "");
    assert_string_equal(counter_meaning("TcpExtTW"), counter_info("TcpExtTW")->meaning);
}

static void senses_are_words(void **state)
{
    (void)state;
    assert_string_equal(counter_sense_name(counter_info("TcpExtTCPTimeWaitOverflow")->sense),
                        "worse");
    assert_string_equal(counter_sense_name(counter_info("TcpExtTW")->sense), "-");
    assert_string_equal(counter_sense_name(COUNTER_BETTER), "better");
}

static void slips_are_told_from_counters_of_other_kernels(void **state)
{
    static const struct {
        const char *name, *meant;
    } rows[] = {
        {"TCPTimeWaitOverflow", "TcpExtTCPTimeWaitOverflow"},
        {"TcpExtTCPTimewaitOverflow", "TcpExtTCPTimeWaitOverflow"},
        {"tw", "TcpExtTW"},
        {"OutRsts", "TcpOutRsts"},
        {"inoctets", "IpExtInOctets"},
        {"TcpExtTW", NULL},
        {"TcpExtTWx", NULL},
        {"TcpExtOfAKernelToCome", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *meant = counter_meant(rows[i].name);
        assert_int_equal(meant == NULL, rows[i].meant == NULL);
        if (meant != NULL && rows[i].meant != NULL) {
            assert_string_equal(meant, rows[i].meant);
        }
    }
}

/* ---- the code names no other ---- */

static size_t named;

static void look_up(const char *path, const char *text, const char *group)
{
    for (const char *at = strstr(text, group); at != NULL; at = strstr(at + 1, group)) {
        char name[64];
        size_t length = strlen(group);
        while (isalnum((unsigned char)at[length]) && length < sizeof name - 1) {
            length++;
        }
        if (!kernel_begins(text, at) || !isupper((unsigned char)at[strlen(group)])) {
            continue;
        }
        snprintf(name, sizeof name, "%.*s", (int)length, at);
        if (strcmp(name, "TcpExt") != 0 && counter_info(name) == NULL) {
            fail_msg("%s names %s, which has no row in src/kernel/counters.c", path, name);
        }
        named++;
    }
}

static void look_up_all(const char *path, const char *text)
{
    look_up(path, text, "Tcp");
    look_up(path, text, "IpExt");
}

static void what_the_code_names_has_a_row(void **state)
{
    (void)state;
    kernel_each_source(look_up_all);
    assert_true(named > counter_count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_whole_and_told_once),
        cmocka_unit_test(others_have_no_meaning),
        cmocka_unit_test(senses_are_words),
        cmocka_unit_test(slips_are_told_from_counters_of_other_kernels),
        cmocka_unit_test(what_the_code_names_has_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
