#include "options.h"

#include <limits.h>
#include <string.h>
#include <threads.h>

#include "finwait/clock.h"
#include "option_texts.h"

#define FIELD(member)                                                                              \
    .offset = offsetof(struct scenario, member), .size = sizeof(((struct scenario *)NULL)->member)

#define HOUR (INT64_C(3600) * NS_PER_S)

static const char *const transport_names[] = {
    [TRANSPORT_TCP] = "tcp", [TRANSPORT_TLS] = "tls", NULL};
static const char *const version_names[] = {
    [TLS_ANY] = "any", [TLS_1_2] = "1.2", [TLS_1_3] = "1.3", NULL};
static const char *const resumption_names[] = {
    [TLS_RESUME_OFF] = "off",
    [TLS_RESUME_TICKET] = "ticket",
    [TLS_RESUME_SESSION_ID] = "session_id",
    NULL,
};
static const char *const key_names[] = {
    [TLS_KEY_P256] = "p256", [TLS_KEY_RSA2048] = "rsa2048", NULL};
static const char *const shown_names[] = {
    [TLS_SHOW_TRUSTED] = "trusted",
    [TLS_SHOW_UNKNOWN] = "unknown",
    [TLS_SHOW_NONE] = "none",
    NULL,
};
static const char *const port_names[] = {
    [PORTS_KERNEL] = "kernel", [PORTS_WALK] = "walk", [PORTS_SLICES] = "slices", NULL};
static const char *const lab_names[] = {[LAB_PRIVATE] = "private", [LAB_HOST] = "host", NULL};
static const char *const listener_names[] = {
    [LISTENERS_AUTO] = "auto", [LISTENERS_SHARED] = "shared", [LISTENERS_EACH] = "each", NULL};
static const char *const level_names[] = {
    [CHECK_MUST] = "MUST",
    [CHECK_SHOULD] = "SHOULD",
    [CHECK_MAY] = "MAY",
    [CHECK_INFO] = "INFO",
    NULL,
};
static const char *const patience_names[] = {
    [PATIENCE_NONE] = "off", [PATIENCE_TIMEOUT] = "on", [PATIENCE_SETTLE] = "settle", NULL};
static const char *const ip_names[] = {[IP_V4] = "v4", [IP_V6] = "v6", NULL};

static const char *const none_names[] = {"", "none", NULL};

/* In place of a side's map. */
#define NONE                                                                                       \
    {                                                                                              \
        VALUE_WORD, .words = none_names, .hint = "write none, or a map of options: {workers: 1}"   \
    }

/* The options, in the order they are printed in, of one value unless ops says more; where a side's
 * sockopt goes, all of sockopt_table that is for that side takes its place. */
