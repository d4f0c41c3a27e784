#include "finwait/order.h"

#include <string.h>

#include "finwait/error.h"

const struct order order_table[] = {
    {
        .name = "client-first",
        .about = "The client closes first: TIME_WAIT stays with the client.",
        .program[SIDE_CLIENT] = "connect send recv close",
        .program[SIDE_SERVER] = "accept recv send wait-fin close",
    },
    {
        .name = "server-first",
        .about = "The server closes first: TIME_WAIT piles up on the server.",
        .program[SIDE_CLIENT] = "connect send recv wait-fin close",
        .program[SIDE_SERVER] = "accept recv send close",
    },
    {
        .name = "client-half-close",
        .about = "The client ends its request with a FIN and still reads the response.",
        .program[SIDE_CLIENT] = "connect send shut-wr recv wait-fin close",
        .program[SIDE_SERVER] = "accept recv wait-fin send close",
    },
    {
        .name = "server-half-close",
        .about = "The server ends its response with a FIN and waits for the client's.",
        .program[SIDE_CLIENT] = "connect send recv wait-fin close",
        .program[SIDE_SERVER] = "accept recv send shut-wr wait-fin close",
    },
    {
        .name = "client-rst",
        .about = "The client ends with a RST: no TIME_WAIT anywhere.",
        .program[SIDE_CLIENT] = "connect send recv rst",
        .program[SIDE_SERVER] = "accept recv send wait-fin close",
    },
    {
        .name = "server-rst",
        .about = "The server ends with a RST: no TIME_WAIT anywhere.",
        .program[SIDE_CLIENT] = "connect send recv wait-fin close",
        .program[SIDE_SERVER] = "accept recv send rst",
    },
    {
        .name = "server-leak",
        .about = "The server never closes: CLOSE_WAIT piles up on the server.",
        .program[SIDE_CLIENT] = "connect send recv close",
        .program[SIDE_SERVER] = "accept recv send hold",
    },
    {
        .name = "client-leak",
        .about = "The client never closes: CLOSE_WAIT piles up on the client.",
        .program[SIDE_CLIENT] = "connect send recv hold",
        .program[SIDE_SERVER] = "accept recv send close",
    },
    {
        /* The request fills the server's window, so the client's FIN stays behind it until
         * the server reads; the server's pause leaves the client time to shut down before
         * the server's FIN comes (a busy client would see it first, and be in CLOSE_WAIT). */
        .name = "simultaneous",
        .about = "Both close before either FIN has arrived: TIME_WAIT on both sides.",
        .program[SIDE_CLIENT] = "connect send shut-wr wait-fin close",
        .program[SIDE_SERVER] = "accept pause(200ms) send shut-wr wait-fin close",
        .preset =
            {
                {"protocol", "raw"},
                {"request.size", "64k"},
                {"client.sockopt.sndbuf", "256k"},
                {"server.sockopt.rcvbuf", "4k"},
            },
    },
};
const size_t order_count = sizeof order_table / sizeof order_table[0];

const struct order *order_find(const char *name)
{
    for (size_t i = 0; i < order_count; i++) {
        if (strcmp(order_table[i].name, name) == 0) {
            return &order_table[i];
        }
    }
    return NULL;
}

const char *order_nearest(const char *name)
{
    const char *names[sizeof order_table / sizeof order_table[0]];

    for (size_t i = 0; i < order_count; i++) {
        names[i] = order_table[i].name;
    }
    return nearest_spelling(name, names, order_count);
}
