#include "finwait/program.h"

const struct step_info step_table[STEP_OP_N] = {
    [STEP_CONNECT] =
        {
            .name = "connect",
            .client = true,
            .about = "open a connection; a client's program begins with it",
            .source = "connect(2), RFC 9293 section 3.5",
        },
    [STEP_ACCEPT] =
        {
            .name = "accept",
            .server = true,
            .about = "take a connection from the accept queue; a server's program begins with it",
            .source = "accept(2)",
        },
    [STEP_SEND] =
        {
            .name = "send",
            .client = true,
            .server = true,
            .about = "send one message: a client's request or a server's response",
            .source = "send(2)",
        },
    [STEP_RECV] =
        {
            .name = "recv",
            .client = true,
            .server = true,
            .about = "receive one whole message from the peer",
            .source = "recv(2)",
        },
    [STEP_REPEAT] =
        {
            .name = "repeat",
            .arg = STEP_ARG_COUNT,
            .client = true,
            .server = true,
            .about = "go back to the first step after the start until N rounds are done",
            .source = "RFC 9112 section 9.3 (persistent connections)",
        },
    [STEP_NOTIFY] =
        {
            .name = "notify",
            .client = true,
            .server = true,
            .tls = true,
            .about = "TLS: send close_notify; the peer may still send",
            .source = "SSL_shutdown(3), RFC 8446 section 6.1",
        },
    [STEP_WAIT_NOTIFY] =
        {
            .name = "wait-notify",
            .client = true,
            .server = true,
            .tls = true,
            .about = "TLS: read and discard until the peer's close_notify",
            .source = "SSL_read(3), RFC 8446 section 6.1",
        },
    [STEP_SHUT_WR] =
        {
            .name = "shut-wr",
            .client = true,
            .server = true,
            .about = "shut down sending: a FIN goes out, the peer may still send",
            .source = "shutdown(2), RFC 9293 section 3.6",
        },
    [STEP_SHUT_RD] =
        {
            .name = "shut-rd",
            .client = true,
            .server = true,
            .about = "shut down receiving: no segment goes out, no state changes",
            .source = "shutdown(2)",
        },
    [STEP_WAIT_FIN] =
        {
            .name = "wait-fin",
            .client = true,
            .server = true,
            .about = "read and discard until the peer's FIN",
            .source = "recv(2), RFC 9112 section 9.6",
        },
    [STEP_DRAIN] =
        {
            .name = "drain",
            .client = true,
            .server = true,
            .about = "read and discard what has already arrived, without waiting",
            .source = "recv(2), RFC 2525 section 2.17",
        },
    [STEP_PAUSE] =
        {
            .name = "pause",
            .arg = STEP_ARG_DURATION,
            .client = true,
            .server = true,
            .about = "do nothing for a while",
            .source = "timerfd_create(2)",
        },
    [STEP_LINGER] =
        {
            .name = "linger",
            .arg = STEP_ARG_LINGER,
            .client = true,
            .server = true,
            .about = "set SO_LINGER for the close that follows; 0s makes it a reset",
            .source = "socket(7)",
        },
    [STEP_INHERIT] =
        {
            .name = "inherit",
            .arg = STEP_ARG_DURATION,
            .client = true,
            .server = true,
            .about = "let a child process inherit the descriptor and keep it open for a while",
            .source = "fork(2), close(2)",
        },
    [STEP_RST] =
        {
            .name = "rst",
            .client = true,
            .server = true,
            .ends = true,
            .about = "close with SO_LINGER {1,0}: a RST, and no TIME_WAIT on either side",
            .source = "socket(7), RFC 9293 section 3.10.5",
        },
    [STEP_CLOSE] =
        {
            .name = "close",
            .client = true,
            .server = true,
            .ends = true,
            .about = "close the descriptor: a FIN, or a RST when unread data is thrown away",
            .source = "close(2), RFC 1122 section 4.2.2.13",
        },
    [STEP_HOLD] =
        {
            .name = "hold",
            .client = true,
            .server = true,
            .ends = true,
            .about = "keep the descriptor open and never close it: the leak",
            .source = "tcp(7)",
        },
    [STEP_DIE] =
        {
            .name = "die",
            .client = true,
            .server = true,
            .ends = true,
            .about = "end the worker's process at once, with its descriptors open",
            .source = "_exit(2)",
        },
};
