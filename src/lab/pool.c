#include "pool.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "finwait/lab_plan.h"

static void set_first(struct address *address, bool ipv6, const char *text)
{
    *address = (struct address){0};
    if (ipv6) {
        address->in6.sin6_family = AF_INET6;
        address->length = sizeof address->in6;
        inet_pton(AF_INET6, text, &address->in6.sin6_addr);
    } else {
        address->in.sin_family = AF_INET;
        address->length = sizeof address->in;
        inet_pton(AF_INET, text, &address->in.sin_addr);
    }
}

/* A server has to listen somewhere; a client without a pool lets the kernel choose. */
static uint32_t pool_size(const struct lab_config *config, enum side side)
{
    return side == SIDE_SERVER && config->addresses[side] == 0 ? 1 : config->addresses[side];
}

int pool_plan(struct address_pool *pool, const struct lab_config *config, enum side side,
              struct error *error)
{
    const char *loopback = config->ipv6 ? "::1" : "127.0.0.1";
    uint32_t most = config->ipv6 && !config->private ? 1 : POOL_MAX;

    pool->count = pool_size(config, side);
    if (pool->count > most) {
        error_set(error, STATUS_USAGE, "%s.addresses: %u is more than the %u there %s",
                  side_name(side), pool->count, most, most == 1 ? "is" : "are");
        return error_hint(error, most == 1 ? "the loopback has one IPv6 address: use IPv4, a "
                                             "private lab, or addresses: 1"
                                           : "ask for fewer addresses");
    }
    set_first(&pool->first, config->ipv6,
              config->private ? lab_plans[config->ipv6 ? LAB_V6 : LAB_V4].address[side] : loopback);
    return 0;
}
