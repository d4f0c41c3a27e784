#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "finwait/kernel_state.h"

static void states_have_the_kernels_names(void **state)
{
    (void)state;
    assert_string_equal(tcp_state_name(TCP_STATE_TIME_WAIT), "time_wait");
    for (unsigned i = 1; i < TCP_STATE_N; i++) {
        assert_non_null(tcp_state_name((enum tcp_state)i));
    }
    assert_null(tcp_state_name((enum tcp_state)0));
    assert_null(tcp_state_name(TCP_STATE_N));
}

static void every_state_is_told_of(void **state)
{
    (void)state;
    for (unsigned i = 1; i < TCP_STATE_N; i++) {
        const struct state_info *info = &state_table[i];
        assert_true(info->meaning != NULL && info->meaning[0] != '\0');
        assert_true(info->lasts != NULL && info->lasts[0] != '\0');
        assert_true(info->sysctl != NULL && info->sockopt != NULL);
        assert_true(info->scenario[SIDE_CLIENT] != NULL || info->scenario[SIDE_SERVER] != NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_have_the_kernels_names),
        cmocka_unit_test(every_state_is_told_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
