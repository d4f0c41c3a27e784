#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "whose.h"

/* Whose end a socket is, by its ports: of one host that all share, and of a server's with a proxy.
 */

#define SERVER 8080
#define PROXY  8081
#define OTHER  40000

static unsigned whose_is(const struct sampler_host *host, uint16_t own, uint16_t others)
{
    const struct inet_diag_msg found = {
        .idiag_family = AF_INET, .id = {.idiag_sport = htons(own), .idiag_dport = htons(others)}};

    return whose(host, &found);
}

static void without_ports_all_are_the_sides(void **state)
{
    const struct sampler_host host = {.netns = 3, .side = SIDE_SERVER};

    (void)state;
    assert_int_equal(whose_is(&host, OTHER, PROXY), SIDE_SERVER);
}

static void a_shared_host_has_both_sides(void **state)
{
    const struct sampler_host host = {.netns = -1, .port_count = 1, .port = {SERVER}};

    (void)state;
    assert_int_equal(whose_is(&host, SERVER, OTHER), SIDE_SERVER);
    assert_int_equal(whose_is(&host, OTHER, SERVER), SIDE_CLIENT);
    assert_int_equal(whose_is(&host, OTHER, PROXY), ENDS_N);
    assert_int_equal(whose_is(&host, OTHER, 0), ENDS_N);
}

static void a_proxy_has_two_ends(void **state)
{
    const struct sampler_host shared = {
        .netns = -1, .port_count = 1, .port = {SERVER}, .front = PROXY};
    const struct sampler_host servers = {
        .netns = 3, .port_count = 1, .port = {SERVER}, .front = PROXY, .side = SIDE_SERVER};
    const struct sampler_host *const hosts[] = {&shared, &servers};

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(whose_is(hosts[i], SERVER, OTHER), SIDE_SERVER);
        assert_int_equal(whose_is(hosts[i], SERVER, 0), SIDE_SERVER);
        assert_int_equal(whose_is(hosts[i], OTHER, SERVER), SIDE_BACK);
        assert_int_equal(whose_is(hosts[i], PROXY, OTHER), SIDE_FRONT);
        assert_int_equal(whose_is(hosts[i], PROXY, 0), SIDE_FRONT);
        assert_int_equal(whose_is(hosts[i], OTHER, OTHER), ENDS_N);
    }
    assert_int_equal(whose_is(&shared, OTHER, PROXY), SIDE_CLIENT);
    assert_int_equal(whose_is(&servers, OTHER, PROXY), ENDS_N); /* the client has its own host */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_ports_all_are_the_sides),
        cmocka_unit_test(a_shared_host_has_both_sides),
        cmocka_unit_test(a_proxy_has_two_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
