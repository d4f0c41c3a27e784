#include "whose.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <string.h>

static bool has_port(const struct sampler_host *host, uint16_t network_order)
{
    uint16_t port = ntohs(network_order);
    bool has = false;

    for (size_t i = 0; i < host->port_count; i++) {
        has = has || host->port[i] == port;
    }
    return has;
}

/* The address as AF_INET6 sockets have it, IPv4 as mapped. */
static struct in6_addr as_in6(int family, const void *bytes)
{
    struct in6_addr in6 = {.s6_addr = {[10] = 0xff, [11] = 0xff}};

    memcpy(family == AF_INET6 ? in6.s6_addr : in6.s6_addr + 12, bytes, family == AF_INET6 ? 16 : 4);
    return in6;
}

static bool is_wildcard(const struct in6_addr *in6)
{
    static const uint8_t zero[4];

    return IN6_IS_ADDR_UNSPECIFIED(in6) ||
           (IN6_IS_ADDR_V4MAPPED(in6) && memcmp(in6->s6_addr + 12, zero, sizeof zero) == 0);
}

/* Whether an end of the socket that has a port of the server's is at the server's address. */
static bool is_at(const struct sampler_host *host, const struct inet_diag_msg *found,
                  const void *bytes)
{
    bool v6 = address_family(&host->at) == AF_INET6;
    struct in6_addr end = as_in6(found->idiag_family, bytes);

    if (host->at.length == 0) {
        return true;
    }
    struct in6_addr at = as_in6(address_family(&host->at),
                                v6 ? (const void *)&host->at.in6.sin6_addr : &host->at.in.sin_addr);
    return IN6_ARE_ADDR_EQUAL(&end, &at) || is_wildcard(&end) || is_wildcard(&at);
}

/* A self-connected socket is both ends at once: counted once, as the client that made it. */
unsigned whose(const struct sampler_host *host, const struct inet_diag_msg *found)
{
    const struct inet_diag_sockid *id = &found->id;

    if (host->port_count == 0) {
        return host->side;
    }
    if (has_port(host, id->idiag_dport) && is_at(host, found, id->idiag_dst)) {
        return SIDE_CLIENT;
    }
    bool server = has_port(host, id->idiag_sport) && is_at(host, found, id->idiag_src);
    return server ? SIDE_SERVER : (unsigned)SIDE_N;
}