static const struct option written[] = {
    {"name", VALUE_OF(TEXT, 1, 100), NULL, FIELD(name),
     .about = "what the scenario is called; by default the file's name"},
    {"about", VALUE_OF(TEXT, 0, 2000), NULL, FIELD(about), .about = "what it shows, for people"},
    {"fact", VALUE_OF(TEXT, 1, 200), NULL, FIELD(fact),
     .about = "the fact about TCP on Linux that it shows; `finwait list facts` has all"},
    {"transport", VALUE_ONE_OF(transport_names), "tcp", FIELD(transport),
     .about = "what carries the messages: TCP alone, or TLS over it (with http: HTTPS)"},
    {"tls.version", VALUE_ONE_OF(version_names), "any", FIELD(tls.version),
     .about = "the version of TLS; any: 1.2 or 1.3, the newest both sides have"},
    {"tls.ciphers", VALUE_OF(TEXT, 1, 1000), NULL, FIELD(tls.ciphers),
     .about = "TLS 1.2: a list as in openssl-ciphers(1); by default OpenSSL's"},
    {"tls.ciphersuites", VALUE_OF(TEXT, 1, 1000), NULL, FIELD(tls.ciphersuites),
     .about = "TLS 1.3: e.g. TLS_AES_128_GCM_SHA256, colons between several; by default OpenSSL's"},
    {"tls.groups", VALUE_OF(TEXT, 1, 1000), NULL, FIELD(tls.groups),
     .about = "groups of the key exchange, e.g. X25519:P-256, best first; by default OpenSSL's"},
    {"tls.alpn", VALUE_OF(TEXT_OR_NONE, 1, 255), "http/1.1", FIELD(tls.alpn),
     .about = "the one protocol offered and taken by ALPN, or none; by default none with "
              "protocol: raw"},
    {"tls.resumption", VALUE_ONE_OF(resumption_names), "off", FIELD(tls.resumption),
     .about = "how a client's next connection resumes the session of one before, if it does"},
    {"tls.release_buffers", VALUE_A(SWITCH), "on", FIELD(tls.release_buffers),
     .about = "SSL_MODE_RELEASE_BUFFERS: a connection that waits keeps no buffers"},
    {"tls.read_ahead", VALUE_A(SWITCH), "off", FIELD(tls.read_ahead),
     .about = "SSL_CTX_set_read_ahead: read what is there, not a record's head and then its body"},
    {"protocol", VALUE_ONE_OF(protocol_names), "http", FIELD(message.protocol),
     .about = "what send and recv exchange: a fixed number of bytes, or HTTP/1.1 messages"},
    {"order", VALUE_AS(order_text), "server-first", FIELD(order),
     .about = "the close order: the program of each side; not with programs of your own"},
    {"request.size", VALUE_OF(SIZE, 0, INT64_C(256) << 20), "0", FIELD(message.request_size),
     .about = "bytes of a request, by default 64 with protocol: raw; http: of its body, sent by "
              "POST, or 0 for a GET"},
    {"request.method", VALUE_AS(method_text), NULL, FIELD(message.method),
     .about = "http: the request's method; by default POST with a body, or GET"},
    {"request.version", VALUE_ONE_OF(http_version_names), "1.1", FIELD(message.version),
     .about = "http: what the request says that it is, HTTP/1.1 or HTTP/1.0"},
    {"request.path", VALUE_AS(target_text), "/", FIELD(message.path),
     .about = "http: what is asked for, e.g. /search?q=1; the whole URL for a proxy"},
    {"request.host", VALUE_AS(host_text), NULL, FIELD(message.host),
     .about = "http: the Host field; by default the server's address and port"},
    {"request.headers", .ops = &headers_ops, .side = SIDE_CLIENT,
     .about = "http: further fields of the request's head, e.g. {Accept: text/html}"},
    {"request.filler", VALUE_OF(SIZE, 0, INT64_C(16) << 20), "0", FIELD(message.filler),
     .about = "http: bytes of a field X-Filler, for a head that is larger than a server takes"},
    {"request.body", .ops = &body_ops, .side = SIDE_CLIENT,
     .about = "the request's body, as it is; by default request.size bytes of filler"},
    {"request.body.file", VALUE_A(FILE), NULL, FIELD(message.part[SIDE_CLIENT].file),
     .about = "the file whose bytes are the request's body; {dir}/NAME stands beside the scenario"},
    {"response.size", VALUE_OF(SIZE, 0, INT64_C(256) << 20), "128", FIELD(message.response_size),
     .about = "bytes of a response; http: of its body"},
    {"response.chunked", VALUE_A(SWITCH), "off", FIELD(message.chunked),
     .about = "http: send the response's body in chunks"},
    {"response.status", VALUE_OF(COUNT, 200, 599), "200", FIELD(message.status),
     .about = "http: the status of our server's responses; 204 and 304 have no body"},
    {"response.headers", .ops = &headers_ops, .side = SIDE_SERVER,
     .about = "http: further fields of the response's head, e.g. {Retry-After: 1}"},
    {"response.body", .ops = &body_ops, .side = SIDE_SERVER,
     .about = "the response's body, as it is; by default response.size bytes of filler"},
    {"response.body.file", VALUE_A(FILE), NULL, FIELD(message.part[SIDE_SERVER].file),
     .about = "the file whose bytes are the response's body; {dir}/NAME stands beside the "
              "scenario"},
    {"http.ok", VALUE_A(STATUSES), "2xx-3xx", FIELD(message.good),
     .about = "the statuses of a response that the client came for; after another the connection "
              "goes on, and has failed: outcome bad_status"},
    {"http.persist", VALUE_ONE_OF(persist_names), "auto", FIELD(message.persist),
     .about = "what ends a program's repeat(N) before its N rounds; server: Connection: close, "
              "Keep-Alive: max=0 or a timeout, HTTP/1.0 or a FIN between two rounds of the peer's, "
              "the server's or the client's; program: nothing; auto: server where the peer is not "
              "finwait's"},
    {"load.connections", VALUE_OF(COUNT, 0, INT64_C(1000000000000)), "5000",
     FIELD(load.connections),
     .about = "connections to make, 0 for no limit; by default 0 when load.duration is given"},
    {"load.concurrency", VALUE_OF(COUNT, 1, 1000000), "128", FIELD(load.concurrency),
     .about = "connections open at a time, over all workers, while load.rate is max"},
    {"load.rate", VALUE_OF(RATE, 0, 10000000), "max", FIELD(load.rate),
     .about = "connections begun a second, however many are open; max: the next when one ends"},
    {"load.duration", VALUE_OF(DURATION, 0, 24 * HOUR), "0s", FIELD(load.duration),
     .about = "begin connections for this long and none due later (open loop: an arrival may be "
              "begun up to 50 ms late); 0s: until load.connections are done"},
    {"load.timeout", VALUE_OF(DURATION, 0, 24 * HOUR), "30s", FIELD(load.timeout),
     .about = "how long a step may wait, other than a pause; 0s: for ever"},
    {"load.may_fail", VALUE_A(SWITCH), "off", FIELD(load.may_fail),
     .about = "a run in which nothing was established, or no answer was good, can pass: what is "
              "expected decides alone, and what holds because nothing ran does hold"},
    {"client", NONE, NULL, FIELD(side[SIDE_CLIENT].none),
     .about = "none: no client is run, another program loads the server; needs load.duration and "
              "lab: host"},
    {"client.workers", VALUE_OF(AUTO, 0, 256), "auto", FIELD(side[SIDE_CLIENT].workers),
     .about = "processes that play the client; auto: as CPUs and descriptors need"},
    {"client.addresses", VALUE_OF(COUNT, 1, 65000), "64", FIELD(side[SIDE_CLIENT].addresses),
     .about = "source addresses, each with ports of its own (some 28,000 by default)"},
    {"client.port", VALUE_OF(AUTO, 0, UINT16_MAX), "auto", FIELD(client_port),
     .about = "the source port of every connection; auto: the kernel chooses"},
    {"client.ports", VALUE_ONE_OF(port_names), "kernel", FIELD(client_ports),
     .about = "who chooses a source port of ip_local_port_range: the kernel, at random; walk: each "
              "port of each address in turn, bound before connecting, one that is taken too; "
              "slices: the kernel, within the worker's own part of the range (Linux 6.3)"},
    {"client.bind", VALUE_A(SWITCH), "off", FIELD(client_bind),
     .about = "bind the source address before connecting, even when there is only one"},
    {"client.to", VALUE_AS(address_text), NULL, FIELD(client_to),
     .about = "connect there instead of to the server; an address of the private lab"},
    {"client.descriptors", VALUE_OF(AUTO, 0, 1048576), "auto", FIELD(side[SIDE_CLIENT].descriptors),
     .about = "RLIMIT_NOFILE of each of the client's processes; auto: as high as allowed"},
    {"client.tls.sni", VALUE_OF(TEXT, 1, 255), NULL, FIELD(tls.sni),
     .about = "the name the client asks for (server_name); with verify the certificate must have "
              "it"},
    {"client.tls.verify", VALUE_A(SWITCH), "off", FIELD(tls.side[SIDE_CLIENT].verify),
     .about = "verify the server's certificate: fail the handshake when it is not to be trusted; "
              "its names and addresses only with sni"},
    {"client.tls.ca", VALUE_A(FILE), NULL, FIELD(tls.side[SIDE_CLIENT].ca),
     .about = "PEM file of certificates to trust; by default our own server's, or the system's"},
    {"client.tls.cert", VALUE_A(FILE), NULL, FIELD(tls.side[SIDE_CLIENT].cert),
     .about = "PEM file of the certificate chain that the client shows a server that asks for one"},
    {"client.tls.key", VALUE_A(FILE), NULL, FIELD(tls.side[SIDE_CLIENT].key),
     .about = "PEM file of the private key of client.tls.cert"},
    {"client.tls.generate", VALUE_ONE_OF(shown_names), "trusted", FIELD(tls.shown),
     .about = "the client's certificate that is made: by the CA of server.tls.verify, or by one "
              "that nobody knows; none: it shows none"},
    {"client.tls.ignore_unexpected_eof", VALUE_A(SWITCH), "off",
     FIELD(tls.side[SIDE_CLIENT].ignore_unexpected_eof),
     .about = "SSL_OP_IGNORE_UNEXPECTED_EOF: let a FIN pass for a close_notify"},
    {"client.command", .ops = &command_ops, .side = SIDE_CLIENT,
     .about =
         "a program that plays the client instead of finwait, as words; in them {address}, "
         "{port}, {host-port}, {url}, {ca} and {cert} are the server's, {dir} is the directory of "
         "the scenario's file, {out} one for what the program writes"},
    {"client.grace", VALUE_OF(DURATION, 0, HOUR), "2s", FIELD(side[SIDE_CLIENT].command.grace),
     .about = "client.command: how long after SIGTERM what is left of it is killed"},
    {"client.program", .ops = &program_ops, .side = SIDE_CLIENT,
     .about = "the steps of the client's end of a connection"},
    {"client.mix", .ops = &mix_ops, .side = SIDE_CLIENT,
     .about = "several programs in place of client.program, each with its weight, the share of the "
              "connections that run it, and a name for its metrics"},
    {"client.sockopt", .ops = &sockopt_ops, .side = SIDE_CLIENT},
    {"client.sysctl", .ops = &sysctl_ops, .side = SIDE_CLIENT,
     .about = "net.* sysctls of the client's host, e.g. client.sysctl.net.ipv4.tcp_tw_reuse"},
    {"server.workers", VALUE_OF(AUTO, 0, 256), "auto", FIELD(side[SIDE_SERVER].workers),
     .about = "processes that play the server; auto: as CPUs and descriptors need"},
    {"server.addresses", VALUE_OF(COUNT, 1, 1000), "1", FIELD(side[SIDE_SERVER].addresses),
     .about = "addresses served; clients connect to them in turn"},
    {"server.port", VALUE_OF(COUNT, 1, UINT16_MAX), "8080", FIELD(port),
     .about = "where the server listens"},
    {"server.backlog", VALUE_OF(COUNT, 1, UINT16_MAX), "4096", FIELD(backlog),
     .about = "length of the accept queue, which net.core.somaxconn cuts"},
    {"server.listeners", VALUE_ONE_OF(listener_names), "auto", FIELD(listeners),
     .about = "what the workers accept from: one listener an address that all share, or each its "
              "own, by SO_REUSEPORT, which it sets; auto: each with server.sockopt.reuseport: on, "
              "else shared"},
    {"server.descriptors", VALUE_OF(AUTO, 0, 1048576), "auto", FIELD(side[SIDE_SERVER].descriptors),
     .about = "RLIMIT_NOFILE of each of the server's processes; auto: as high as allowed"},
    {"server.at", VALUE_AS(address_text), NULL, FIELD(at),
     .about =
         "load the server that already runs there instead of one of ours, e.g. 127.0.0.1:8080, "
         "[::1]:8080 or localhost:8080; needs lab: host"},
    {"server.tls.cert", VALUE_A(FILE), NULL, FIELD(tls.side[SIDE_SERVER].cert),
     .about = "PEM file of the server's certificate chain; by default one is made at start"},
    {"server.tls.key", VALUE_A(FILE), NULL, FIELD(tls.side[SIDE_SERVER].key),
     .about = "PEM file of the private key of server.tls.cert"},
    {"server.tls.generate", VALUE_ONE_OF(key_names), "p256", FIELD(tls.key_kind),
     .about = "the key of the certificate that is made"},
    {"server.tls.verify", VALUE_A(SWITCH), "off", FIELD(tls.side[SIDE_SERVER].verify),
     .about = "ask the client for a certificate, and refuse who has none that verifies"},
    {"server.tls.ca", VALUE_A(FILE), NULL, FIELD(tls.side[SIDE_SERVER].ca),
     .about = "PEM file of the CAs of the clients; by default one that is made, and whose "
              "certificate our client shows"},
    {"server.tls.tickets", VALUE_OF(COUNT, 0, 16), "2", FIELD(tls.tickets),
     .about =
         "session tickets sent after each full TLS 1.3 handshake; after a resumed one never more "
         "than 1"},
    {"server.tls.unfinished", VALUE_OF(COUNT, 1, 1048576), "4096", FIELD(tls.unfinished),
     .about = "TLS handshakes that a worker has under way at once; who has sent something beyond "
              "these waits for one to end"},
    {"server.tls.ignore_unexpected_eof", VALUE_A(SWITCH), "off",
     FIELD(tls.side[SIDE_SERVER].ignore_unexpected_eof),
     .about = "SSL_OP_IGNORE_UNEXPECTED_EOF: let a FIN pass for a close_notify"},
    {"server.command", .ops = &command_ops, .side = SIDE_SERVER,
     .about = "a program that plays the server instead of finwait, as words; in them {address} and "
              "{port} are where it is to listen, {cert} and {key} its certificate, {dir} is the "
              "directory of the scenario's file, {out} one for what the program writes"},
    {"server.ready", .ops = &ready_ops, .side = SIDE_SERVER,
     .about = "server.command: how one knows that it serves: it listens on server.port, or {line: "
              "TEXT} is part of what it prints; by default listen"},
    {"server.ready_within", VALUE_OF(DURATION, NS_PER_MS, HOUR), "10s",
     FIELD(side[SIDE_SERVER].command.ready_within),
     .about = "server.command: how long it may take for that"},
    {"server.grace", VALUE_OF(DURATION, 0, HOUR), "2s", FIELD(side[SIDE_SERVER].command.grace),
     .about = "server.command: how long after SIGTERM what is left of it is killed"},
    {"server.program", .ops = &program_ops, .side = SIDE_SERVER,
     .about = "the steps of the server's end of a connection"},
    {"server.sockopt", .ops = &sockopt_ops, .side = SIDE_SERVER},
    {"server.sysctl", .ops = &sysctl_ops, .side = SIDE_SERVER,
     .about = "net.* sysctls of the server's host, e.g. server.sysctl.net.ipv4.tcp_fin_timeout"},
    {"proxy.command", .ops = &command_ops, .side = SIDE_PROXY,
     .about = "a program that stands between client and server, in the server's host, as words; in "
              "them {address} and {port} are where it is to listen, {upstream} is where the server "
              "does, the others are as of server.command"},
    {"proxy.port", VALUE_OF(COUNT, 1, UINT16_MAX), "8081", FIELD(proxy_port),
     .about = "proxy.command: where it listens, and the client connects to"},
    {"proxy.ready", .ops = &ready_ops, .side = SIDE_PROXY,
     .about = "proxy.command: how one knows that it serves, as server.ready"},
    {"proxy.ready_within", VALUE_OF(DURATION, NS_PER_MS, HOUR), "10s",
     FIELD(side[SIDE_PROXY].command.ready_within),
     .about = "proxy.command: how long it may take for that"},
    {"proxy.grace", VALUE_OF(DURATION, 0, HOUR), "2s", FIELD(side[SIDE_PROXY].command.grace),
     .about = "proxy.command: how long after SIGTERM what is left of it is killed"},
    {"proxy.descriptors", VALUE_OF(AUTO, 0, 1048576), "auto", FIELD(side[SIDE_PROXY].descriptors),
     .about = "proxy.command: RLIMIT_NOFILE of its processes; auto: as it is"},
    {"lab", VALUE_ONE_OF(lab_names), "private", FIELD(lab),
     .about = "fresh network namespaces for each trial, or this host and its loopback"},
    {"ip", VALUE_ONE_OF(ip_names), "v4", FIELD(ip),
     .about = "the version of IP; by default that of server.at"},
    {"sample.every", VALUE_OF(DURATION, NS_PER_MS, 60 * NS_PER_S), "100ms", FIELD(sample_every),
     .about = "time between two looks at the sockets' states"},
    {"settle", VALUE_OF(DURATION, 0, HOUR), "1s", FIELD(settle),
     .about = "watch on for this long after the load; final values are those at its end"},
    {"decay", VALUE_OF(DURATION, 0, HOUR), "0s", FIELD(decay),
     .about = "then watch the pile decay for this long"},
    {"capture", VALUE_OF(COUNT, 0, 10000), "0", FIELD(capture),
     .about = "keep the packets of the first so many connections, and of up to as many that ended "
              "otherwise than predicted; --out gets them as packets.pcap"},
    {"faults", .ops = &faults_ops,
     .about = "what befalls the link, a list of maps, e.g. {at: 1s, drop: fin, toward: client}; "
              "`finwait list faults` has their keys"},
    {"events", .ops = &events_ops,
     .about = "what befalls a side, a list of maps, e.g. {at: 2s, kill: server}; `finwait list "
              "faults` has their keys"},
    {"expect", .ops = &expect_ops,
     .about = "conditions on metrics that decide the verdict; several as a list"},
    {"vary", .ops = &vary_ops,
     .about = "for finwait compare: options and the values that each is to have, e.g. "
              "{client.sysctl.net.ipv4.tcp_tw_reuse: [0, 1]}; of several each combination"},
    {"variants", .ops = &variants_ops,
     .about = "for finwait compare: variants of the scenario by name, each a map of the options "
              "that make it; {}: the scenario as it is"},
    {"compare.rounds", VALUE_OF(COUNT, 1, COMPARE_ROUNDS_MAX), "10", FIELD(compare.rounds),
     .about = "in each, every variant is run once; with budget or until as many as they allow"},
    {"compare.budget", VALUE_OF(DURATION, 0, 24 * HOUR), "0s", FIELD(compare.budget),
     .about = "begin no round that would not end within this time; 0s: however long it takes"},
    {"compare.until", VALUE_A(SHARE), NULL, FIELD(compare.until),
     .about = "go on until each interval is within so much of its difference, or the budget (by "
              "default 10m) ends"},
    {"compare.margin", VALUE_A(SHARE), "5%", FIELD(compare.margin),
     .about = "the share of the baseline's median within which two are said to be no different"},
    {"compare.baseline", VALUE_OF(TEXT, 1, 200), NULL, FIELD(compare.baseline),
     .about = "the variant that the others are held against; by default the first"},
    {"compare.metrics", .ops = &texts_ops, FIELD(compare.metric),
     .about = "the metrics to compare, or patterns of them, in place of the usual ones; +NAME: "
              "beside them"},
    {"compare.fail-if", .ops = &texts_ops, FIELD(compare.fail_if),
     .about = "differences that are a failure, METRIC lower|higher [by N%], e.g. connections.rate "
              "lower by 3%"},
    {"probe.question", VALUE_OF(TEXT, 1, 100), NULL, FIELD(probe.question),
     .about = "for finwait probe: what the scenario asks of another's program; it is a check then"},
    {"probe.level", VALUE_ONE_OF(level_names), "INFO", FIELD(probe.level),
     .about = "how much is asked for, as RFC 2119 says it; INFO: nothing is, the answer is shown"},
    {"probe.source", VALUE_OF(TEXT, 1, 200), NULL, FIELD(probe.source),
     .about = "where it is asked for: RFC and section, man page"},
    {"probe.path", VALUE_OF(TEXT, 1, 40), NULL, FIELD(probe.path),
     .about = "the kind of path that is asked for, which the target must name, e.g. large"},
    {"probe.paths", .ops = &texts_ops, FIELD(probe.paths),
     .about = "of a target: what it has of each kind of path, e.g. large=/big.bin"},
    {"probe.stop_signal", VALUE_ONE_OF(timeline_signals), "TERM", FIELD(probe.stop_signal),
     .about = "of a target: the signal that asks it to end in order, where events have TERM to the "
              "server, e.g. QUIT for nginx"},
    {"probe.patient", VALUE_ONE_OF(patience_names), "off", FIELD(probe.patient),
     .about = "finwait probe --max-wait says how long load.timeout is (on), or settle"},
    {"probe.skip", .ops = &texts_ops, FIELD(probe.skip),
     .about = "expectations: where one of them holds nothing was asked, and the check is skipped; "
              "with words for it behind a colon, \"client.opened == 0: it was not reached\""},
    {"probe.pass", .ops = &texts_ops, FIELD(probe.pass),
     .about = "expectations: where all of them hold the check has passed; expect without its own"},
    {"probe.warn", .ops = &texts_ops, FIELD(probe.warn),
     .about = "expectations: else, where all of them hold, it is a warning"},
    {"probe.fail", .ops = &texts_ops, FIELD(probe.fail),
     .about =
         "expectations: else, where all of them hold, it has failed, and is skipped otherwise; "
         "without them whatever has not passed has failed"},
    {"probe.measured", .ops = &texts_ops, FIELD(probe.measured),
     .about = "what the card shows besides, NAME=METRIC each; NAME=METRIC/METRIC is a share, "
              "with its interval"},
    {"probe.advice", .ops = &texts_ops, FIELD(probe.advice),
     .about = "what to change: a text, or PROGRAM=TEXT for that program, e.g. nginx=..."},
    {"probe.mutant", .ops = &texts_ops, FIELD(probe.mutant),
     .about = "those mutants of the sound program that the scenario names which fail here"},
};

