#ifndef FINWAIT_ADDRESS_H
#define FINWAIT_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "finwait/error.h"

/* An IPv4 or IPv6 endpoint, ready for connect(2) and bind(2). */
struct address {
    union {
        struct sockaddr sa;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
    };
    socklen_t length;
};

/*
 * Parse "127.0.0.1:8080" or "[::1]:8080"; numbers only, no names are looked up.  0, or -1 with
 * STATUS_USAGE.
 */
int address_parse(struct address *address, const char *text, struct error *error);

/*
 * The loopback address of `family` where `text` is "localhost:PORT", or a name below localhost:
 * they stand for no other host, and nobody need be asked (RFC 6761, 6.3).  0, or -1: it is not.
 */
int address_of_localhost(struct address *address, int family, const char *text);

/* As address_parse reads it.  Returns `text`; ADDRESS_TEXT is room enough. */
char *address_format(char *text, size_t size, const struct address *address);
#define ADDRESS_TEXT 64

/* AF_INET or AF_INET6. */
int address_family(const struct address *address);

uint16_t address_port(const struct address *address);
void address_set_port(struct address *address, uint16_t port);

/* Whether it is a loopback address (127.0.0.0/8, ::1). */
bool address_is_loopback(const struct address *address);

/* Whether it is of the calling thread's host: bind(2) takes it there, be it for want of a port no
 * more. */
bool address_is_here(const struct address *address);

/*
 * A run of `count` consecutive addresses from `first` on: a pool.
 */
struct address_pool {
    struct address first;
    uint32_t count; /* 0: no pool, let the kernel choose the source address */
};

/* The pool's address number `index` % count (count > 0). */
void address_pool_get(const struct address_pool *pool, uint32_t index, struct address *address);

#endif
