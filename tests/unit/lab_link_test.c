#include "lab_testing.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "finwait/clock.h"

static struct lab *make_lab(uint64_t sockets)
{
    struct lab_config config = {.private = true, .sockets = sockets, .addresses = {4, 2}};
    struct error error;
    struct lab *lab = lab_new(&config, &error);

    CHECK_CALL(lab != NULL, &error);
    return lab;
}

static void enter(const struct lab *lab, enum side side)
{
    struct error error;

    CHECK_CALL(lab_enter(lab, side, &error) == 0, &error);
}

static void leave(const struct lab *lab)
{
    struct error error;

    CHECK_CALL(lab_leave(lab, &error) == 0, &error);
}

/* Whether a file of the current namespace has a line that holds both texts. */
static bool net_file_has(const char *name, const char *first, const char *second)
{
    char path[64];
    char line[512];
    bool found = false;

    snprintf(path, sizeof path, "/proc/thread-self/net/%s", name);
    FILE *file = fopen(path, "re");
    CHECK(file != NULL);
    while (!found && fgets(line, sizeof line, file) != NULL) {
        found = strstr(line, first) != NULL && strstr(line, second) != NULL;
    }
    fclose(file);
    return found;
}

/* ---- the hosts ---- */

static void hosts_are_apart(void)
{
    prepare_or_skip();
    ino_t home = current_netns();
    ino_t host[SIDE_N];
    struct lab *lab = make_lab(1000);

    CHECK(lab_is_private(lab));
    CHECK(current_netns() == home);
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        enter(lab, side);
        host[side] = current_netns();
        CHECK(net_file_has("dev", "lo:", ""));
        CHECK(net_file_has("dev", "link:", ""));
        leave(lab);
        CHECK(current_netns() == home);
    }
    CHECK(host[SIDE_CLIENT] != home && host[SIDE_SERVER] != home);
    CHECK(host[SIDE_CLIENT] != host[SIDE_SERVER]);
    lab_free(lab);
}

static void neighbours_are_permanent(void)
{
    prepare_or_skip();
    struct lab *lab = make_lab(1000);

    /* Flags 0x6: complete and permanent (ATF_COM | ATF_PERM), so nothing has to be asked. */
    enter(lab, SIDE_CLIENT);
    CHECK(net_file_has("arp", "198.19.0.1 ", "0x6 "));
    enter(lab, SIDE_SERVER);
    CHECK(net_file_has("arp", "198.18.0.1 ", "0x6 "));
    leave(lab);
    lab_free(lab);
}

static void prepare_twice_is_once(void)
{
    struct error error;

    prepare_or_skip();
    ino_t home = current_netns();
    CHECK_CALL(lab_prepare(&error) == 0, &error);
    CHECK(current_netns() == home);
    lab_free(make_lab(1000));
}

/* ---- connections ---- */

struct endpoint {
    const char *address; /* NULL: unbound */
    uint16_t port;
};

static struct address resolve(const struct endpoint *endpoint)
{
    struct address address = {.length = sizeof address.in};

    if (inet_pton(AF_INET, endpoint->address, &address.in.sin_addr) == 1) {
        address.in.sin_family = AF_INET;
        address.in.sin_port = htons(endpoint->port);
        return address;
    }
    CHECK(inet_pton(AF_INET6, endpoint->address, &address.in6.sin6_addr) == 1);
    address.in6.sin6_family = AF_INET6;
    address.in6.sin6_port = htons(endpoint->port);
    address.length = sizeof address.in6;
    return address;
}

/* A TCP socket of the host of `side`; whatever is done with it waits 5 s at most. */
static int host_socket(const struct lab *lab, enum side side, int family)
{
    struct timeval patience = {.tv_sec = 5};

    enter(lab, side);
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    leave(lab);
    CHECK(fd >= 0);
    CHECK(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0);
    CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);
    return fd;
}

static int listen_at(const struct lab *lab, const struct endpoint *endpoint)
{
    struct address address = resolve(endpoint);
    int fd = host_socket(lab, SIDE_SERVER, address.sa.sa_family);
    int on = 1;

    /* An earlier conversation may have left its TIME_WAIT there, when the FINs crossed. */
    CHECK(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0);
    CHECK(bind(fd, &address.sa, address.length) == 0);
    CHECK(listen(fd, 8) == 0);
    return fd;
}

static int connect_from(const struct lab *lab, const char *source, const struct endpoint *server)
{
    struct address to = resolve(server);
    int fd = host_socket(lab, SIDE_CLIENT, to.sa.sa_family);

    if (source != NULL) {
        struct address from = resolve(&(struct endpoint){.address = source});
        CHECK(bind(fd, &from.sa, from.length) == 0);
    }
    CHECK(connect(fd, &to.sa, to.length) == 0);
    return fd;
}

