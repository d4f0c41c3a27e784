#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "finwait/kernel_state.h"
#include "finwait/kernel_sysctl.h"
#include "kernel_testing.h"

static void rows_are_whole_and_told_once(void **state)
{
    (void)state;
    assert_true(sysctl_count > 40);
    for (size_t i = 0; i < sysctl_count; i++) {
        const struct sysctl_info *info = &sysctl_table[i];
        assert_int_equal(strncmp(info->name, "net.", 4), 0);
        assert_true(info->meaning[0] != '\0' && info->value[0] != '\0');
        assert_true(info->source[0] != '\0');
        assert_true(info->numbers <= 3 && info->min <= info->max);
        assert_ptr_equal(sysctl_info(info->name), info);
    }
}

/* A default in digits is a value that the sysctl takes. */
static void defaults_are_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < sysctl_count; i++) {
        const struct sysctl_info *info = &sysctl_table[i];
        struct error error;
        if (info->value[strspn(info->value, "-0123456789 ")] == '\0') {
            assert_int_equal(sysctl_check(info->name, info->value, &error), 0);
        }
    }
}

static void values_are_those_of_the_kernel(void **state)
{
    static const struct {
        const char *name, *value, *hint; /* NULL: it is taken */
    } rows[] = {
        {"net.ipv4.tcp_syn_retries", "1", NULL},
        {"net.ipv4.tcp_syn_retries", " 0x7f ", NULL},
        {"net.ipv4.tcp_syn_retries", "0", "it takes 1 to 127 (times); its default is 6"},
        {"net.ipv4.tcp_syn_retries", "128", "1 to 127"},
        {"net.ipv4.tcp_syn_retries", "+6", "1 to 127"},
        {"net.ipv4.tcp_syn_retries", "6s", "1 to 127"},
        {"net.ipv4.tcp_syn_retries", "", "1 to 127"},
        {"net.ipv4.tcp_syn_retries", "6 6", "1 to 127"},
        {"net.ipv4.tcp_fin_timeout", "60", NULL},
        {"net.ipv4.tcp_fin_timeout", "99999999999999999999", "(s)"},
        {"net.ipv4.tcp_tw_reuse", "3", "0 to 2"},
        {"net.ipv4.ip_local_port_range", "20000 20000", NULL},
        {"net.ipv4.ip_local_port_range", "20000 30000", NULL},
        {"net.ipv4.ip_local_port_range", "30000 20000", "low to high"},
        {"net.ipv4.ip_local_port_range", "20000", "2 numbers of 1 to 65535"},
        {"net.ipv4.ip_local_port_range", "20000-30000", "2 numbers"},
        {"net.ipv4.ip_local_port_range", "20000 65536", "2 numbers"},
        {"net.ipv4.tcp_rmem", "4096 2048 1", NULL},
        {"net.ipv4.tcp_rmem", "4096 131072", "3 numbers"},
        {"net.ipv4.tcp_mem", "1 2 99999999999", NULL},
        {"net.ipv4.ip_local_reserved_ports", "80,90-95", NULL},
        {"net.ipv4.of_a_kernel_to_come", "what it likes", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct error error = {0};
        int refused = sysctl_check(rows[i].name, rows[i].value, &error);
        assert_int_equal(refused, rows[i].hint == NULL ? 0 : -1);
        if (refused != 0 && rows[i].hint != NULL) {
            assert_int_equal(error.status, STATUS_USAGE);
            assert_non_null(strstr(error.what, rows[i].name));
            assert_non_null(strstr(error.hint, rows[i].hint));
        }
    }
}

/* What is not known to be a namespace's own is not set in a lab. */
static void scopes_are_known(void **state)
{
    static const struct {
        const char *name, *hint; /* NULL: a host's own */
    } rows[] = {
        {"net.ipv4.tcp_fin_timeout", NULL},
        {"net.ipv4.of_a_kernel_to_come", NULL},
        {"net.ipv4.conf.link.rp_filter", NULL},
        {"net.ipv6.conf.all.disable_ipv6", NULL},
        {"net.ipv4.neigh.link.gc_stale_time", NULL},
        {"net.ipv4.route.min_pmtu", NULL},
        {"net.core.somaxconn", NULL},
        {"net.unix.max_dgram_qlen", NULL},
        {"net.netfilter.nf_conntrack_tcp_timeout_time_wait", NULL},
        {"net.netfilter.nf_hooks_lwtunnel", "whole machine"},
        {"net.netfilter.nf_log.2", "whole machine"},
        {"net.nf_conntrack_max", "whole machine"},
        {"net.ipv4.tcp_mem", "whole machine"},
        {"net.ipv4.tcp_ehash_entries", "to read only"},
        {"net.netfilter.nf_conntrack_count", "to read only"},
        {"net.netfilter.nf_conntrack_max", "whole machine"},
        {"net.ipv4.tcp_tw_recycle", "NAT"},
        {"net.ipv4.netfilter.ip_conntrack_tcp_timeout_time_wait", "is its name"},
        {"net.core.rmem_max", "whole machine"},
        {"net.ipv4.conf.all.", "whole machine"},
        {"net.ipv4.conf.all.rp_filter.", "whole machine"},
        {"net.ipv4.conf.all.a.b", "whole machine"},
        {"net.ipv4.conf.all.kernel.panic", "whole machine"},
        {"net/ipv4/tcp_fin_timeout", "did you mean net.ipv4.tcp_fin_timeout?"},
        {"net.ipv44.tcp_fin_timeout", "did you mean net.ipv4.tcp_fin_timeout?"},
        {"kernel.panic", "whole machine"},
        {"net.ipv4", "whole machine"},
        {"", "whole machine"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct error error = {0};
        int refused = sysctl_check_scope(rows[i].name, &error);
        if (refused != (rows[i].hint == NULL ? 0 : -1)) {
            fail_msg("%s", rows[i].name);
        }
        if (refused != 0 && rows[i].hint != NULL) {
            assert_int_equal(error.status, STATUS_USAGE);
            assert_non_null(strstr(error.hint, rows[i].hint));
        }
    }
}

/* ---- what is said of them ---- */

static void a_danger_is_in_bounds_and_has_its_source(void **state)
{
    (void)state;
    for (size_t i = 0; i < sysctl_count; i++) {
        const struct sysctl_info *info = &sysctl_table[i];
        const struct sysctl_danger *danger = &info->danger;
        assert_true(info->myth == NULL || info->myth[strlen(info->myth) - 1] != '.');
        if (danger->what != NULL) {
            assert_true(danger->low >= info->min && danger->low <= danger->high);
            assert_true(danger->high <= info->max && info->numbers > 0);
            assert_true(danger->what[strlen(danger->what) - 1] != '.');
            assert_true(danger->source[0] != '\0');
            assert_null(sysctl_danger(info, info->value));
        }
    }
}

static void values_are_dangerous_or_not(void **state)
{
    static const struct {
        const char *name, *value, *source; /* NULL: no danger */
    } rows[] = {
        {"net.ipv4.tcp_timestamps", "0", "RFC 7323"},
        {"net.ipv4.tcp_timestamps", "2", NULL},
        {"net.ipv4.tcp_max_tw_buckets", "0x10", "RFC 1337"},
        {"net.ipv4.tcp_max_tw_buckets", "262144", NULL},
        {"net.ipv4.tcp_max_tw_buckets", "-1", NULL},
        {"net.ipv4.tcp_orphan_retries", "0", NULL},
        {"net.ipv4.tcp_orphan_retries", "3", "RFC 1122"},
        {"net.ipv4.ip_local_port_range", "1024 65535", "inet_csk_get_port"},
        {"net.ipv4.ip_local_port_range", "32768 60999", NULL},
        {"net.ipv4.ip_local_port_range", "", NULL},
        {"net.netfilter.nf_conntrack_tcp_timeout_established", "600", "RFC 5382"},
        {"net.ipv4.of_a_kernel_to_come", "0", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct sysctl_danger *danger =
            sysctl_danger(sysctl_info(rows[i].name), rows[i].value);
        if ((danger != NULL) != (rows[i].source != NULL)) {
            fail_msg("%s = %s", rows[i].name, rows[i].value);
        }
        if (danger != NULL && rows[i].source != NULL) {
            assert_non_null(strstr(danger->source, rows[i].source));
        }
    }
}

static void a_name_is_known_by_its_end_or_nearly(void **state)
{
    static const struct {
        const char *word, *name; /* NULL: none is near */
    } rows[] = {
        {"tcp_tw_reuse", "net.ipv4.tcp_tw_reuse"},
        {"ipv4.tcp_tw_reuse", "net.ipv4.tcp_tw_reuse"},
        {"net.ipv4.tcp_tw_reuse", "net.ipv4.tcp_tw_reuse"},
        {"tcp_tw_resue", "net.ipv4.tcp_tw_reuse"},
        {"core.somaxcon", "net.core.somaxconn"},
        {"net.ip4.tcp_tw_reuse", "net.ipv4.tcp_tw_reuse"},
        {"somaxconn", "net.core.somaxconn"},
        {"nf_conntrack_tcp_timeout_close", "net.netfilter.nf_conntrack_tcp_timeout_close"},
        {"reuse", NULL},
        {"", NULL},
        {".", NULL},
        {"net.ipv4.", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *name = sysctl_meant(rows[i].word);
        if (name == NULL ? rows[i].name != NULL
                         : rows[i].name == NULL || strcmp(name, rows[i].name) != 0) {
            fail_msg("%s: %s", rows[i].word, name != NULL ? name : "none");
        }
    }
}

static void the_retired_have_a_story_and_no_row(void **state)
{
    (void)state;
    assert_string_equal(sysctl_retired("tcp_tw_recycle")->gone, "4.12");
    assert_non_null(sysctl_retired("net.ipv4.tcp_tw_recycle"));
    assert_null(sysctl_info("net.ipv4.tcp_tw_recycle"));
    assert_null(sysctl_retired("tcp_tw_reuse"));
    assert_null(sysctl_retired(""));
}

static void numbers_are_read_as_the_kernel_does(void **state)
{
    (void)state;
    assert_int_equal(sysctl_number("60", 0), 60);
    assert_int_equal(sysctl_number(" 0x10 ", 0), 16);
    assert_int_equal(sysctl_number("-1", 0), -1);
    assert_int_equal(sysctl_number("4096 131072  6291456", 2), 6291456);
    assert_int_equal(sysctl_number("4096", 1), 0);
    assert_int_equal(sysctl_number("off", 0), 0);
}

/* ---- the code names no other ---- */

static size_t named;

/* Of a row, or of a folder that has some: "net.ipv6.conf". */
static bool is_known(const char *name)
{
    size_t length = strlen(name);
    bool folder = false;

    for (size_t i = 0; i < sysctl_count; i++) {
        folder |=
            strncmp(sysctl_table[i].name, name, length) == 0 && sysctl_table[i].name[length] == '.';
    }
    return folder || sysctl_info(name) != NULL || sysctl_retired(name) != NULL;
}

static void look_up(const char *path, const char *text, const char *group)
{
    for (const char *at = strstr(text, group); at != NULL; at = strstr(at + 1, group)) {
        char name[96];
        size_t length = strlen(group);
        while (isalnum((unsigned char)at[length]) || at[length] == '_' ||
               (at[length] == '.' && islower((unsigned char)at[length + 1]))) {
            length++;
        }
        if (!kernel_begins(text, at) || !islower((unsigned char)at[strlen(group)]) ||
            strncmp(at + length, ".*", 2) == 0) {
            continue;
        }
        snprintf(name, sizeof name, "%.*s", (int)length, at);
        if (!is_known(name)) {
            fail_msg("%s names %s, which has no row in src/kernel/sysctls.c", path, name);
        }
        named++;
    }
}

static void look_up_all(const char *path, const char *text)
{
    look_up(path, text, "net.ipv4.");
    look_up(path, text, "net.ipv6.");
    look_up(path, text, "net.core.");
}

static void what_the_code_names_has_a_row(void **state)
{
    (void)state;
    kernel_each_source(look_up_all);
    assert_true(named > sysctl_count);
}

/* "core.somaxconn, tcp_retries2 (shut down only)": without net. or net.ipv4. */
static void what_bounds_a_state_has_a_row(void **state)
{
    (void)state;
    for (unsigned i = 1; i < TCP_STATE_N; i++) {
        const char *at = state_table[i].sysctl;
        while (*at != '\0') {
            char name[96];
            int length = (int)strcspn(at, ", ");
            snprintf(name, sizeof name, "net.%s%.*s", strchr(at, '.') == at + 4 ? "" : "ipv4.",
                     length, at);
            if (strncmp(at, "tcp_", 4) == 0 || strncmp(at, "core.", 5) == 0) {
                assert_non_null(sysctl_info(name));
            }
            at += length;
            at += strspn(at, ", ");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_whole_and_told_once),
        cmocka_unit_test(defaults_are_taken),
        cmocka_unit_test(values_are_those_of_the_kernel),
        cmocka_unit_test(a_danger_is_in_bounds_and_has_its_source),
        cmocka_unit_test(values_are_dangerous_or_not),
        cmocka_unit_test(a_name_is_known_by_its_end_or_nearly),
        cmocka_unit_test(the_retired_have_a_story_and_no_row),
        cmocka_unit_test(scopes_are_known),
        cmocka_unit_test(numbers_are_read_as_the_kernel_does),
        cmocka_unit_test(what_the_code_names_has_a_row),
        cmocka_unit_test(what_bounds_a_state_has_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
