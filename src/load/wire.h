#ifndef FINWAIT_LOAD_WIRE_H
#define FINWAIT_LOAD_WIRE_H

#include <stddef.h>

#include "conn.h"

/* What carries a connection's messages: TCP itself, or TLS on top of it. */

/* How a call went. */
enum wire_status {
    WIRE_OK,
    WIRE_WANT_READ, /* call again when the socket can be read … */
    WIRE_WANT_WRITE,
    WIRE_BUSY, /* call again once others have had their turn */
    WIRE_END,  /* nothing more comes: the peer's FIN, or with TLS its close_notify */
    WIRE_LOST, /* an error, now worker->loss */
};

struct wire {
    /*
     * Make an established connection fit to carry messages, TLS: the handshake.  STEP_NEXT: it is;
     * else the step that opens is to be run again, or the connection has ended.
     */
    enum step_result (*open)(struct conn *conn);

    /* Some of `length` bytes, or at most `size`; *done of them when WIRE_OK. */
    enum wire_status (*send)(struct conn *conn, const char *bytes, size_t length, size_t *done);
    enum wire_status (*recv)(struct conn *conn, char *bytes, size_t size, size_t *done);
};

extern const struct wire wire_tcp, wire_tls;

/* What to do after a call that was neither WIRE_OK nor WIRE_END: wait, or end the connection. */
enum step_result wire_stop(struct conn *conn, enum wire_status status);

#endif