#define WRITTEN (sizeof written / sizeof written[0])

/* The table as it is used: `written` with the rows of sockopt_table in it. */
static struct {
    size_t count;
    struct option row[OPTION_MAX];
    char type[OPTION_MAX][64];
    char range[OPTION_MAX][VALUE_RANGE];
    char sockopt_path[SIDE_N][SOCKOPT_N][sizeof "client.sockopt." + 32];
} table;

_Static_assert(WRITTEN + 2 * (size_t)SOCKOPT_N <= OPTION_MAX, "OPTION_MAX is too small");

static bool sockopt_is_for(const struct sockopt_info *info, enum side side)
{
    return info->when == SOCKOPT_BEFORE_BIND ||
           (info->when == SOCKOPT_CLIENT_ONLY) == (side == SIDE_CLIENT);
}

char *option_type(const struct option *option, char *text, size_t size)
{
    if (option->ops->type == NULL) {
        return value_form(&option->takes, text, size);
    }
    snprintf(text, size, "%s", option->ops->type);
    return text;
}

static void add(const struct option *option)
{
    size_t index = table.count++;

    table.row[index] = *option;
    if (option->ops == NULL) {
        table.row[index].ops = &value_ops;
    }
    option_type(&table.row[index], table.type[index], sizeof table.type[0]);
    value_range(&option->takes, table.range[index], sizeof table.range[0]);
}

