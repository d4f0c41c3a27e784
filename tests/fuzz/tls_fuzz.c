/*
 * Both ends of a TLS connection and a network between them that hands over its bytes in pieces of
 * any size, changes some and makes up others.  The first byte is the version, 2 or 3, or t for 3
 * with tickets taken; each one behind it says what happens next.  Capital letters are the server's.
 *   h  go on: the handshake, or read            w  write what is left of a message, or a new one
 *   n  close_notify                             e  no more bytes from here: a FIN
 *   f. hand on as many bytes from here as the next byte says    a  hand on all
 *   x. change the next byte that is handed on   i.… make up as many bytes as the next byte says
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "finwait/tls.h"
#include "fuzz.h"

enum {
    OPERATIONS = 400, /* of one input */
    MESSAGE = 3000,
    PIECE = 4096,
    WHOLE = 1 << 20,
};

struct end {
    tls_stream *stream;
    int fd[2]; /* its own, and the network's */
    bool open, notifies, notified, dead, finished, fin;
    size_t pending;       /* of a message that is being written */
    uint64_t sent, taken; /* bytes of messages */
    uint8_t change;       /* of the next byte that is handed on from here */
};

struct pair {
    struct end end[SIDE_N];
    bool tampered;
    const uint8_t *at;
    size_t left;
};

/* The messages are one stream of bytes that tell where they belong. */
static uint8_t byte_number(uint64_t number)
{
    return (uint8_t)(number * 7 + number / 251);
}

/* ---- what the ends do ---- */

static struct tls *made(char version, enum side side)
{
    static struct tls *kept[3][SIDE_N];
    unsigned which = version == '2' ? 0 : version == '3' ? 1 : 2;
    struct tls_spec spec = {.version = which == 0 ? TLS_1_2 : TLS_1_3,
                            .resumption = which == 2 ? TLS_RESUME_TICKET : TLS_RESUME_OFF,
                            .release_buffers = which != 1,
                            .tickets = 2};
    struct error error;

    if (kept[which][side] == NULL) {
        kept[which][side] = tls_new(&spec, side, NULL, &error);
    }
    REQUIRE(kept[which][side] != NULL);
    return kept[which][side];
}

/* What a call said, held against what had gone over the network; false: it did nothing. */
static bool check(struct pair *pair, enum side side, enum tls_status status,
                  const struct tls_trouble *trouble)
{
    struct end *end = &pair->end[side];
    const struct end *peer = &pair->end[side_peer(side)];

    switch (status) {
    case TLS_OK:
        return true;
    case TLS_WANT_READ:
    case TLS_WANT_WRITE:
    case TLS_BUSY:
        return false;
    case TLS_NOTIFIED:
        REQUIRE(pair->tampered || peer->notified);
        end->finished = true;
        return false;
    case TLS_ERRNO:
        REQUIRE(trouble->errnum != 0);
        break;
    case TLS_TRUNCATED:
        REQUIRE(pair->tampered || peer->fin);
        REQUIRE(trouble->reason != 0);
        break;
    case TLS_ALERT:
    case TLS_FAILED:
        REQUIRE(pair->tampered || peer->dead || peer->notified);
        REQUIRE(trouble->reason != 0);
        break;
    default: /* TLS_FIN comes with ignore_unexpected_eof only */
        REQUIRE(status == TLS_OK);
    }
    end->dead = true;
    return false;
}

static void read_some(struct pair *pair, enum side side)
{
    struct end *end = &pair->end[side];
    struct tls_trouble trouble = {0};
    uint8_t bytes[1000];
    size_t done = 0;

    if (end->finished) {
        return;
    }
    if (!check(pair, side, tls_read(end->stream, bytes, sizeof bytes, &done, &trouble), &trouble)) {
        REQUIRE(done == 0);
        return;
    }
    REQUIRE(done > 0 && done <= sizeof bytes);
    REQUIRE(end->taken + done <= pair->end[side_peer(side)].sent);
    for (size_t i = 0; i < done; i++) { /* changed or made up, it would not have come through */
        REQUIRE(bytes[i] == byte_number(end->taken + i));
    }
    end->taken += done;
}

static void go_on(struct pair *pair, enum side side)
{
    struct end *end = &pair->end[side];
    struct tls_trouble trouble = {0};

    if (end->open) {
        read_some(pair, side);
    } else {
        end->open = check(pair, side, tls_handshake(end->stream, &trouble), &trouble);
    }
}

