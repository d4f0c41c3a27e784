#include "errnos.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "finwait/error.h"

static const char *const meanings[ERRNO_LIMIT] = {
    [EADDRINUSE] = "the address and port are taken",
    [EADDRNOTAVAIL] = "no free local port to that destination",
    [ECONNABORTED] = "the connection was aborted before it was accepted",
    [ECONNREFUSED] = "a RST answered the SYN, as where nothing listens",
    [ECONNRESET] = "the peer sent a RST",
    [EHOSTUNREACH] = "no route to the host, or it did not answer",
    [EMFILE] = "the worker's descriptors are used up (RLIMIT_NOFILE)",
    [ENETUNREACH] = "no route to the network",
    [ENFILE] = "the machine's descriptors are used up (fs.file-max)",
    [ENOBUFS] = "no memory for the socket's buffers",
    [ENOMEM] = "out of memory",
    [ENOTCONN] = "the connection was gone already",
    [EPIPE] = "sent after the peer's RST",
    [EPROTO] = "a protocol error",
    [ETIMEDOUT] = "the peer did not answer, whatever was sent again",
};

const char *errno_meaning(int errnum)
{
    if (errnum > 0 && errnum < ERRNO_LIMIT && meanings[errnum] != NULL) {
        return meanings[errnum];
    }
    const char *text = strerrordesc_np(errnum);
    return text != NULL ? text : "";
}
