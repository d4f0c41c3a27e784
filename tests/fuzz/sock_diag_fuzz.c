/*
 * Whatever sock_diag answers, the census counts no socket twice and none that was not there.  The
 * first byte: whether what stood before is asked for, how sides are told apart, and whether each
 * socket is kept.
 */
#include <arpa/inet.h>

#include "fuzz.h"
#include "netlink_tape.h"
#include "sock_diag.h"

enum {
    REMEMBER = 1,
    BY_PORT = 2,
    OF_SERVER = 4,
    EACH = 8,
    LEAST_MESSAGE = 88, /* an nlmsghdr and an inet_diag_msg: a socket takes no less */
};

static uint64_t count_all(const struct sock_census census[ENDS_N])
{
    uint64_t sum = 0;

    for (enum side side = SIDE_CLIENT; side < ENDS_N; side++) {
        for (size_t i = 0; i < TCP_STATE_N; i++) {
            sum += census[side].state[i];
        }
        const uint32_t *state = census[side].state;
        REQUIRE(census[side].fin_wait2_orphans <= state[TCP_STATE_FIN_WAIT2]);
        REQUIRE(census[side].fin_wait2_minis <= census[side].fin_wait2_orphans);
        REQUIRE(census[side].close_wait_unaccepted <= state[TCP_STATE_CLOSE_WAIT]);
    }
    return sum;
}

/* As many are kept as were counted in their states. */
static void check_each(const struct sockets *each, const struct sock_census census[ENDS_N])
{
    uint32_t kept[ENDS_N][TCP_STATE_N] = {{0}};

    for (uint32_t i = 0; i < each->count; i++) {
        REQUIRE(each->item[i].side < ENDS_N && each->item[i].state < TCP_STATE_N);
        kept[each->item[i].side][each->item[i].state]++;
    }
    for (size_t side = 0; side < ENDS_N; side++) {
        for (unsigned state = 0; state < TCP_STATE_N; state++) {
            bool owned = (SOCKETS_STATES >> state & 1) != 0;
            REQUIRE(kept[side][state] == (owned ? census[side].state[state] : 0));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sock_census census[ENDS_N];
    struct sockets each = {.count = 0};
    struct error error = {0};
    unsigned flags = size > 0 ? data[0] : 0;
    struct sock_diag diag = {
        .host = {.netns = -1,
                 .port_count = (flags & BY_PORT) != 0,
                 .port = {8080},
                 .side = (flags & OF_SERVER) != 0 ? SIDE_SERVER : SIDE_CLIENT},
    };

    netlink_tape(data + (size > 0), size - (size > 0));
    int result = (flags & REMEMBER) != 0 ? sock_diag_remember(&diag, &error) : 0;
    diag.each = (flags & EACH) != 0 ? &each : NULL;
    if (result == 0) {
        result = sock_diag_count(&diag, SOCK_DIAG_ALL, census, &error);
    }
    if (result == 0) {
        REQUIRE(count_all(census) <= size / LEAST_MESSAGE);
        if (diag.each != NULL && each.failed == 0) {
            check_each(&each, census);
        }
    } else {
        REQUIRE(error.status == STATUS_MACHINE && error.what[0] != '\0');
    }
    sockets_fini(&each);
    sock_diag_fini(&diag);
    return 0;
}
