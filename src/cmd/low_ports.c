#include "low_ports.h"

#include <errno.h>
#include <unistd.h>

#include "finwait/address.h"
#include "finwait/lab.h"

#define FIRST_FREE "net.ipv4.ip_unprivileged_port_start" /* of IPv6, too */

/* A socket is asked, for that counts the sysctl, the capability, and what else has a say. */
static bool is_forbidden(const struct scenario *scenario, uint16_t port)
{
    int family = scenario->ip == IP_V6 ? AF_INET6 : AF_INET;
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct address address;

    address_of_localhost(&address, family, "localhost:0");
    address_set_port(&address, port);
    bool forbidden = fd >= 0 && bind(fd, &address.sa, address.length) != 0 && errno == EACCES;
    if (fd >= 0) {
        close(fd);
    }
    return forbidden;
}

static int check_port(const struct scenario *scenario, const char *path, uint16_t port,
                      struct error *error)
{
    struct error unused;
    char first[32];

    if (port == 0 || !is_forbidden(scenario, port)) {
        return 0;
    }
    if (sysctl_read(FIRST_FREE, first, sizeof first, &unused) != 0) {
        snprintf(first, sizeof first, "1024");
    }
    error_errno(error, STATUS_MACHINE, EACCES, "%s: bind port %u", path, port);
    error_hint(error,
               "a port below " FIRST_FREE ", %s here, takes CAP_NET_BIND_SERVICE: write one from "
               "%s on, set that sysctl to %u, run finwait as root, or write lab: private",
               first, first, port);
    return error_at(error, scenario_where(scenario, path));
}

int low_ports_check(const struct scenario *scenario, struct error *error)
{
    if (scenario->lab != LAB_HOST) {
        return 0;
    }
    /* What a command may bind is its own matter. */
    if (scenario_plays(scenario, SIDE_SERVER) &&
        check_port(scenario, "server.port", scenario->port, error) != 0) {
        return -1;
    }
    return scenario_plays(scenario, SIDE_CLIENT)
               ? check_port(scenario, "client.port", scenario->client_port, error)
               : 0;
}
