#include <errno.h>
#include <linux/inet_diag.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stood.h"

static struct inet_diag_msg with_cookie(uint64_t cookie)
{
    return (struct inet_diag_msg){
        .id.idiag_cookie = {(uint32_t)cookie, (uint32_t)(cookie >> 32)},
    };
}

static void none_stood(void **state)
{
    struct inet_diag_msg found = with_cookie(1);
    struct stood stood = {.slots = 0};

    (void)state;
    assert_false(stood_has(&stood, &found));
    stood_fini(&stood);
}

/* Neighbours, and numbers that differ in one half alone. */
static void those_that_stood_and_no_others(void **state)
{
    enum { MANY = 5000 };
    static const uint64_t base[] = {1, UINT64_C(1) << 32, UINT64_C(0xffffffff00000000)};
    struct stood stood = {.slots = 0};

    (void)state;
    for (uint64_t i = 0; i < MANY; i++) {
        struct inet_diag_msg found = with_cookie(base[i % 3] + 2 * i);
        assert_int_equal(stood_add(&stood, &found), 1);
        assert_int_equal(stood_add(&stood, &found), 0);
    }
    assert_int_equal(stood.count, MANY);
    for (uint64_t i = 0; i < MANY; i++) {
        struct inet_diag_msg found = with_cookie(base[i % 3] + 2 * i);
        struct inet_diag_msg other = with_cookie(base[i % 3] + 2 * i + 1);
        assert_true(stood_has(&stood, &found));
        assert_false(stood_has(&stood, &other));
    }
    stood_fini(&stood);
}

static void there_is_a_bound(void **state)
{
    struct stood stood = {.slots = 0};
    struct inet_diag_msg found;

    (void)state;
    for (uint64_t cookie = 1; cookie <= STOOD_MAX; cookie++) {
        found = with_cookie(cookie);
        assert_int_equal(stood_add(&stood, &found), 1);
    }
    assert_int_equal(stood_add(&stood, &found), 0);
    found = with_cookie(STOOD_MAX + 1);
    assert_int_equal(stood_add(&stood, &found), -1);
    assert_int_equal(errno, EOVERFLOW);
    assert_false(stood_has(&stood, &found));
    assert_true(stood.slots * sizeof *stood.slot <= 16 << 20);
    stood_fini(&stood);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_stood),
        cmocka_unit_test(those_that_stood_and_no_others),
        cmocka_unit_test(there_is_a_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
