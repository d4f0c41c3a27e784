#ifndef FINWAIT_NET_MESSAGE_HTTP_H
#define FINWAIT_NET_MESSAGE_HTTP_H

#include "finwait/message.h"

/*
 * The HTTP/1.1 reader (RFC 9112): message_http.c cuts the input into lines and bodies,
 * message_head.c says what the lines of a head mean.
 */

/* What comes next: message_reader.state. */
enum http_state {
    HTTP_START,     /* the request line or the status line */
    HTTP_FIELD,     /* a line of the head */
    HTTP_SIZE,      /* a chunk's size */
    HTTP_CHUNK_END, /* the line end after a chunk's bytes */
    HTTP_TRAILER,   /* a line after the last chunk */
    HTTP_BODY,      /* `left` bytes, and the message is whole */
    HTTP_CHUNK,     /* `left` bytes of a chunk */
    HTTP_UNTIL_FIN, /* all there is */
    HTTP_WHOLE,
    HTTP_BAD,
};

/* A head, a chunk's size line, the trailers: none may be longer than this. */
#define HTTP_HEAD_MAX (64U * 1024U)

/*
 * A line without its end.  One that is longer than message_reader.line is given as its start and
 * its end joined, in whatever pieces it came: enough for any start line.
 */
struct http_line {
    const char *text;
    size_t length;
    bool cut; /* the middle is missing */
};

enum message_progress http_feed(struct message_reader *reader, const char *bytes, size_t length,
                                size_t *used);

/* Whether the kept bytes of a first line that has not ended may begin a message. */
bool http_may_start(const struct message_reader *reader);

/* What comes after this line.  They fill what the head says into the reader. */
enum http_state http_start_line(struct message_reader *reader, struct http_line line);
enum http_state http_field_line(struct message_reader *reader, struct http_line line);

#endif
