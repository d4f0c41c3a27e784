#ifndef FINWAIT_MESSAGE_H
#define FINWAIT_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "finwait/side.h"

/*
 * The messages two programs exchange: what `send` sends and what makes a `recv`
 * whole.  raw: a fixed number of bytes each way.  http: HTTP/1.1 (RFC 9112).
 */

enum protocol {
    PROTOCOL_RAW,
    PROTOCOL_HTTP,
};

/* Who ends the rounds of a connection. */
enum persist {
    PERSIST_AUTO,    /* the peer, too, where it is not finwait's */
    PERSIST_PROGRAM, /* the program alone, by its repeat(N) */
    PERSIST_SERVER,  /* the peer, too: by what its heads say (RFC 9112 section 9.3), by its FIN */
    PERSIST_N,
};

/* What a request says that it is. */
enum http_version {
    HTTP_VERSION_1_1,
    HTTP_VERSION_1_0,
};

/* What a side's messages are made of beside their size.  The texts are the scenario's own. */
struct message_part {
    char *fields; /* http: lines "Name: value\r\n" for the head; NULL: none */
    char *body;   /* as many bytes as the message's size says; NULL: filler */
    char *file;   /* which `body` was read from; NULL: it was written in the scenario */
};

/* What a role is to send, and to expect. */
struct message_spec {
    enum protocol protocol;
    uint64_t
        request_size; /* raw: bytes of a request; http: bytes of its body (0: GET without one) */
    uint64_t response_size; /* raw: bytes of a response; http: bytes of its body */
    bool chunked;           /* http: the response body is sent chunked (RFC 9112 section 7.1) */
    uint32_t good; /* http: the statuses that the client comes for, high << 16 | low; 0: any */
    enum persist persist;      /* http */
    enum http_version version; /* http: of a request */
    char *method;              /* http: of a request; NULL: POST with a body, or GET */
    char *path;                /* http: the request's target; NULL: "/" */
    char *host;                /* http: the Host field; NULL: what message_build() is given */
    uint64_t filler;           /* http: bytes of a field X-Filler of a request; 0: without it */
    uint16_t status;           /* http: of a response; 0: 200 */
    struct message_part part[SIDE_N];
};

/* The bytes of content that `sender` sends with a message; raw: all of it. */
uint64_t message_content(const struct message_spec *spec, enum side sender);

/* The status of the responses that a server sends. */
static inline unsigned message_status(const struct message_spec *spec)
{
    return spec->status != 0 ? spec->status : 200;
}

/* Whether it is in such a range as message_spec.good. */
static inline bool message_status_is_good(uint32_t range, unsigned status)
{
    return range == 0 || (status >= (range & UINT16_MAX) && status <= range >> 16);
}

/* Whether a response with that status has a body at all (RFC 9110 section 6.4.1). */
bool message_status_has_body(unsigned status);

/* Whether a request asks for another protocol (Upgrade, RFC 9110 section 7.8): its body is what is
 * said in that, and no part of the request. */
bool message_upgrades(const struct message_spec *spec);

/* Whether the requests are HEADs, and so their responses heads, whatever these say of a body. */
bool message_is_bare(const struct message_spec *spec);

/* The line of `fields` that has this name, in whatever letters; NULL: none.  `fields` may be NULL.
 */
char *message_field(char *fields, const char *name, size_t length);

/*
 * A message ready to be sent, made once and shared by every connection of a worker:
 * a head followed by its body in memory.
 */
struct message {
    char *bytes; /* owned */
    size_t length;
    size_t head; /* bytes of these that are the head; raw: 0 */
};

/* What a message says of its connection (RFC 9112 sections 9.3 and 9.6). */
enum message_says {
    SAYS_NOTHING,
    SAYS_CLOSE,      /* "Connection: close": it is the last, and its sender wants the connection
                        closed behind it */
    SAYS_KEEP_ALIVE, /* "Connection: keep-alive", which HTTP/1.0 needs to be told */
    SAYS_N,
};

