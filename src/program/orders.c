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
    {
        .name = "tls-notify-both",
        .about = "TLS, both send close_notify, the server's is first: its TIME_WAIT.",
        .program[SIDE_CLIENT] = "connect send recv wait-notify notify wait-fin close",
        .program[SIDE_SERVER] = "accept recv send notify wait-notify close",
        .preset = {{"transport", "tls"}},
    },
    {
        .name = "tls-notify-one-way",
        .about = "TLS, the server sends close_notify and closes, the client just closes.",
        .program[SIDE_CLIENT] = "connect send recv wait-notify wait-fin close",
        .program[SIDE_SERVER] = "accept recv send notify close",
        .preset = {{"transport", "tls"}},
    },
    {
        /* Who answers at once may still find the server's socket open, and its close then resets
         * for the unread close_notify; after the FIN it is sure to meet a closed one. */
        .name = "tls-notify-late",
        .about = "TLS, the client's close_notify meets a closed socket: a RST, no TIME_WAIT.",
        .program[SIDE_CLIENT] = "connect send recv wait-notify wait-fin notify close",
        .program[SIDE_SERVER] = "accept recv send notify close",
        .preset = {{"transport", "tls"}},
    },
    {
        .name = "tls-notify-drain",
        .about = "TLS, the server sends close_notify and FIN, then reads on: TIME_WAIT is safe.",
        .program[SIDE_CLIENT] = "connect send recv wait-notify wait-fin notify close",
        .program[SIDE_SERVER] = "accept recv send notify shut-wr wait-fin close",
        .preset = {{"transport", "tls"}},
    },
    {
        .name = "tls-truncation",
        .about = "TLS, a FIN without close_notify: the client's alert makes it a RST.",
        .program[SIDE_CLIENT] = "connect send recv wait-notify close",
        .program[SIDE_SERVER] = "accept recv send close",
        .preset = {{"transport", "tls"}},
    },
    {
        .name = "tls-ignore-eof",
        .about = "TLS, a FIN without close_notify that the client takes for one: TIME_WAIT.",
        .program[SIDE_CLIENT] = "connect send recv wait-notify close",
        .program[SIDE_SERVER] = "accept recv send close",
        .preset = {{"transport", "tls"}, {"client.tls.ignore_unexpected_eof", "on"}},
    },
    {
        .name = "tls-rst",
        .about = "TLS, the server ends with a RST where close_notify is due.",
        .program[SIDE_CLIENT] = "connect send recv wait-notify close",
        .program[SIDE_SERVER] = "accept recv send rst",
        .preset = {{"transport", "tls"}},
    },
    {
        .name = "tls-client-first",
        .about = "TLS, the client sends close_notify and closes first: its TIME_WAIT.",
        .program[SIDE_CLIENT] = "connect send recv notify close",
        .program[SIDE_SERVER] = "accept recv send wait-notify wait-fin close",
        .preset = {{"transport", "tls"}},
    },
    {
        /* The tickets come after the client's handshake is complete: the pause leaves the server
         * time to send them.  Without it they may meet the closed socket, which is a RST, too, but
         * not for unread data. */
        .name = "tls-unread-tickets",
        .about = "TLS 1.3, the client never reads its session tickets: close is a RST.",
        .program[SIDE_CLIENT] = "connect pause(200ms) notify close",
        .program[SIDE_SERVER] = "accept wait-notify wait-fin close",
        .preset = {{"transport", "tls"}, {"tls.version", "1.3"}},
    },
    /* Real clients, as they were watched against a server that serves until they leave. */
    {
        .name = "curl",
        .about = "curl: it closes once it has its response, whoever would keep the connection.",
        .watched = "curl 7.88.1",
        .program[SIDE_CLIENT] = "connect send recv close",
        .program[SIDE_SERVER] = "accept recv(or-fin) send repeat(1000) close",
    },
    {
        .name = "tls-curl",
        .about = "curl with HTTPS: its close_notify, and its FIN behind that.",
        .watched = "curl 7.88.1 with OpenSSL 3.0",
        .program[SIDE_CLIENT] = "connect send recv notify close",
        .program[SIDE_SERVER] = "accept recv(or-fin) send repeat(1000) wait-fin close",
        .preset = {{"transport", "tls"}},
    },
    {
        .name = "ab",
        .about = "ab without -k: HTTP/1.0, so the server closes, and it reads to the FIN.",
        .watched = "ApacheBench 2.3",
        .program[SIDE_CLIENT] = "connect send recv wait-fin close",
        .program[SIDE_SERVER] = "accept recv send close",
    },
    {
        .name = "ab-keep-alive",
        .about = "ab -k: many requests on a connection, and it closes at the end.",
        .watched = "ApacheBench 2.3",
        .program[SIDE_CLIENT] = "connect send recv repeat(10) close",
        .program[SIDE_SERVER] = "accept recv(or-fin) send repeat(1000) close",
    },
    {
        .name = "node-pool",
        .about = "Node.js's http.Agent: its idle connections are closed when it exits.",
        .watched = "Node.js 20.20.2, keepAlive: true",
        .program[SIDE_CLIENT] = "connect send recv repeat(5) pause(100ms) close",
        .program[SIDE_SERVER] = "accept recv(or-fin) send repeat(1000) close",
    },
    {
        .name = "go-pool",
        .about = "Go's http.Transport: idle connections above two a host it closes, all at exit.",
        .watched = "Go 1.19.8, http.DefaultTransport",
        .program[SIDE_CLIENT] = "connect send recv repeat(5) pause(100ms) close",
        .program[SIDE_SERVER] = "accept recv(or-fin) send repeat(1000) close",
    },
    {
        .name = "browser",
        .about = "Chromium: six connections for a page at most, which it closes when idle.",
        .watched = "Chromium 156.0.8078.114, headless",
        .program[SIDE_CLIENT] = "connect send recv repeat(2) pause(500ms) close",
        .program[SIDE_SERVER] = "accept recv(or-fin) send repeat(1000) close",
    },
    {
        .name = "health-check",
        .about = "A check of the port: it connects, says nothing and closes.",
        .watched = "bash 5.2, /dev/tcp",
        .program[SIDE_CLIENT] = "connect close",
        .program[SIDE_SERVER] = "accept recv(or-fin) send repeat(1000) close",
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
