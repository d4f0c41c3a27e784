/*
 * Whatever rtnetlink answers, a request ends in success or an errno, and so does the wait for the
 * carrier.  The first byte: which of them is asked for.
 */
#include "carrier.h"
#include "fuzz.h"
#include "link.h"
#include "netlink_tape.h"
#include "rtnl.h"

static int ask(struct netlink *netlink, unsigned what, struct error *error)
{
    switch (what % 4) {
    case 0:
        return rtnl_raise(netlink, RTNL_LOOPBACK, error);
    case 1:
        return rtnl_make_pair(netlink, 3, error);
    case 2:
        return rtnl_add_address(netlink, &lab_plans[0], SIDE_CLIENT, error);
    default:
        return carrier_await(netlink, SIDE_CLIENT, error);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct netlink netlink = {0};
    struct error error = {0};

    netlink_tape(data + (size > 0), size - (size > 0));
    if (ask(&netlink, size > 0 ? data[0] : 0, &error) != 0) {
        REQUIRE(error.status == STATUS_MACHINE && error.what[0] != '\0');
    }
    return 0;
}