/*
 * Build the message that `sender` sends; raw ones say nothing.  `host`: the Host field of a request
 * that has none.  0, or -1 when out of memory.
 */
int message_build(struct message *message, const struct message_spec *spec, enum side sender,
                  enum message_says says, const char *host);

/* The receiving half: a parser that is fed bytes in pieces of any size. */
enum message_progress {
    MESSAGE_MORE,  /* not whole yet */
    MESSAGE_HEAD,  /* its head is whole, more belongs to it; where reader.head_only asks for it */
    MESSAGE_WHOLE, /* whole; bytes beyond it were not consumed */
    MESSAGE_BAD,   /* not HTTP, or HTTP this reader does not speak */
};

/* One a connection: small.  What is not commented on is private to src/net/message*.c. */
struct message_reader {
    enum protocol protocol;
    enum side sender; /* whose messages are read */
    bool bare;        /* http: a response to a HEAD, without a body whatever its head says */
    bool upgrades;    /* http: a response to a request with Upgrade: 101 is one, and the last */
    bool asks_head;   /* http: of a request: it is a HEAD */
    uint8_t state;
    uint8_t fields;       /* what the head has said so far */
    bool close_delimited; /* http: a response without length ends at the FIN (RFC 9112 6.3) */
    bool peer_closes;  /* http: the head said Connection: close (or HTTP/1.0 without keep-alive, or
                          Keep-Alive: max=0) */
    bool asks_to_stay; /* http: HTTP/1.0 with keep-alive */
    uint32_t stays;    /* http: seconds that it will, by Keep-Alive: timeout; 0: not said */
    bool head_only;    /* stop behind the head; the caller's */
    uint8_t spoken;    /* http: enum spoken, after MESSAGE_BAD at the start of a message */
    uint16_t status;   /* http: of a response */
    uint8_t kept;      /* bytes in `line` */
    uint32_t line_length; /* of the line being read; the middle of a long one is not kept */
    uint32_t head_length; /* bounded */
    char line[96];
    uint64_t left;     /* bytes of the body or the chunk still to come; raw: of the message */
    uint64_t size;     /* raw: bytes of a whole message */
    uint64_t *interim; /* http: 1xx responses that were skipped, by their status less 100; the
                          caller's, NULL: nobody counts them */
};

/* Get ready for the next message of `sender`. */
void message_reader_init(struct message_reader *reader, const struct message_spec *spec,
                         enum side sender);

/*
 * Feed `length` bytes; *used is how many of them belong to this message.  Hostile
 * input cannot make it overrun, loop or allocate.  A raw message of 0 bytes is whole before
 * anything arrives: feed it 0 bytes.
 */
enum message_progress message_reader_feed(struct message_reader *reader, const char *bytes,
                                          size_t length, size_t *used);

/* Whether some of the message has been fed. */
bool message_reader_begun(const struct message_reader *reader);

/* Whether the peer's FIN now makes the message whole (a close-delimited response). */
bool message_reader_fin(const struct message_reader *reader);

/* What a peer speaks that was to speak something else, by the first bytes it sent. */
enum spoken {
    SPOKEN_OTHER, /* nothing that is known here, or too little of it */
    SPOKEN_TLS,   /* a record: an alert, a ClientHello (RFC 8446 section 5.1) */
    SPOKEN_HTTP,  /* a request or a response, or HTML */
    SPOKEN_SSH,   /* its identification string (RFC 4253 section 4.2) */
    SPOKEN_TEXT,  /* as SMTP, FTP, IMAP, Redis begin */
};

/* A few bytes are enough: 5. */
enum spoken message_spoken(const char *bytes, size_t length);

/* Whether there is in this piece of a response what nginx, Apache, Go and Tomcat say to plain HTTP
 * on a port for TLS, each with a status of 400. */
bool message_asks_tls(const char *bytes, size_t length);

/* The names of enum protocol, enum persist and enum http_version, for the option table: "raw",
 * "http", NULL. */
extern const char *const protocol_names[];
extern const char *const persist_names[];
extern const char *const http_version_names[];

#endif