static void add_sockopts(const struct option *map)
{
    for (unsigned id = 0; id < SOCKOPT_N; id++) {
        const struct sockopt_info *info = &sockopt_table[id];
        char *path = table.sockopt_path[map->side][id];

        if (!sockopt_is_for(info, map->side)) {
            continue;
        }
        snprintf(path, sizeof table.sockopt_path[0][0], "%s.%s", map->path, info->name);
        add(&(struct option){.path = path,
                             .ops = &sockopt_ops,
                             .takes = info->takes,
                             .side = map->side,
                             .sockopt = (enum sockopt_id)id,
                             .about = info->about});
    }
}

static void build_table(void)
{
    for (size_t i = 0; i < WRITTEN; i++) {
        if (written[i].ops == &sockopt_ops) {
            add_sockopts(&written[i]);
        } else {
            add(&written[i]);
        }
    }
}

size_t option_count(void)
{
    static once_flag once = ONCE_FLAG_INIT;

    call_once(&once, build_table);
    return table.count;
}

const struct option *option_at(size_t index)
{
    return index < option_count() ? &table.row[index] : NULL;
}

size_t option_index(const struct option *option)
{
    return (size_t)(option - table.row);
}

void option_get(size_t index, struct option_info *info)
{
    const struct option *option = option_at(index);

    *info = (struct option_info){
        .path = option->path,
        .type = table.type[index],
        .value = option->value != NULL ? option->value : "",
        .range = table.range[index],
        .about = option->about,
        .takes = &option->takes,
        .has_keys = option->ops->has_keys,
    };
}

