#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "finwait/address.h"
#include "finwait/sockopt.h"

/* What an option reads as after it was set; SO_LINGER is tested apart. */
struct setting {
    const char *text;
    enum sockopt_id id;
    int seen;
};

/* Those of both kinds of socket, which accepted sockets inherit. */
static const struct setting shared[] = {
    {"on", SOCKOPT_REUSEADDR, 1},
    {"on", SOCKOPT_REUSEPORT, 1},
    {"on", SOCKOPT_NODELAY, 1},
    {"on", SOCKOPT_KEEPALIVE, 1},
    {"7s", SOCKOPT_KEEPIDLE, 7},
    {"8s", SOCKOPT_KEEPINTVL, 8},
    {"9", SOCKOPT_KEEPCNT, 9},
    {"11s", SOCKOPT_LINGER2, 11},
    {"20000", SOCKOPT_RCVBUF, 40000},
    {"30000", SOCKOPT_SNDBUF, 60000},
    {"1234ms", SOCKOPT_USER_TIMEOUT, 1234},
};
static const struct setting of_client[] = {
    {"on", SOCKOPT_BIND_NO_PORT, 1},
    {"40000-40010", SOCKOPT_LOCAL_PORT_RANGE, (int)(40010U << 16 | 40000U)},
};
static const struct setting of_listener[] = {
    {"5", SOCKOPT_FASTOPEN, 5},
    {"5s", SOCKOPT_DEFER_ACCEPT, 7}, /* the SYN-ACK's retransmissions fall at 1, 3 and 7 s */
};
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void set(struct sockopts *options, enum sockopt_id id, const char *text)
{
    int64_t value;
    struct value_slot slot = {&sockopt_table[id].takes, sockopt_table[id].name, &value,
                              sizeof value};
    struct error error;

    assert_int_equal(value_read(&slot, text, &error), 0);
    sockopt_set(options, id, value);
}

static void set_all(struct sockopts *options, const struct setting *settings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        set(options, settings[i].id, settings[i].text);
    }
}

static int get(int fd, enum sockopt_id id)
{
    int value = -1;
    socklen_t length = sizeof value;

    assert_int_equal(
        getsockopt(fd, sockopt_table[id].level, sockopt_table[id].option, &value, &length), 0);
    return value;
}

static void assert_seen(int fd, const struct setting *settings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int seen = get(fd, settings[i].id);
        if (seen != settings[i].seen) {
            fail_msg("%s is %d, not %d", sockopt_table[settings[i].id].symbol, seen,
                     settings[i].seen);
        }
    }
}

static void assert_linger(int fd, int on, int seconds)
{
    struct linger linger = {-1, -1};
    socklen_t length = sizeof linger;

    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &length), 0);
    assert_int_equal(linger.l_onoff, on);
    assert_int_equal(linger.l_linger, seconds);
}

static int tcp_socket(int family)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    return fd;
}

static struct sockopts all_options(void)
{
    struct sockopts options = {0};

    set_all(&options, shared, COUNT(shared));
    set_all(&options, of_client, COUNT(of_client));
    set_all(&options, of_listener, COUNT(of_listener));
    set(&options, SOCKOPT_LINGER, "3s");
    return options;
}

/* Whether this kernel has IP_LOCAL_PORT_RANGE (Linux 6.3). */
static bool has_port_range(int fd)
{
    uint32_t value = 0;
    socklen_t length = sizeof value;

    return getsockopt(fd, IPPROTO_IP, sockopt_table[SOCKOPT_LOCAL_PORT_RANGE].option, &value,
                      &length) == 0;
}

static void check_client(int family)
{
    struct sockopts options = all_options();
    int fd = tcp_socket(family);
    int untouched = get(fd, SOCKOPT_DEFER_ACCEPT);

    if (!has_port_range(fd)) {
        close(fd);
        skip();
    }
    assert_int_equal(sockopts_apply_client(&options, fd), 0);
    assert_seen(fd, shared, COUNT(shared));
    assert_seen(fd, of_client, COUNT(of_client));
    assert_linger(fd, 1, 3);
    assert_int_equal(get(fd, SOCKOPT_DEFER_ACCEPT), untouched);
    assert_int_equal(get(fd, SOCKOPT_FASTOPEN), 0);
    close(fd);
}

static void a_client_gets_its_options(void **state)
{
    (void)state;
    check_client(AF_INET);
}

static void a_client_over_ipv6_too(void **state)
{
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)state;
    if (fd < 0) {
        skip();
    }
    close(fd);
    check_client(AF_INET6);
}

static void both_forms_apply_the_same(void **state)
{
    struct sockopts options = {0};
    struct error error;
    int fd = tcp_socket(AF_INET);

    (void)state;
    set_all(&options, shared, COUNT(shared));
    set_all(&options, of_listener, COUNT(of_listener));
    assert_int_equal(sockopts_apply(&options, fd, false, &error), 0);
    assert_seen(fd, shared, COUNT(shared));
    assert_int_equal(get(fd, SOCKOPT_FASTOPEN), 0);
    close(fd);
}

