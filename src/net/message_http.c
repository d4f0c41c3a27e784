#include "message_http.h"

#include <string.h>

/* A long line is kept as its first bytes and its last ones; the last ones hold " HTTP/1.1\r". */
enum {
    LINE_SIZE = sizeof((struct message_reader *)NULL)->line,
    LINE_LAST = 16,
    LINE_FIRST = LINE_SIZE - LINE_LAST,
};

/* What has been fed and not yet used. */
struct input {
    const char *at;
    size_t left;
};

static void skip(struct input *input, size_t count)
{
    input->at += count;
    input->left -= count;
}

/* Move the last bytes of a long line on by those at `bytes`. */
static void slide_last(char *last, const char *bytes, size_t length)
{
    if (length >= LINE_LAST) {
        memcpy(last, bytes + length - LINE_LAST, LINE_LAST);
    } else {
        memmove(last, last + length, LINE_LAST - length);
        memcpy(last + LINE_LAST - length, bytes, length);
    }
}

static void keep(struct message_reader *reader, const char *bytes, size_t length)
{
    size_t room = sizeof reader->line - reader->kept;
    size_t taken = length < room ? length : room;

    memcpy(reader->line + reader->kept, bytes, taken);
    reader->kept = (uint8_t)(reader->kept + taken);
    reader->line_length += (uint32_t)length; /* bounded by HTTP_HEAD_MAX */
    slide_last(reader->line + LINE_FIRST, bytes + taken, length - taken);
}

/* The line that ends after `length` more bytes; where it lies if it came whole and is not long. */
static struct http_line finish_line(struct message_reader *reader, const char *bytes, size_t length)
{
    struct http_line line = {.text = bytes, .length = length};

    if (reader->kept > 0 || length > sizeof reader->line) {
        keep(reader, bytes, length);
        line = (struct http_line){
            .text = reader->line,
            .length = reader->kept,
            .cut = reader->line_length > sizeof reader->line,
        };
        reader->kept = 0;
        reader->line_length = 0;
    }
    /* RFC 9112 section 2.2: a bare LF ends a line as CRLF does. */
    if (line.length > 0 && line.text[line.length - 1] == '\r') {
        line.length--;
    }
    return line;
}

/* RFC 9110 section 5.5: neither may be in a field, and a CR elsewhere is a way to smuggle. */
static bool has_control(struct http_line line)
{
    return memchr(line.text, '\r', line.length) != NULL ||
           memchr(line.text, '\0', line.length) != NULL;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 9112 section 7.1: 1*HEXDIG, then perhaps extensions, which are skipped. */
static enum http_state size_line(struct message_reader *reader, struct http_line line)
{
    uint64_t size = 0;
    size_t i = 0;

    for (int digit = 0; i < line.length && (digit = hex_digit(line.text[i])) >= 0; i++) {
        size = size << 4 | (unsigned)digit;
    }
    if (i == 0 || i > 2 * sizeof size) {
        return HTTP_BAD;
    }
    while (i < line.length && (line.text[i] == ' ' || line.text[i] == '\t')) {
        i++;
    }
    if (i < line.length && line.text[i] != ';') {
        return HTTP_BAD;
    }
    reader->left = size;
    reader->head_length = 0;
    return size > 0 ? HTTP_CHUNK : HTTP_TRAILER;
}

static enum http_state chunk_end_line(struct message_reader *reader, struct http_line line)
{
    reader->head_length = 0;
    return line.length == 0 ? HTTP_SIZE : HTTP_BAD;
}

static enum http_state trailer_line(struct message_reader *reader, struct http_line line)
{
    (void)reader;
    return line.length == 0 ? HTTP_WHOLE : HTTP_TRAILER;
}

typedef enum http_state line_fn(struct message_reader *reader, struct http_line line);

static line_fn *const on_line[] = {
    [HTTP_START] = http_start_line,    [HTTP_FIELD] = http_field_line, [HTTP_SIZE] = size_line,
    [HTTP_CHUNK_END] = chunk_end_line, [HTTP_TRAILER] = trailer_line,
};

/* Take a line, or the part of it that is there. */
static enum http_state feed_line(struct message_reader *reader, struct input *input)
{
    const char *bytes = input->at;
    const char *end = memchr(bytes, '\n', input->left);
    size_t length = end != NULL ? (size_t)(end - bytes) : input->left;
    size_t taken = end != NULL ? length + 1 : length;

    if (taken > HTTP_HEAD_MAX - reader->head_length) {
        return HTTP_BAD;
    }
    skip(input, taken);
    reader->head_length += (uint32_t)taken;
    if (end == NULL) {
        keep(reader, bytes, length);
        return (enum http_state)reader->state;
    }
    struct http_line line = finish_line(reader, bytes, length);
    return has_control(line) ? HTTP_BAD : on_line[reader->state](reader, line);
}

/* Take the body's or the chunk's bytes that are there; `next` follows when they are all there. */
static enum http_state feed_body(struct message_reader *reader, struct input *input,
                                 enum http_state next)
{
    size_t taken = reader->left < input->left ? (size_t)reader->left : input->left;

    skip(input, taken);
    reader->left -= taken;
    return reader->left == 0 ? next : (enum http_state)reader->state;
}

/* Take what can be taken; what begins no message is told by its first bytes: whoever sends it may
 * never end a line, nor close. */
static enum http_state feed_start(struct message_reader *reader, struct input *input)
{
    const char *bytes = reader->kept > 0 ? reader->line : input->at;
    size_t length = reader->kept > 0 ? reader->kept : input->left;
    enum http_state next = feed_line(reader, input);

    if (next == HTTP_START && reader->kept > 0 && !http_may_start(reader)) {
        bytes = reader->line;
        length = reader->kept;
        next = HTTP_BAD;
    }
    if (next == HTTP_BAD) {
        reader->spoken = (uint8_t)message_spoken(bytes, length);
    }
    return next;
}

static enum http_state feed_some(struct message_reader *reader, struct input *input)
{
    switch (reader->state) {
    case HTTP_START:
        return feed_start(reader, input);
    case HTTP_BODY:
        return feed_body(reader, input, HTTP_WHOLE);
    case HTTP_CHUNK:
        return feed_body(reader, input, HTTP_CHUNK_END);
    case HTTP_UNTIL_FIN:
        skip(input, input->left);
        return HTTP_UNTIL_FIN;
    default:
        return feed_line(reader, input);
    }
}

static bool is_over(const struct message_reader *reader)
{
    bool in_head = reader->state == HTTP_START || reader->state == HTTP_FIELD;

    return reader->state == HTTP_WHOLE || reader->state == HTTP_BAD ||
           (reader->head_only && !in_head);
}

enum message_progress http_feed(struct message_reader *reader, const char *bytes, size_t length,
                                size_t *used)
{
    struct input input = {.at = bytes, .left = length};

    while (input.left > 0 && !is_over(reader)) {
        reader->state = (uint8_t)feed_some(reader, &input);
    }
    *used = length - input.left;
    if (reader->state == HTTP_WHOLE) {
        return MESSAGE_WHOLE;
    }
    if (reader->state == HTTP_BAD) {
        return MESSAGE_BAD;
    }
    return is_over(reader) ? MESSAGE_HEAD : MESSAGE_MORE;
}
