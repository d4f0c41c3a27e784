#include "finwait/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "port.h"

/* The host part text[0, length), brackets taken off, into `address`. */
static int parse_host(struct address *address, int family, const char *text, size_t length)
{
    char host[INET6_ADDRSTRLEN];

    if (length >= sizeof host) {
        return -1;
    }
    memcpy(host, text, length);
    host[length] = '\0';
    *address = (struct address){.length = sizeof address->in};
    if (family == AF_INET6) {
        address->length = sizeof address->in6;
        address->in6.sin6_family = AF_INET6;
        return inet_pton(AF_INET6, host, &address->in6.sin6_addr) == 1 ? 0 : -1;
    }
    address->in.sin_family = AF_INET;
    return inet_pton(AF_INET, host, &address->in.sin_addr) == 1 ? 0 : -1;
}

/* The colon before the port is the last one, and brackets enclose all of an IPv6 host. */
static int parse_endpoint(struct address *address, const char *text)
{
    const char *colon = strrchr(text, ':');
    uint16_t port = 0;
    int status = -1;

    if (colon == NULL || port_parse(colon + 1, strlen(colon + 1), &port) != 0) {
        return -1;
    }
    size_t length = (size_t)(colon - text);
    if (text[0] != '[') {
        status = parse_host(address, AF_INET, text, length);
    } else if (length > 2 && text[length - 1] == ']') {
        status = parse_host(address, AF_INET6, text + 1, length - 2);
    }
    if (status == 0) {
        address_set_port(address, port);
    }
    return status;
}

/* Whether it is localhost or a name below it, with or without the root's dot. */
static bool is_localhost(const char *name, size_t length)
{
    static const char localhost[] = "localhost";
    size_t last = sizeof localhost - 1;

    length -= length > 0 && name[length - 1] == '.';
    return length >= last && strncasecmp(name + length - last, localhost, last) == 0 &&
           (length == last || name[length - last - 1] == '.');
}

int address_of_localhost(struct address *address, int family, const char *text)
{
    const char *colon = strrchr(text, ':');
    uint16_t port;

    if (colon == NULL || !is_localhost(text, (size_t)(colon - text)) ||
        port_parse(colon + 1, strlen(colon + 1), &port) != 0) {
        return -1;
    }
    const char *loopback = family == AF_INET6 ? "::1" : "127.0.0.1";
    parse_host(address, family, loopback, strlen(loopback));
    address_set_port(address, port);
    return 0;
}

int address_parse(struct address *address, const char *text, struct error *error)
{
    if (parse_endpoint(address, text) == 0) {
        return 0;
    }
    error_set(error, STATUS_USAGE, "\"%.80s\" is not an address and a port", text);
    return error_hint(error, "write numbers, as 127.0.0.1:8080 or [::1]:8080; names are not "
                             "looked up");
}

char *address_format(char *text, size_t size, const struct address *address)
{
    char host[INET6_ADDRSTRLEN] = "";

    if (address_family(address) == AF_INET6) {
        inet_ntop(AF_INET6, &address->in6.sin6_addr, host, sizeof host);
        snprintf(text, size, "[%s]:%u", host, address_port(address));
    } else {
        inet_ntop(AF_INET, &address->in.sin_addr, host, sizeof host);
        snprintf(text, size, "%s:%u", host, address_port(address));
    }
    return text;
}

int address_family(const struct address *address)
{
    return address->sa.sa_family;
}

uint16_t address_port(const struct address *address)
{
    return ntohs(address_family(address) == AF_INET6 ? address->in6.sin6_port
                                                     : address->in.sin_port);
}

void address_set_port(struct address *address, uint16_t port)
{
    if (address_family(address) == AF_INET6) {
        address->in6.sin6_port = htons(port);
    } else {
        address->in.sin_port = htons(port);
    }
}

bool address_is_loopback(const struct address *address)
{
    if (address_family(address) == AF_INET6) {
        return IN6_IS_ADDR_LOOPBACK(&address->in6.sin6_addr);
    }
    return ntohl(address->in.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

bool address_is_here(const struct address *address)
{
    struct address any_port = *address;
    int fd = socket(address_family(address), SOCK_STREAM | SOCK_CLOEXEC, 0);

    address_set_port(&any_port, 0);
    /* EADDRINUSE: of this host, where connections have left no port. */
    bool here = fd >= 0 && (bind(fd, &any_port.sa, any_port.length) == 0 || errno == EADDRINUSE);
    if (fd >= 0) {
        close(fd);
    }
    return here;
}

/* Add to an address in network order, carrying from its last byte upwards. */
static void add(uint8_t *bytes, size_t count, uint32_t number)
{
    uint64_t sum = number;

    for (size_t i = count; i > 0 && sum > 0; i--) {
        sum += bytes[i - 1];
        bytes[i - 1] = (uint8_t)sum;
        sum >>= 8;
    }
}

void address_pool_get(const struct address_pool *pool, uint32_t index, struct address *address)
{
    *address = pool->first;
    index %= pool->count;
    if (address_family(address) == AF_INET6) {
        add(address->in6.sin6_addr.s6_addr, sizeof address->in6.sin6_addr, index);
    } else {
        address->in.sin_addr.s_addr = htonl(ntohl(address->in.sin_addr.s_addr) + index);
    }
}
