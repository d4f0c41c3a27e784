#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/message.h"

/* A chunk's bytes: what fits a TLS record (RFC 8446 section 5.1) and common servers send. */
#define CHUNK_SIZE  UINT64_C(16384)
#define LINE_END    "\r\n"
#define LAST_CHUNK  "0\r\n\r\n"
#define FILLER      'x'
#define CLOSE_FIELD "Connection: close\r\n"

/* "SIZE\r\n", as text of at most CHUNK_HEAD - 1 characters. */
#define CHUNK_HEAD sizeof "4000\r\n"

static char *fill(char *at, uint64_t size)
{
    memset(at, FILLER, (size_t)size);
    return at + size;
}

/* Write `text` without its '\0'.  Returns its end. */
static char *append(char *at, const char *text)
{
    while (*text != '\0') {
        *at++ = *text++;
    }
    return at;
}

/* Write `size` bytes as chunks.  Returns their end. */
static char *fill_chunked(char *at, uint64_t size)
{
    while (size > 0) {
        uint64_t chunk = size < CHUNK_SIZE ? size : CHUNK_SIZE;
        char head[CHUNK_HEAD];
        snprintf(head, sizeof head, "%" PRIx64 LINE_END, chunk);
        at = fill(append(at, head), chunk);
        at = append(at, LINE_END);
        size -= chunk;
    }
    return append(at, LAST_CHUNK);
}

/* What the chunks' heads and ends add to a body, at most. */
static uint64_t chunk_overhead(uint64_t size)
{
    return (size / CHUNK_SIZE + 1) * (CHUNK_HEAD + sizeof LINE_END - 2) + sizeof LAST_CHUNK - 1;
}

/* A message of `head` and a body.  0, or -1 when there is no memory for it. */
static int assemble(struct message *message, const char *head, uint64_t size, bool chunked)
{
    uint64_t framing = strlen(head) + (chunked ? chunk_overhead(size) : 0);

    if (size > PTRDIFF_MAX - framing) {
        return -1;
    }
    char *bytes = malloc((size_t)(framing + size + 1)); /* an empty message has bytes, too */
    if (bytes == NULL) {
        return -1;
    }
    char *body = append(bytes, head);
    char *end = chunked ? fill_chunked(body, size) : fill(body, size);
    *message = (struct message){.bytes = bytes, .length = (size_t)(end - bytes)};
    return 0;
}

/* The head as a string of its own, to be freed; NULL when out of memory. */
static char *request_head(const struct message_spec *spec, bool last, const char *host)
{
    char *head = NULL;
    char length[64] = "";

    if (spec->request_size > 0) {
        snprintf(length, sizeof length, "Content-Length: %" PRIu64 "\r\n", spec->request_size);
    }
    int status =
        asprintf(&head, "%s / HTTP/1.1\r\nHost: %s\r\nUser-Agent: finwait\r\n%s%s\r\n",
                 spec->request_size > 0 ? "POST" : "GET", host, length, last ? CLOSE_FIELD : "");
    return status < 0 ? NULL : head;
}

static char *response_head(const struct message_spec *spec, bool last)
{
    char *head = NULL;
    char length[64] = "Transfer-Encoding: chunked\r\n";

    if (!spec->chunked) {
        snprintf(length, sizeof length, "Content-Length: %" PRIu64 "\r\n", spec->response_size);
    }
    int status =
        asprintf(&head, "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n%s%s\r\n",
                 length, last ? CLOSE_FIELD : "");
    return status < 0 ? NULL : head;
}

int message_build(struct message *message, const struct message_spec *spec, enum side sender,
                  bool last, const char *host)
{
    bool request = sender == SIDE_CLIENT;
    uint64_t size = request ? spec->request_size : spec->response_size;

    *message = (struct message){0};
    if (spec->protocol == PROTOCOL_RAW) {
        return assemble(message, "", size, false);
    }
    char *head = request ? request_head(spec, last, host) : response_head(spec, last);
    if (head == NULL) {
        return -1;
    }
    int status = assemble(message, head, size, !request && spec->chunked);
    free(head);
    return status;
}

void message_fini(struct message *message)
{
    free(message->bytes);
    *message = (struct message){0};
}