/* Connect, exchange a byte each way, and see on the server's side who called. */
static void converse(const struct lab *lab, const char *source, const char *seen_as,
                     const char *server)
{
    const struct endpoint endpoint = {.address = server, .port = 8080};
    struct address expected = resolve(&(struct endpoint){.address = seen_as});
    struct address caller = {.length = sizeof caller.in6};
    char byte = 0;
    int listener = listen_at(lab, &endpoint);
    int client = connect_from(lab, source, &endpoint);
    int accepted = accept(listener, &caller.sa, &caller.length);

    CHECK(accepted >= 0);
    CHECK(caller.sa.sa_family == expected.sa.sa_family);
    if (caller.sa.sa_family == AF_INET) {
        CHECK(caller.in.sin_addr.s_addr == expected.in.sin_addr.s_addr);
    } else {
        CHECK(memcmp(&caller.in6.sin6_addr, &expected.in6.sin6_addr, 16) == 0);
    }
    CHECK(send(client, "q", 1, MSG_NOSIGNAL) == 1);
    CHECK(recv(accepted, &byte, 1, 0) == 1 && byte == 'q');
    CHECK(send(accepted, "a", 1, MSG_NOSIGNAL) == 1);
    CHECK(recv(client, &byte, 1, 0) == 1 && byte == 'a');
    close(client);
    close(accepted);
    close(listener);
}

static void every_pool_address_connects(void)
{
    static const struct {
        const char *source;
        const char *seen_as;
        const char *server;
    } rows[] = {
        {NULL, "198.18.0.1", "198.19.0.1"},
        {"198.18.0.1", "198.18.0.1", "198.19.0.2"},
        {"198.18.3.7", "198.18.3.7", "198.19.0.1"},
        {"198.18.255.255", "198.18.255.255", "198.19.255.255"},
        {NULL, "2001:2:0:1::1", "2001:2:0:2::1"},
        {"2001:2:0:1::1", "2001:2:0:1::1", "2001:2:0:2::2"},
        {"2001:2:0:1::3:7", "2001:2:0:1::3:7", "2001:2:0:2::1"},
        {"2001:2:0:1::ffff", "2001:2:0:1::ffff", "2001:2:0:2::ffff"},
    };
    bool ipv6 = access("/proc/net/if_inet6", F_OK) == 0;

    prepare_or_skip();
    struct lab *lab = make_lab(1000);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (ipv6 || strchr(rows[i].server, ':') == NULL) {
            converse(lab, rows[i].source, rows[i].seen_as, rows[i].server);
        }
    }
    lab_free(lab);
}

/* ---- sizes ---- */

static long long host_number(const struct lab *lab, enum side side, const char *name)
{
    char value[64];
    struct error error;

    enter(lab, side);
    CHECK_CALL(sysctl_read(name, value, sizeof value, &error) == 0, &error);
    leave(lab);
    return strtoll(value, NULL, 10);
}

static void tables_fit_the_sockets(void)
{
    static const struct {
        uint64_t sockets;
        long long entries;
        long long buckets;
    } rows[] = {
        {0, 4096, 262144},        {4096, 4096, 262144},     {4097, 8192, 262144},
        {100000, 131072, 262144}, {200000, 262144, 400000},
    };
    bool own_table = access("/proc/sys/net/ipv4/tcp_child_ehash_entries", F_OK) == 0;

    prepare_or_skip();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct lab *lab = make_lab(rows[i].sockets);
        for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
            if (own_table) {
                CHECK(host_number(lab, side, "net.ipv4.tcp_ehash_entries") == rows[i].entries);
            }
            CHECK(host_number(lab, side, "net.ipv4.tcp_max_tw_buckets") == rows[i].buckets);
        }
        lab_free(lab);
    }
}

/* ---- pools ---- */

static void pool_is(const struct lab *lab, enum side side, const char *first, uint32_t count)
{
    const struct address_pool *pool = lab_pool(lab, side);
    struct address expected = resolve(&(struct endpoint){.address = first});

    CHECK(pool->count == count);
    CHECK(pool->first.length == expected.length);
    CHECK(memcmp(&pool->first.in6, &expected.in6, expected.length) == 0);
}

static struct lab *pool_lab(bool private, bool ipv6, uint32_t clients, uint32_t servers,
                            struct error *error)
{
    struct lab_config config = {
        .private = private, .ipv6 = ipv6, .sockets = 1, .addresses = {clients, servers}};

    return lab_new(&config, error);
}

