#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/message.h"

/* A chunk's bytes: what fits a TLS record (RFC 8446 section 5.1) and common servers send. */
#define CHUNK_SIZE    UINT64_C(16384)
#define LINE_END      "\r\n"
#define LAST_CHUNK    "0\r\n\r\n"
#define FILLER        'x'
#define CHUNKED_FIELD "Transfer-Encoding: chunked\r\n"

static const char *const connection_fields[SAYS_N] = {
    [SAYS_NOTHING] = "",
    [SAYS_CLOSE] = "Connection: close\r\n",
    [SAYS_KEEP_ALIVE] = "Connection: keep-alive\r\n",
};

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

/* The body as it is: what was given, or filler. */
static char *put_body(char *at, const struct message_part *part, uint64_t size)
{
    if (part->body == NULL) {
        return fill(at, size);
    }
    memcpy(at, part->body, (size_t)size);
    return at + size;
}

/* The body in chunks.  Returns their end. */
static char *put_chunked(char *at, const struct message_part *part, uint64_t size)
{
    for (uint64_t sent = 0; sent < size;) {
        uint64_t chunk = size - sent < CHUNK_SIZE ? size - sent : CHUNK_SIZE;
        struct message_part piece = {.body = part->body != NULL ? part->body + sent : NULL};
        char head[CHUNK_HEAD];
        snprintf(head, sizeof head, "%" PRIx64 LINE_END, chunk);
        at = put_body(append(at, head), &piece, chunk);
        at = append(at, LINE_END);
        sent += chunk;
    }
    return append(at, LAST_CHUNK);
}

/* What the chunks' heads and ends add to a body, at most. */
static uint64_t chunk_overhead(uint64_t size)
{
    return (size / CHUNK_SIZE + 1) * (CHUNK_HEAD + sizeof LINE_END - 2) + sizeof LAST_CHUNK - 1;
}

/* A message of `head` and a body.  0, or -1 when there is no memory for it. */
static int assemble(struct message *message, const char *head, const struct message_part *part,
                    uint64_t size, bool chunked)
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
    char *end = chunked ? put_chunked(body, part, size) : put_body(body, part, size);
    *message = (struct message){
        .bytes = bytes, .length = (size_t)(end - bytes), .head = (size_t)(body - bytes)};
    return 0;
}

/* `field`, "Name: value\r\n", unless the user has given one of its name; then "". */
static const char *unless_given(const struct message_part *part, const char *field)
{
    return message_field(part->fields, field, strcspn(field, ":")) == NULL ? field : "";
}

/* Without content a method that is known to have some says so (RFC 9110 section 8.6). */
static bool says_length(const char *method, uint64_t size)
{
    static const char *const with_content[] = {"POST", "PUT", "PATCH"};
    bool says = size > 0;

    for (size_t i = 0; i < sizeof with_content / sizeof with_content[0]; i++) {
        says |= strcmp(method, with_content[i]) == 0;
    }
    return says;
}

static const char *or_else(const char *text, const char *otherwise)
{
    return text != NULL ? text : otherwise;
}

/* The field of zeros, to be freed; NULL when out of memory. */
static char *filler_field(uint64_t size)
{
    char *field = NULL;

    if (size == 0) {
        return strdup("");
    }
    return asprintf(&field, "X-Filler: %0*d\r\n", (int)size, 0) < 0 ? NULL : field;
}

/* The head as a string of its own, to be freed; NULL when out of memory. */
static char *request_head(const struct message_spec *spec, enum message_says says, const char *host)
{
    const struct message_part *part = &spec->part[SIDE_CLIENT];
    uint64_t size = message_upgrades(spec) ? 0 : spec->request_size;
    const char *method = or_else(spec->method, size > 0 ? "POST" : "GET");
    char *head = NULL;
    char length[64] = "";

    if (says_length(method, size)) {
        snprintf(length, sizeof length, "Content-Length: %" PRIu64 "\r\n", size);
    }
    char *filler = filler_field(spec->filler);
    int status =
        filler == NULL
            ? -1
            : asprintf(&head, "%s %s HTTP/%s\r\nHost: %s\r\n%s%s%s%s%s\r\n", method,
                       or_else(spec->path, "/"), http_version_names[spec->version],
                       or_else(spec->host, host), unless_given(part, "User-Agent: finwait\r\n"),
                       or_else(part->fields, ""), filler, length,
                       unless_given(part, connection_fields[says]));
    free(filler);
    return status < 0 ? NULL : head;
}

static char *response_head(const struct message_spec *spec, enum message_says says)
{
    const struct message_part *part = &spec->part[SIDE_SERVER];
    unsigned code = message_status(spec);
    char *head = NULL;
    char length[64] = "";
    const char *type = "";

    if (message_status_has_body(code)) {
        type = unless_given(part, "Content-Type: application/octet-stream\r\n");
        snprintf(length, sizeof length, "Content-Length: %" PRIu64 "\r\n", spec->response_size);
    }
    int status = asprintf(&head, "HTTP/1.1 %u %s\r\n%s%s%s%s\r\n", code, code == 200 ? "OK" : "",
                          type, or_else(part->fields, ""),
                          spec->chunked && length[0] != '\0' ? CHUNKED_FIELD : length,
                          unless_given(part, connection_fields[says]));
    return status < 0 ? NULL : head;
}

int message_build(struct message *message, const struct message_spec *spec, enum side sender,
                  enum message_says says, const char *host)
{
    const struct message_part *part = &spec->part[sender];
    bool request = sender == SIDE_CLIENT;
    uint64_t size = message_content(spec, sender);

    *message = (struct message){0};
    if (spec->protocol == PROTOCOL_RAW) {
        return assemble(message, "", part, size, false);
    }
    char *head = request ? request_head(spec, says, host) : response_head(spec, says);
    if (head == NULL) {
        return -1;
    }
    bool chunked = !request && spec->chunked && message_status_has_body(message_status(spec));
    int status = assemble(message, head, part, size, chunked);
    free(head);
    return status;
}
