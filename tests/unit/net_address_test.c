#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "finwait/address.h"

static struct address parse(const char *text)
{
    struct address address;
    struct error error;

    assert_int_equal(address_parse(&address, text, &error), 0);
    return address;
}

static void assert_text(const struct address *address, const char *expected)
{
    char text[ADDRESS_TEXT];

    assert_ptr_equal(address_format(text, sizeof text, address), text);
    assert_string_equal(text, expected);
}

static void what_is_parsed_is_written_back(void **state)
{
    static const char *const texts[] = {
        "127.0.0.1:8080",
        "0.0.0.0:0",
        "255.255.255.255:65535",
        "[::1]:8080",
        "[::]:1",
        "[fd00::1:2]:443",
        "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535",
        "[::ffff:255.255.255.255]:65535",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct address address = parse(texts[i]);
        assert_text(&address, texts[i]);
    }
}

static void an_address_is_ready_for_the_kernel(void **state)
{
    struct address v4 = parse("127.0.0.1:8080");
    struct address v6 = parse("[::1]:8080");

    (void)state;
    assert_int_equal(address_family(&v4), AF_INET);
    assert_int_equal(v4.length, sizeof(struct sockaddr_in));
    assert_int_equal(v4.in.sin_port, htons(8080));
    assert_int_equal(v4.in.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    assert_int_equal(address_family(&v6), AF_INET6);
    assert_int_equal(v6.length, sizeof(struct sockaddr_in6));
    assert_int_equal(v6.in6.sin6_port, htons(8080));
    assert_memory_equal(&v6.in6.sin6_addr, &in6addr_loopback, sizeof in6addr_loopback);
    assert_int_equal(v6.in6.sin6_scope_id, 0);
}

static void what_is_no_address_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        ":",
        ":80",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "127.0.0.1:100000",
        "127.0.0.1:-1",
        "127.0.0.1:+1",
        "127.0.0.1:8o",
        "127.0.0.1: 80",
        "127.0.0.1:80 ",
        "127.0.0:80",
        "256.0.0.1:80",
        "localhost:80",
        "[127.0.0.1]:80",
        "::1:80",
        "[::1]",
        "[::1:80",
        "[]:80",
        "[:80",
        "[::1]x:80",
        "[fe80::1%eth0]:80",
        "[00000000000000000000000000000000000000000000000000000000000000000001]:80",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct address address;
        struct error error = {0};
        assert_int_equal(address_parse(&address, texts[i], &error), -1);
        assert_int_equal(error.status, STATUS_USAGE);
        assert_non_null(strstr(error.what, texts[i]));
        assert_true(error.hint[0] != '\0');
    }
}

static void localhost_is_loopback_of_either_family(void **state)
{
    static const char *const names[] = {"localhost:8080", "LocalHost:8080", "localhost.:8080",
                                        "app.localhost:8080", "a.b.localhost.:8080"};
    static const char *const others[] = {"",
                                         "localhost",
                                         "localhost:",
                                         "localhost:80x",
                                         ":80",
                                         "localhos:80",
                                         "localhost.net:8080",
                                         "notlocalhost:80",
                                         "127.0.0.1:1",
                                         "localhost..:1",
                                         "[localhost]:80",
                                         "localhost6:80"};
    struct address address;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(address_of_localhost(&address, AF_INET, names[i]), 0);
        assert_text(&address, "127.0.0.1:8080");
        assert_int_equal(address_of_localhost(&address, AF_INET6, names[i]), 0);
        assert_text(&address, "[::1]:8080");
        assert_true(address_is_loopback(&address));
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (address_of_localhost(&address, AF_INET, others[i]) == 0) {
            fail_msg("\"%s\" was taken for localhost", others[i]);
        }
    }
}