bool option_is_tls(const struct option *option)
{
    return strncmp(option->path, "tls.", 4) == 0 || strstr(option->path, ".tls.") != NULL;
}

bool option_is_comparison(const char *path)
{
    return option_is_in("vary", path) || option_is_in("variants", path) ||
           option_is_in("compare", path);
}

const char *option_below(const char *map, const char *path)
{
    size_t length = strlen(map);

    if (length == 0) {
        return path[0] != '\0' ? path : NULL;
    }
    return strncmp(path, map, length) == 0 && path[length] == '.' ? path + length + 1 : NULL;
}

bool option_is_meant(const char *pattern, const struct option *option)
{
    size_t length = strlen(pattern);

    return pattern[length - 1] == '.' ? strncmp(option->path, pattern, length) == 0
                                      : strcmp(option->path, pattern) == 0;
}

const struct option *option_find(const char *path, const char **key)
{
    const struct option *found = NULL;
    const char *name = NULL;

    for (size_t i = 0; found == NULL && i < option_count(); i++) {
        const struct option *option = &table.row[i];

        name = option->ops->has_keys ? option_below(option->path, path) : NULL;
        found = name != NULL || strcmp(path, option->path) == 0 ? option : NULL;
    }
    if (key != NULL) {
        *key = name;
    }
    return found;
}

bool option_is_map(const char *path)
{
    for (size_t i = 0; i < option_count(); i++) {
        if (path[0] != '\0' && option_below(path, table.row[i].path) != NULL) {
            return true;
        }
    }
    return false;
}