static void write_some(struct pair *pair, enum side side)
{
    struct end *end = &pair->end[side];
    struct tls_trouble trouble = {0};
    uint8_t bytes[MESSAGE];
    size_t done = 0;

    if (!end->open || end->notifies || end->fin) {
        return;
    }
    end->pending = end->pending > 0 ? end->pending : sizeof bytes;
    for (size_t i = 0; i < end->pending; i++) {
        bytes[i] = byte_number(end->sent + i);
    }
    if (check(pair, side, tls_write(end->stream, bytes, end->pending, &done, &trouble), &trouble)) {
        REQUIRE(done > 0 && done <= end->pending);
    } else {
        REQUIRE(done == 0);
    }
    end->sent += done;
    end->pending -= done;
}

static void notify(struct pair *pair, enum side side)
{
    struct end *end = &pair->end[side];
    struct tls_trouble trouble = {0};

    if (end->open && end->pending == 0 && !end->fin) {
        end->notifies = true; /* no message follows, even if the alert has to wait */
        enum tls_status status = tls_notify(end->stream, &trouble);
        end->notified = check(pair, side, status, &trouble) || end->notified;
    }
}

/* ---- what the network does ---- */

/* Hand on at most `limit` bytes that `side` has sent. */
static void hand_on(struct pair *pair, enum side side, size_t limit)
{
    struct end *from = &pair->end[side];
    struct end *to = &pair->end[side_peer(side)];
    uint8_t bytes[PIECE];

    while (limit > 0) {
        ssize_t length = recv(from->fd[1], bytes, limit < PIECE ? limit : PIECE, 0);
        if (length <= 0) {
            return;
        }
        if (from->change != 0) {
            bytes[0] ^= from->change;
            from->change = 0;
            pair->tampered = true;
        }
        if (send(to->fd[1], bytes, (size_t)length, MSG_NOSIGNAL) != length) {
            pair->tampered = true; /* it was full, and some are lost */
        }
        limit -= (size_t)length;
    }
}

static uint8_t next(struct pair *pair)
{
    if (pair->left == 0) {
        return 0;
    }
    pair->left--;
    return *pair->at++;
}

static void make_up(struct pair *pair, enum side side)
{
    size_t length = next(pair);

    length = length < pair->left ? length : pair->left;
    if (length > 0) {
        pair->tampered = true;
        send(pair->end[side_peer(side)].fd[1], pair->at, length, MSG_NOSIGNAL);
        pair->at += length;
        pair->left -= length;
    }
}

static void fin(struct pair *pair, enum side side)
{
    hand_on(pair, side, WHOLE);
    pair->end[side].fin = true;
    shutdown(pair->end[side_peer(side)].fd[1], SHUT_WR);
}

static void operate(struct pair *pair, uint8_t operation)
{
    enum side side = operation >= 'A' && operation <= 'Z' ? SIDE_SERVER : SIDE_CLIENT;
    struct end *end = &pair->end[side];

    switch (operation | 0x20) {
    case 'f':
        hand_on(pair, side, next(pair));
        return;
    case 'a':
        hand_on(pair, side, WHOLE);
        return;
    case 'x':
        end->change = next(pair);
        return;
    case 'i':
        make_up(pair, side);
        return;
    case 'e':
        fin(pair, side);
        return;
    default:
        break;
    }
    if (end->dead) {
        return;
    }
    switch (operation | 0x20) {
    case 'h':
        go_on(pair, side);
        return;
    case 'w':
        write_some(pair, side);
        return;
    case 'n':
        notify(pair, side);
        return;
    default:
        return;
    }
}

/* ---- the whole ---- */

static void open_end(struct end *end, struct tls *tls)
{
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, end->fd) == 0);
    end->stream = tls_stream_new(tls, end->fd[0]);
    REQUIRE(end->stream != NULL);
}

static void close_end(struct end *end)
{
    tls_stream_free(end->stream);
    close(end->fd[0]);
    close(end->fd[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pair pair = {.at = data, .left = size};
    char version = (char)next(&pair);

    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        open_end(&pair.end[side], made(version, side));
    }
    for (unsigned i = 0; i < OPERATIONS && pair.left > 0; i++) {
        operate(&pair, next(&pair));
    }
    close_end(&pair.end[SIDE_CLIENT]);
    close_end(&pair.end[SIDE_SERVER]);
    return 0;
}