static void ports_are_set_and_read(void **state)
{
    struct address v4 = parse("10.0.0.1:1");
    struct address v6 = parse("[fd00::1]:1");

    (void)state;
    address_set_port(&v4, 65535);
    address_set_port(&v6, 258);
    assert_int_equal(address_port(&v4), 65535);
    assert_int_equal(address_port(&v6), 258);
    assert_text(&v4, "10.0.0.1:65535");
    assert_text(&v6, "[fd00::1]:258");
}

static void loopback_is_told_from_the_rest(void **state)
{
    static const struct {
        const char *text;
        bool loopback;
    } cases[] = {
        {"127.0.0.1:1", true},  {"127.255.255.254:1", true}, {"126.255.255.255:1", false},
        {"128.0.0.1:1", false}, {"0.0.0.0:1", false},        {"1.0.0.127:1", false},
        {"[::1]:1", true},      {"[::]:1", false},           {"[::2]:1", false},
        {"[fe80::1]:1", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct address address = parse(cases[i].text);
        assert_int_equal(address_is_loopback(&address), cases[i].loopback);
    }
}

static void a_pool_counts_on_with_carry(void **state)
{
    static const struct {
        const char *first;
        uint32_t count, index;
        const char *expected;
    } cases[] = {
        {"10.0.0.1:7", 1, 0, "10.0.0.1:7"},
        {"10.0.0.1:7", 1, 5, "10.0.0.1:7"},
        {"10.0.0.1:7", 8, 7, "10.0.0.8:7"},
        {"10.0.0.1:7", 8, 8, "10.0.0.1:7"},
        {"10.0.0.1:7", 8, UINT32_MAX, "10.0.0.8:7"},
        {"10.0.0.255:7", 2, 1, "10.0.1.0:7"},
        {"10.255.255.255:7", 70000, 65537, "11.1.0.0:7"},
        {"[fd00::1]:7", 300, 299, "[fd00::12c]:7"},
        {"[fd00::ffff]:7", 2, 1, "[fd00::1:0]:7"},
        {"[fd00::ffff:ffff:ffff:ffff]:7", 2, 1, "[fd00:0:0:1::]:7"},
        {"[fd00::1]:7", UINT32_MAX, UINT32_MAX - 1, "[fd00::ffff:ffff]:7"},
        {"[fd00::1]:7", 4, 4, "[fd00::1]:7"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct address_pool pool = {.first = parse(cases[i].first), .count = cases[i].count};
        struct address address;
        address_pool_get(&pool, cases[i].index, &address);
        assert_text(&address, cases[i].expected);
        assert_int_equal(address.length, pool.first.length);
    }
}

/* In a namespace of its own: 0, or what it exits with. */
static int look_around(void)
{
    struct ifreq up = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    struct address here = parse("127.0.0.1:80");
    struct address elsewhere = parse("192.0.2.1:80");
    struct sockaddr_in any_port = {.sin_family = AF_INET, .sin_addr = here.in.sin_addr};

    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
        return 0; /* not on this machine */
    }
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int range = open("/proc/sys/net/ipv4/ip_local_port_range", O_WRONLY);
    if (ioctl(fd, SIOCSIFFLAGS, &up) != 0 || write(range, "40000 40000", 11) != 11) {
        return 1;
    }
    bool before = address_is_here(&here);
    int taken = bind(fd, (struct sockaddr *)&any_port, sizeof any_port);
    return before && taken == 0 && address_is_here(&here) && !address_is_here(&elsewhere) ? 0 : 2;
}

static void an_address_is_here_without_a_port_as_well(void **state)
{
    int status;
    pid_t child = fork();

    (void)state;
    if (child == 0) {
        _exit(look_around());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_parsed_is_written_back),
        cmocka_unit_test(an_address_is_ready_for_the_kernel),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(localhost_is_loopback_of_either_family),
        cmocka_unit_test(ports_are_set_and_read),
        cmocka_unit_test(loopback_is_told_from_the_rest),
        cmocka_unit_test(a_pool_counts_on_with_carry),
        cmocka_unit_test(an_address_is_here_without_a_port_as_well),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
