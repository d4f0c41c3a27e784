#ifndef FINWAIT_CAPTURE_KEYS_H
#define FINWAIT_CAPTURE_KEYS_H

#include "shelf.h"

/*
 * The secrets of TLS connections, lines as of SSLKEYLOGFILE (RFC 9850): each names its connection
 * by the random of its ClientHello.  They come from a pipe, of all connections; those of the flows
 * on a shelf are kept.
 */
struct keys {
    int in; /* the pipe's end; -1: closed, or there is none */
    char *text;
    size_t length, size;
};

/* Take what has come.  Without memory for them some are lost. */
void keys_take(struct keys *keys, const struct shelf *shelf);

/* Take the last, and write those of the flows that are kept.  -1 with errno. */
int keys_write(struct keys *keys, const struct shelf *shelf, int fd);

#endif
