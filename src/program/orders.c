#include "finwait/order.h"

#include <string.h>

#include "finwait/error.h"
#include "finwait/named.h"

/* What every row says; braces and what else it has stand around it. */
#define ORDER(id, says, client, server)                                                            \
    .name = (id), .about = (says), .program = {[SIDE_CLIENT] = (client), [SIDE_SERVER] = (server)}
#define TLS .preset = {{"transport", "tls"}}

const struct order order_table[] = {
    {ORDER("client-first", "The client closes first: TIME_WAIT stays with the client.",
           "connect send recv close", "accept recv send wait-fin close")},
    {ORDER("server-first", "The server closes first: TIME_WAIT piles up on the server.",
           "connect send recv wait-fin close", "accept recv send close")},
    {ORDER("client-half-close",
           "The client ends its request with a FIN and still reads the response.",
           "connect send shut-wr recv wait-fin close", "accept recv wait-fin send close")},
    {ORDER("server-half-close",
           "The server ends its response with a FIN and waits for the client's.",
           "connect send recv wait-fin close", "accept recv send shut-wr wait-fin close")},
    {ORDER("client-rst", "The client ends with a RST: no TIME_WAIT anywhere.",
           "connect send recv rst", "accept recv send wait-fin close")},
    {ORDER("server-rst", "The server ends with a RST: no TIME_WAIT anywhere.",
           "connect send recv wait-fin close", "accept recv send rst")},
    {ORDER("server-leak", "The server never closes: CLOSE_WAIT piles up on the server.",
           "connect send recv close", "accept recv send hold")},
    {ORDER("client-leak", "The client never closes: CLOSE_WAIT piles up on the client.",
           "connect send recv hold", "accept recv send close")},
    /* The request fills the server's window, so the client's FIN stays behind it until
     * the server reads; the server's pause leaves the client time to shut down before
     * the server's FIN comes (a busy client would see it first, and be in CLOSE_WAIT). */
    {ORDER("simultaneous", "Both close before either FIN has arrived: TIME_WAIT on both sides.",
           "connect send shut-wr wait-fin close",
           "accept pause(200ms) send shut-wr wait-fin close"),
     .preset =
         {
             {"protocol", "raw"},
             {"request.size", "64k"},
             {"client.sockopt.sndbuf", "256k"},
             {"server.sockopt.rcvbuf", "4k"},
         }},
    {ORDER("tls-notify-both", "TLS, both send close_notify, the server's is first: its TIME_WAIT.",
           "connect send recv wait-notify notify wait-fin close",
           "accept recv send notify wait-notify close"),
     TLS},
    {ORDER("tls-notify-one-way",
           "TLS, the server sends close_notify and closes, the client just closes.",
           "connect send recv wait-notify wait-fin close", "accept recv send notify close"),
     TLS},
    /* Who answers at once may still find the server's socket open, and its close then resets
     * for the unread close_notify; after the FIN it is sure to meet a closed one. */
    {ORDER("tls-notify-late",
           "TLS, the client's close_notify meets a closed socket: a RST, no TIME_WAIT.",
           "connect send recv wait-notify wait-fin notify close", "accept recv send notify close"),
     TLS},
    {ORDER("tls-notify-drain",
           "TLS, the server sends close_notify and FIN, then reads on: TIME_WAIT is safe.",
           "connect send recv wait-notify wait-fin notify close",
           "accept recv send notify shut-wr wait-fin close"),
     TLS},
    {ORDER("tls-truncation", "TLS, a FIN without close_notify: the client's alert makes it a RST.",
           "connect send recv wait-notify close", "accept recv send close"),
     TLS},
    {ORDER("tls-ignore-eof",
           "TLS, a FIN without close_notify that the client takes for one: TIME_WAIT.",
           "connect send recv wait-notify close", "accept recv send close"),
     .preset = {{"transport", "tls"}, {"client.tls.ignore_unexpected_eof", "on"}}},
    {ORDER("tls-rst", "TLS, the server ends with a RST where close_notify is due.",
           "connect send recv wait-notify close", "accept recv send rst"),
     TLS},
    {ORDER("tls-client-first",
           "TLS, the client sends close_notify and closes first: its TIME_WAIT.",
           "connect send recv notify close", "accept recv send wait-notify wait-fin close"),
     TLS},
    /* The tickets come after the client's handshake is complete: the pause leaves the server
     * time to send them.  Without it they may meet the closed socket, which is a RST, too, but
     * not for unread data. */
    {ORDER("tls-unread-tickets",
           "TLS 1.3, the client never reads its session tickets: close is a RST.",
           "connect pause(200ms) notify close", "accept wait-notify wait-fin close"),
     .preset = {{"transport", "tls"}, {"tls.version", "1.3"}}},
    /* Real clients, as they were watched against a server that serves until they leave. */
    {ORDER("curl", "curl: it closes once it has its response, whoever would keep the connection.",
           "connect send recv close", "accept recv(or-fin) send repeat(1000) close"),
     .watched = "curl 7.88.1"},
    {ORDER("tls-curl", "curl with HTTPS: its close_notify, and its FIN behind that.",
           "connect send recv notify close",
           "accept recv(or-fin) send repeat(1000) wait-fin close"),
     .watched = "curl 7.88.1 with OpenSSL 3.0", TLS},
    {ORDER("ab", "ab without -k: HTTP/1.0, so the server closes, and it reads to the FIN.",
           "connect send recv wait-fin close", "accept recv send close"),
     .watched = "ApacheBench 2.3"},
    {ORDER("ab-keep-alive", "ab -k: many requests on a connection, and it closes at the end.",
           "connect send recv repeat(10) close", "accept recv(or-fin) send repeat(1000) close"),
     .watched = "ApacheBench 2.3"},
    {ORDER("node-pool", "Node.js's http.Agent: its idle connections are closed when it exits.",
           "connect send recv repeat(5) pause(100ms) close",
           "accept recv(or-fin) send repeat(1000) close"),
     .watched = "Node.js 20.20.2, keepAlive: true"},
    {ORDER("go-pool",
           "Go's http.Transport: idle connections above two a host it closes, all at exit.",
           "connect send recv repeat(5) pause(100ms) close",
           "accept recv(or-fin) send repeat(1000) close"),
     .watched = "Go 1.19.8, http.DefaultTransport"},
    {ORDER("browser", "Chromium: six connections for a page at most, which it closes when idle.",
           "connect send recv repeat(2) pause(500ms) close",
           "accept recv(or-fin) send repeat(1000) close"),
     .watched = "Chromium 156.0.8078.114, headless"},
    {ORDER("health-check", "A check of the port: it connects, says nothing and closes.",
           "connect close", "accept recv(or-fin) send repeat(1000) close"),
     .watched = "bash 5.2, /dev/tcp"},
};
const size_t order_count = sizeof order_table / sizeof order_table[0];

const struct order *order_find(const char *name)
{
    return NAMED(name, order_table, order_count);
}

const char *order_nearest(const char *name)
{
    const char *names[sizeof order_table / sizeof order_table[0]];

    for (size_t i = 0; i < order_count; i++) {
        names[i] = order_table[i].name;
    }
    return nearest_spelling(name, names, order_count);
}