static void private_pools(void)
{
    struct error error;

    prepare_or_skip();
    struct lab *lab = pool_lab(true, false, 65535, 3, &error);
    CHECK_CALL(lab != NULL, &error);
    pool_is(lab, SIDE_CLIENT, "198.18.0.1", 65535);
    pool_is(lab, SIDE_SERVER, "198.19.0.1", 3);
    lab_free(lab);

    if (access("/proc/thread-self/net/if_inet6", F_OK) == 0) {
        lab = pool_lab(true, true, 8, 0, &error);
        CHECK_CALL(lab != NULL, &error);
        pool_is(lab, SIDE_CLIENT, "2001:2:0:1::1", 8);
        pool_is(lab, SIDE_SERVER, "2001:2:0:2::1", 1);
        lab_free(lab);
    }

    CHECK(pool_lab(true, false, 65536, 1, &error) == NULL);
    CHECK(error.status == STATUS_USAGE);
    CHECK(strstr(error.what, "client.addresses") != NULL);
}

static void host_lab_is_here(void)
{
    struct error error;
    ino_t home = current_netns();
    struct lab *lab = pool_lab(false, false, 3, 1, &error);

    CHECK_CALL(lab != NULL, &error);
    CHECK(!lab_is_private(lab));
    pool_is(lab, SIDE_CLIENT, "127.0.0.1", 3);
    pool_is(lab, SIDE_SERVER, "127.0.0.1", 1);
    enter(lab, SIDE_SERVER);
    CHECK(current_netns() == home);
    leave(lab);
    CHECK(current_netns() == home);
    lab_free(lab);
}

static void host_lab_has_one_ipv6_address(void)
{
    struct error error;

    if (access("/proc/net/if_inet6", F_OK) != 0) {
        exit(SKIPPED);
    }
    struct lab *lab = pool_lab(false, true, 1, 1, &error);
    CHECK_CALL(lab != NULL, &error);
    pool_is(lab, SIDE_CLIENT, "::1", 1);
    lab_free(lab);
    CHECK(pool_lab(false, true, 2, 1, &error) == NULL);
    CHECK(error.status == STATUS_USAGE);
}

/* ---- nothing stays ---- */

static void no_descriptor_stays(void)
{
    prepare_or_skip();
    lab_free(make_lab(1000));
    int before = open_descriptors();

    lab_free(make_lab(1000));
    CHECK(open_descriptors() == before);
}

/* A child that makes a lab, goes into a host of it and says so; its process id. */
static pid_t holder_of_a_lab(void)
{
    int ends[2];
    char said = 0;

    CHECK(pipe2(ends, O_CLOEXEC) == 0);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves no process either */
        /* The namespaces of the one before are freed by a kernel worker, a moment later. */
        const struct lab_config config = {.private = true, .addresses = {1, 1}};
        int64_t deadline = clock_now() + 20 * NS_PER_S;
        struct error error;
        struct lab *lab = lab_new(&config, &error);
        while (lab == NULL && clock_now() < deadline) {
            nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
            lab = lab_new(&config, &error);
        }
        CHECK_CALL(lab != NULL, &error);
        enter(lab, SIDE_SERVER);
        CHECK(write(ends[1], "!", 1) == 1);
        pause();
        _exit(FAILED);
    }
    close(ends[1]);
    CHECK(read(ends[0], &said, 1) == 1);
    close(ends[0]);
    return child;
}

/*
 * A user may have 16 namespaces here: were the two hosts of a lab to outlive its killed holder, the
 * eighth lab would find no room.
 */
static void killed_labs_vanish(void)
{
    prepare_with_namespaces("16");
    for (int round = 0; round < 12; round++) {
        int status = 0;
        pid_t child = holder_of_a_lab();
        CHECK(kill(child, SIGKILL) == 0);
        CHECK(waitpid(child, &status, 0) == child);
        CHECK(WIFSIGNALED(status));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        AS_SELF(hosts_are_apart),
        AS_NOBODY(hosts_are_apart),
        AS_SELF(neighbours_are_permanent),
        AS_NOBODY(neighbours_are_permanent),
        AS_SELF(prepare_twice_is_once),
        AS_NOBODY(prepare_twice_is_once),
        AS_SELF(every_pool_address_connects),
        AS_NOBODY(every_pool_address_connects),
        AS_SELF(tables_fit_the_sockets),
        AS_NOBODY(tables_fit_the_sockets),
        AS_SELF(private_pools),
        AS_NOBODY(private_pools),
        AS_SELF(host_lab_is_here),
        AS_SELF(host_lab_has_one_ipv6_address),
        AS_SELF(no_descriptor_stays),
        AS_NOBODY(no_descriptor_stays),
        AS_SELF(killed_labs_vanish),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
