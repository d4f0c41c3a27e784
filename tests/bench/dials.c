#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "dial.h"
#include "finwait/load.h"

/*
 * What it costs to connect while ports get scarce, as finwait's workers do it: dials PORTS
 * ADDRESSES COUNT.  PORTS is kernel, walk or slices.  Opens COUNT connections within 127.0.0.0/8
 * that stay, and prints ns of CPU of each, in order.  Nobody accepts: the kernel answers by itself.
 */

static const struct sockopts no_options;

static int64_t cpu(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void fail(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static void listen_at(const struct address *at)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0 || bind(fd, &at->sa, at->length) != 0 || listen(fd, 65535) != 0) {
        fail("dials: listen");
    }
}

static void connect_one(struct dial *dial, uint64_t number)
{
    struct address to;
    int fd;
    int64_t began = cpu();

    errno = dial_socket(dial, number, &fd, &to);
    if (errno != 0 || (connect(fd, &to.sa, to.length) != 0 && errno != EINPROGRESS)) {
        fail("dials: connect");
    }
    printf("%lld\n", (long long)(cpu() - began));
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"kernel", "walk", "slices"};
    struct role_plan plan = {.side = SIDE_CLIENT, .workers = 1, .sockopts = &no_options};
    struct error error;
    struct dial dial;

    for (unsigned ports = 0; argc == 4 && ports < sizeof names / sizeof names[0]; ports++) {
        plan.ports = strcmp(argv[1], names[ports]) == 0 ? (enum port_choice)ports : plan.ports;
    }
    plan.servers.count = 1;
    if (argc != 4 || address_parse(&plan.servers.first, "127.0.0.1:8080", &error) != 0 ||
        address_parse(&plan.sources.first, "127.1.0.1:0", &error) != 0) {
        fputs("usage: dials kernel|walk|slices ADDRESSES COUNT\n", stderr);
        return EXIT_FAILURE;
    }
    plan.sources.count = (uint32_t)strtoul(argv[2], NULL, 10);
    listen_at(&plan.servers.first);
    if (dial_init(&dial, &plan, 0, &error) != 0) {
        fail("dials: ip_local_port_range");
    }
    for (uint64_t i = 0; i < strtoull(argv[3], NULL, 10); i++) {
        connect_one(&dial, i);
    }
    return EXIT_SUCCESS;
}
