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

static bool is_front(const struct sampler_host *host, uint16_t network_order)
{
    return host->front != 0 && host->front == ntohs(network_order);
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

/* Whose end one is that has a port of the server's, or of the proxy's, at the other end. */
static unsigned whose_connect(const struct sampler_host *host, const struct inet_diag_msg *found)
{
    bool private = host->netns >= 0;

    if (has_port(host, found->id.idiag_dport)) {
        return host->front != 0 ? SIDE_BACK : SIDE_CLIENT;
    }
    return is_front(host, found->id.idiag_dport) && !private ? SIDE_CLIENT : ENDS_N;
}

/* At its own. */
static unsigned whose_accept(const struct sampler_host *host, const struct inet_diag_msg *found)
{
    if (has_port(host, found->id.idiag_sport)) {
        return SIDE_SERVER;
    }
    return is_front(host, found->id.idiag_sport) ? SIDE_FRONT : ENDS_N;
}

/* A self-connected socket is both ends at once: counted once, as the client that made it. */
unsigned whose(const struct sampler_host *host, const struct inet_diag_msg *found)
{
    unsigned end = host->side;

    if (host->port_count == 0) {
        return end;
    }
    end = is_at(host, found, found->id.idiag_dst) ? whose_connect(host, found) : ENDS_N;
    if (end == ENDS_N && is_at(host, found, found->id.idiag_src)) {
        end = whose_accept(host, found);
    }
    return end;
}
