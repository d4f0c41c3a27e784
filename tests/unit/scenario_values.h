#ifndef SCENARIO_VALUES_H
#define SCENARIO_VALUES_H

#include "scenario_testing.h"

/* A value of each option that is not its default. */

/* Those that make one scenario together. */
static const struct scenario_override others[] = {
    {"name", "other"},
    {"about", "something else"},
    {"fact", "a fact"},
    {"protocol", "raw"},
    {"request.size", "1k"},
    {"response.size", "3M"},
    {"http.ok", "200-204"},
    {"load.connections", "17"},
    {"load.concurrency", "1000000"},
    {"load.rate", "0.1/s"},
    {"load.duration", "1500ms"},
    {"load.timeout", "1h"},
    {"load.may_fail", "on"},
    {"client.workers", "256"},
    {"client.addresses", "65000"},
    {"client.port", "40000"},
    {"client.bind", "on"},
    {"client.to", "[2001:2:0:2::1]:9"},
    {"client.descriptors", "1048576"},
    {"client.sockopt.linger", "2s"},
    {"client.sockopt.reuseaddr", "on"},
    {"client.sockopt.reuseport", "on"},
    {"client.sockopt.nodelay", "on"},
    {"client.sockopt.keepalive", "on"},
    {"client.sockopt.keepidle", "1s"},
    {"client.sockopt.keepintvl", "1s"},
    {"client.sockopt.keepcnt", "3"},
    {"client.sockopt.linger2", "-1"},
    {"client.sockopt.user_timeout", "30ms"},
    {"client.sockopt.fastopen", "on"},
    {"client.sockopt.bind_no_port", "off"},
    {"client.sockopt.local_port_range", "2000-3000"},
    {"client.sockopt.rcvbuf", "64k"},
    {"client.sockopt.sndbuf", "64k"},
    {"client.sysctl.net.ipv4.tcp_tw_reuse", "1"},
    {"server.workers", "1"},
    {"server.addresses", "1000"},
    {"server.port", "65535"},
    {"server.backlog", "1"},
    {"server.descriptors", "2000"},
    {"server.listeners", "each"},
    {"server.sockopt.linger", "off"},
    {"server.sockopt.reuseaddr", "off"},
    {"server.sockopt.reuseport", "on"},
    {"server.sockopt.nodelay", "on"},
    {"server.sockopt.keepalive", "on"},
    {"server.sockopt.keepidle", "2s"},
    {"server.sockopt.keepintvl", "2s"},
    {"server.sockopt.keepcnt", "4"},
    {"server.sockopt.linger2", "3s"},
    {"server.sockopt.user_timeout", "1s"},
    {"server.sockopt.defer_accept", "1s"},
    {"server.sockopt.fastopen", "16"},
    {"server.sockopt.rcvbuf", "1M"},
    {"server.sockopt.sndbuf", "1M"},
    {"server.sysctl.net.ipv4.tcp_fin_timeout", "5"},
    {"server.sysctl.net.core.somaxconn", "9"},
    {"client.program", "connect send recv close"},
    {"server.program", "accept recv send wait-fin close"},
    {"ip", "v6"},
    {"sample.every", "1ms"},
    {"settle", "0s"},
    {"decay", "1h"},
    {"capture", "3"},
    {"faults", "{at: 1s, drop: fin, toward: client, for: 2s}"},
    {"faults", "{at: 3s, heal: on}"},
    {"events", "{at: 1s, kill: server}"},
    {"events", "{at: 1500ms, start: server}"},
    {"expect", "connections.failed == 0"},
    {"expect", "connections.attempted == 17"},
    {"vary", "{client.sysctl.net.ipv4.tcp_tw_reuse: [0, 1], load.rate: [max, 5/s]}"},
    {"variants", "{as-is: {}, reset: {server.sockopt.linger: 0s, about: \"a, b\"}}"},
    {"compare.rounds", "1000"},
    {"compare.budget", "3m"},
    {"compare.until", "2%"},
    {"compare.margin", "1%"},
    {"compare.baseline", "as-is, tcp_tw_reuse=1"},
    {"compare.metrics", "connections.rate"},
    {"compare.metrics", "server.time_wait.peak"},
    {"compare.fail-if", "connections.rate lower by 3%"},
};
#define OTHERS (sizeof others / sizeof others[0])

/* Those that exclude others, or need transport: tls. */
static const struct scenario_override excluding[] = {
    {"client.ports", "walk"},
    {"transport", "tls"},
    {"order", "client-rst"},
    {"response.chunked", "on"},
    {"http.persist", "server"},
    {"request.method", "PUT"},
    {"request.path", "/search?q=1"},
    {"request.host", "example.org:81"},
    {"request.headers.Accept", "text/html, */*"},
    {"request.body", "a=1&b=2"},
    {"request.body.file", "/etc/passwd"},
    {"response.status", "404"},
    {"response.headers.Retry-After", "1"},
    {"response.body", "no such thing"},
    {"response.body.file", "/etc/passwd"},
    {"client", "none"},
    {"client.command", "ab -c 10 'a b' {url}"},
    {"client.grace", "0s"},
    {"server.command", "python3 -m http.server '$PORT'"},
    {"server.ready", "line:ready"},
    {"server.ready_within", "1m"},
    {"server.grace", "1ms"},
    {"proxy.command", "haproxy -f {dir}/a.cfg"},
    {"proxy.port", "1"},
    {"proxy.ready", "line:ready"},
    {"proxy.ready_within", "1m"},
    {"proxy.grace", "1ms"},
    {"proxy.descriptors", "100"},
    {"client.mix", "[{name: a, weight: 3, program: \"connect close\"}]"},
    {"server.at", "127.0.0.1:80"},
    {"lab", "host"},
    {"tls.version", "1.3"},
    {"tls.ciphers", "ECDHE+AESGCM:!aNULL"},
    {"tls.ciphersuites", "TLS_AES_128_GCM_SHA256"},
    {"tls.groups", "X25519:P-256"},
    {"tls.alpn", "none"},
    {"tls.resumption", "ticket"},
    {"tls.release_buffers", "off"},
    {"tls.read_ahead", "on"},
    {"client.tls.sni", "example.org"},
    {"client.tls.verify", "on"},
    {"client.tls.ca", "a.pem"},
    {"client.tls.cert", "cert.pem"},
    {"client.tls.key", "key.pem"},
    {"client.tls.generate", "none"},
    {"client.tls.ignore_unexpected_eof", "on"},
    {"server.tls.cert", "cert.pem"},
    {"server.tls.key", "key.pem"},
    {"server.tls.generate", "rsa2048"},
    {"server.tls.verify", "on"},
    {"server.tls.ca", "a.pem"},
    {"server.tls.tickets", "16"},
    {"server.tls.unfinished", "100"},
    {"server.tls.ignore_unexpected_eof", "on"},
};
#define EXCLUDING (sizeof excluding / sizeof excluding[0])

/* A value of the option; NULL: none is tried.  Of a map of any names it is that of the first. */
static inline const struct scenario_override *other_value(const char *path)
{
    size_t length = strlen(path);

    for (size_t i = 0; i < OTHERS + EXCLUDING; i++) {
        const struct scenario_override *other = i < OTHERS ? &others[i] : &excluding[i - OTHERS];
        if (strncmp(other->path, path, length) == 0 &&
            (other->path[length] == '\0' || strstr(path, ".sysctl") != NULL ||
             strstr(path, ".headers") != NULL)) {
            return other;
        }
    }
    return NULL;
}

#endif
