#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "finwait/error.h"
#include "finwait/kernel_errno.h"

static void rows_are_whole_and_in_order(void **state)
{
    (void)state;
    assert_true(errno_count > 10);
    for (size_t i = 0; i < errno_count; i++) {
        const struct errno_info *info = &errno_table[i];
        assert_in_range(info->errnum, 1, ERRNO_LIMIT - 1);
        assert_true(info->meaning[0] != '\0' && info->calls[0] != '\0');
        assert_ptr_equal(errno_info(info->errnum), info);
        if (i > 0) {
            assert_true(strcmp(errno_name(info[-1].errnum), errno_name(info->errnum)) < 0);
        }
    }
}

/* What is told of an errno with several causes tells them apart; one cause alone is the meaning. */
static void causes_come_with_what_tells_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < errno_count; i++) {
        const struct errno_cause *cause = errno_table[i].cause;
        size_t count = 0;
        for (; count < ERRNO_CAUSES && cause[count].cause != NULL; count++) {
            assert_true(cause[count].cause[0] != '\0');
            assert_true(cause[count].told != NULL && cause[count].told[0] != '\0');
            for (size_t other = 0; other < count; other++) {
                assert_string_not_equal(cause[count].told, cause[other].told);
            }
        }
        assert_int_not_equal(count, 1);
        for (; count < ERRNO_CAUSES; count++) {
            assert_null(cause[count].cause);
        }
    }
}

static void what_has_several_causes_claims_none(void **state)
{
    (void)state;
    assert_non_null(strstr(errno_meaning(EADDRNOTAVAIL), "port"));
    assert_non_null(strstr(errno_meaning(EADDRNOTAVAIL), "address"));
    assert_true(errno_info(EADDRNOTAVAIL)->cause[1].cause != NULL);
    assert_true(errno_info(ENOTCONN)->cause[1].cause != NULL);
}

static void others_have_the_c_librarys_text(void **state)
{
    (void)state;
    assert_null(errno_info(EXDEV));
    assert_null(errno_info(0));
    assert_null(errno_info(-1));
    assert_string_equal(errno_meaning(EXDEV), strerrordesc_np(EXDEV));
    assert_string_equal(errno_meaning(4095), "");
    assert_string_equal(errno_meaning(-1), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_whole_and_in_order),
        cmocka_unit_test(causes_come_with_what_tells_them),
        cmocka_unit_test(what_has_several_causes_claims_none),
        cmocka_unit_test(others_have_the_c_librarys_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