static void what_was_not_asked_for_stays(void **state)
{
    const struct sockopts none = {0};
    int touched = tcp_socket(AF_INET);
    int fresh = tcp_socket(AF_INET);

    (void)state;
    assert_int_equal(sockopts_apply_client(&none, touched), 0);
    for (size_t i = 0; i < COUNT(shared); i++) {
        assert_int_equal(get(touched, shared[i].id), get(fresh, shared[i].id));
    }
    assert_linger(touched, 0, 0);
    close(touched);
    close(fresh);
}

static void the_special_values(void **state)
{
    struct sockopts options = {0};
    int fd = tcp_socket(AF_INET);

    (void)state;
    set(&options, SOCKOPT_LINGER, "0s");
    set(&options, SOCKOPT_LINGER2, "-1");
    assert_int_equal(sockopts_apply_client(&options, fd), 0);
    assert_linger(fd, 1, 0);
    assert_int_equal(get(fd, SOCKOPT_LINGER2), -1);
    set(&options, SOCKOPT_LINGER, "off");
    assert_int_equal(sockopts_apply_client(&options, fd), 0);
    assert_linger(fd, 0, 0);
    close(fd);
}

/* The kernel takes every bound as it is: nothing between them is refused or clamped. */
static void bounds_are_the_kernels(void **state)
{
    static const enum sockopt_id ids[] = {SOCKOPT_KEEPIDLE,     SOCKOPT_KEEPINTVL,
                                          SOCKOPT_KEEPCNT,      SOCKOPT_LINGER2,
                                          SOCKOPT_USER_TIMEOUT, SOCKOPT_DEFER_ACCEPT};

    (void)state;
    for (size_t i = 0; i < COUNT(ids); i++) {
        const struct sockopt_info *info = &sockopt_table[ids[i]];
        int fd = tcp_socket(AF_INET);
        int most = (int)info->takes.max;
        assert_int_equal(setsockopt(fd, info->level, info->option, &most, sizeof most), 0);
        assert_int_equal(get(fd, ids[i]), most);
        int least = (int)info->takes.min;
        assert_int_equal(setsockopt(fd, info->level, info->option, &least, sizeof least), 0);
        close(fd);
    }
}

static int listen_at(const struct sockopts *options, struct address *address)
{
    int fd = tcp_socket(AF_INET);
    struct error error;

    assert_int_equal(sockopts_apply(options, fd, true, &error), 0);
    assert_int_equal(address_parse(address, "127.0.0.1:0", &error), 0);
    assert_int_equal(bind(fd, &address->sa, address->length), 0);
    assert_int_equal(listen(fd, 16), 0);
    assert_int_equal(getsockname(fd, &address->sa, &address->length), 0);
    return fd;
}

static void accepted_sockets_inherit(void **state)
{
    struct sockopts options = all_options();
    struct address address;
    int listener = listen_at(&options, &address);
    int client = tcp_socket(AF_INET);

    (void)state;
    assert_seen(listener, shared, COUNT(shared));
    assert_seen(listener, of_listener, COUNT(of_listener));
    assert_int_equal(get(listener, SOCKOPT_BIND_NO_PORT), 0);
    assert_int_equal(connect(client, &address.sa, address.length), 0);
    assert_int_equal(send(client, "x", 1, MSG_NOSIGNAL), 1); /* what TCP_DEFER_ACCEPT waits for */
    int accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(accepted >= 0);
    assert_seen(accepted, shared, COUNT(shared));
    assert_linger(accepted, 1, 3);
    close(accepted);
    close(client);
    close(listener);
}

static void a_refusal_names_the_option(void **state)
{
    struct sockopts options = {0};
    struct error error = {0};
    int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    (void)state;
    set(&options, SOCKOPT_REUSEADDR, "on");
    set(&options, SOCKOPT_KEEPIDLE, "7s");
    assert_int_equal(sockopts_apply(&options, udp, false, &error), -1);
    assert_int_equal(error.status, STATUS_MACHINE);
    assert_non_null(strstr(error.what, "TCP_KEEPIDLE"));
    assert_non_null(strstr(error.what, "client.sockopt.keepidle: 7s"));
    assert_true(error.hint[0] != '\0');
    int errnum = sockopts_apply_client(&options, udp);
    assert_true(errnum == ENOPROTOOPT || errnum == EOPNOTSUPP);
    assert_non_null(strstr(error.what, errno_name(errnum)));
    close(udp);
    assert_int_equal(sockopts_apply_client(&options, -1), EBADF);
}

static void a_refusal_says_what_the_option_needs(void **state)
{
    struct sockopts options = {0};
    struct error error = {0};

    (void)state;
    set(&options, SOCKOPT_LOCAL_PORT_RANGE, "40000-40010");
    assert_int_equal(sockopts_apply(&options, -1, false, &error), -1);
    assert_non_null(strstr(error.what, "IP_LOCAL_PORT_RANGE"));
    assert_non_null(strstr(error.what, "40000-40010"));
    assert_non_null(strstr(error.hint, "Linux 6.3"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_gets_its_options),
        cmocka_unit_test(a_client_over_ipv6_too),
        cmocka_unit_test(both_forms_apply_the_same),
        cmocka_unit_test(what_was_not_asked_for_stays),
        cmocka_unit_test(the_special_values),
        cmocka_unit_test(bounds_are_the_kernels),
        cmocka_unit_test(accepted_sockets_inherit),
        cmocka_unit_test(a_refusal_names_the_option),
        cmocka_unit_test(a_refusal_says_what_the_option_needs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
