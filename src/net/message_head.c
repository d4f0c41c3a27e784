#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "message_http.h"

/* message_reader.fields */
enum {
    FIELD_HTTP_1_0 = 1 << 0,
    FIELD_LENGTH = 1 << 1,       /* Content-Length; its value is in `left` */
    FIELD_ENCODING = 1 << 2,     /* Transfer-Encoding */
    FIELD_CHUNKED = 1 << 3,      /* chunked is among its codings */
    FIELD_CHUNKED_LAST = 1 << 4, /* and the last of them */
    FIELD_CLOSE = 1 << 5,        /* Connection: close */
    FIELD_KEEP_ALIVE = 1 << 6,   /* Connection: keep-alive */
};

/* Some characters of a line. */
struct text {
    const char *at;
    size_t length;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct text trim(struct text text)
{
    while (text.length > 0 && is_blank(text.at[0])) {
        text.at++;
        text.length--;
    }
    while (text.length > 0 && is_blank(text.at[text.length - 1])) {
        text.length--;
    }
    return text;
}

/* RFC 9110 section 5.6.2 */
static bool is_token(struct text text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (!isalnum(c) && (c == '\0' || strchr("-!#$%&'*+.^_`|~", c) == NULL)) {
            return false;
        }
    }
    return text.length > 0;
}

/* Names and tokens are compared without regard to case. */
static bool is(struct text text, const char *word, size_t length)
{
    return text.length == length && strncasecmp(text.at, word, length) == 0;
}
#define IS(text, literal) is(text, literal, sizeof(literal) - 1)

/* ---- Start lines ---- */

/* "HTTP/1.0" or a later 1.x.  RFC 9112 section 2.3: the name is in capitals. */
static bool read_version(struct message_reader *reader, const char *text)
{
    if (memcmp(text, "HTTP/1.", 7) != 0 || !isdigit((unsigned char)text[7])) {
        return false;
    }
    if (text[7] == '0') {
        reader->fields |= FIELD_HTTP_1_0;
    }
    return true;
}

/* RFC 9112 section 3: method SP request-target SP HTTP-version */
static enum http_state request_line(struct message_reader *reader, struct http_line line)
{
    const size_t version = sizeof " HTTP/1.1" - 1;

    if (line.length == 0) {
        return HTTP_START; /* section 2.2: empty lines before a request are ignored */
    }
    const char *space = memchr(line.text, ' ', line.length);
    if (space == NULL || !is_token((struct text){line.text, (size_t)(space - line.text)})) {
        return HTTP_BAD;
    }
    reader->asks_head = space - line.text == 4 && memcmp(line.text, "HEAD", 4) == 0;
    const char *target = space + 1;
    size_t rest = line.length - (size_t)(target - line.text);
    if (rest <= version) {
        return HTTP_BAD;
    }
    const char *end = target + rest - version;
    bool good = memchr(target, ' ', rest) == end && read_version(reader, end + 1);
    return good ? HTTP_FIELD : HTTP_BAD;
}

/* RFC 9112 section 4: HTTP-version SP 3DIGIT [SP reason-phrase] */
static enum http_state status_line(struct message_reader *reader, struct http_line line)
{
    const size_t least = sizeof "HTTP/1.1 200" - 1;
    const char *digits = line.text + sizeof "HTTP/1.1 " - 1;

    if (line.length < least || !read_version(reader, line.text) || digits[-1] != ' ' ||
        (line.length > least && line.text[least] != ' ')) {
        return HTTP_BAD;
    }
    reader->status = 0;
    for (int i = 0; i < 3; i++) {
        if (!isdigit((unsigned char)digits[i])) {
            return HTTP_BAD;
        }
        reader->status = (uint16_t)(reader->status * 10 + (digits[i] - '0'));
    }
    return reader->status >= 100 ? HTTP_FIELD : HTTP_BAD;
}

enum http_state http_start_line(struct message_reader *reader, struct http_line line)
{
    return reader->sender == SIDE_CLIENT ? request_line(reader, line) : status_line(reader, line);
}

/* A method, perhaps behind an empty line of which the CR is here. */
static bool may_request(struct text text)
{
    const char *space = memchr(text.at, ' ', text.length);
    size_t length = space != NULL ? (size_t)(space - text.at) : text.length;

    return is_token((struct text){text.at, length}) || (text.length == 1 && text.at[0] == '\r');
}

bool http_may_start(const struct message_reader *reader)
{
    static const char version[] = "HTTP/1.";
    size_t length = reader->kept < sizeof version - 1 ? reader->kept : sizeof version - 1;

    return reader->sender == SIDE_CLIENT ? may_request((struct text){reader->line, reader->kept})
                                         : memcmp(reader->line, version, length) == 0;
}

/* ---- Fields ---- */

/* RFC 9110 section 8.6: digits only; section 6.3 of RFC 9112: two that differ are an error. */
static bool read_length(struct message_reader *reader, struct text value)
{
    uint64_t length = 0;

    for (size_t i = 0; i < value.length; i++) {
        if (!isdigit((unsigned char)value.at[i]) || __builtin_mul_overflow(length, 10, &length) ||
            __builtin_add_overflow(length, (unsigned)(value.at[i] - '0'), &length)) {
            return false;
        }
    }
    if (value.length == 0 || ((reader->fields & FIELD_LENGTH) != 0 && reader->left != length)) {
        return false;
    }
    reader->fields |= FIELD_LENGTH;
    reader->left = length;
    return true;
}

/* Call `fn` for each element of a comma-separated list; empty ones are ignored (RFC 9110 5.6.1). */
static bool each_element(struct message_reader *reader, struct text list,
                         bool (*fn)(struct message_reader *reader, struct text element))
{
    bool more = true;

    while (more) {
        const char *comma = memchr(list.at, ',', list.length);
        more = comma != NULL;
        size_t length = more ? (size_t)(comma - list.at) : list.length;
        struct text element = trim((struct text){list.at, length});
        if (element.length > 0 && !fn(reader, element)) {
            return false;
        }
        if (more) {
            list = (struct text){comma + 1, list.length - length - 1};
        }
    }
    return true;
}

/* RFC 9112 section 6.1: chunked is applied once; it frames the message when it is the last. */
static bool read_coding(struct message_reader *reader, struct text coding)
{
    if (!IS(coding, "chunked")) {
        reader->fields &= (uint8_t)~FIELD_CHUNKED_LAST;
        return true;
    }
    if ((reader->fields & FIELD_CHUNKED) != 0) {
        return false;
    }
    reader->fields |= FIELD_CHUNKED | FIELD_CHUNKED_LAST;
    return true;
}

static bool read_encoding(struct message_reader *reader, struct text value)
{
    reader->fields |= FIELD_ENCODING;
    return each_element(reader, value, read_coding);
}

static bool read_connection_option(struct message_reader *reader, struct text option)
{
    if (IS(option, "close")) {
        reader->fields |= FIELD_CLOSE;
    } else if (IS(option, "keep-alive")) {
        reader->fields |= FIELD_KEEP_ALIVE;
    }
    return true;
}

/* The number in "name=number"; UINT32_MAX: the parameter is another, or no number. */
static uint32_t read_parameter(struct text parameter, const char *name)
{
    size_t length = strlen(name);
    uint32_t number = 0;

    if (parameter.length <= length || parameter.length > length + 9 ||
        strncasecmp(parameter.at, name, length) != 0) {
        return UINT32_MAX;
    }
    for (size_t i = length; i < parameter.length; i++) {
        if (!isdigit((unsigned char)parameter.at[i])) {
            return UINT32_MAX;
        }
        number = number * 10 + (uint32_t)(parameter.at[i] - '0');
    }
    return number;
}

/* A hint, of which what is not understood is ignored. */
static bool read_keep_alive_parameter(struct message_reader *reader, struct text parameter)
{
    uint32_t timeout = read_parameter(parameter, "timeout=");

    reader->stays = timeout < UINT32_MAX ? timeout : reader->stays;
    if (read_parameter(parameter, "max=") == 0) {
        reader->fields |= FIELD_CLOSE;
    }
    return true;
}

static bool read_keep_alive(struct message_reader *reader, struct text value)
{
    return each_element(reader, value, read_keep_alive_parameter);
}

static bool read_connection(struct message_reader *reader, struct text value)
{
    return each_element(reader, value, read_connection_option);
}

/* The fields that say where a message or its connection ends.  Others are skipped. */
static const struct field {
    const char *name;
    size_t length;
    bool (*read)(struct message_reader *reader, struct text value);
    bool needed; /* a long one, of which not all was kept, is not skipped */
} fields[] = {
#define FIELD(name, read, needed)                                                                  \
    {                                                                                              \
        name, sizeof(name) - 1, read, needed                                                       \
    }
    FIELD("Content-Length", read_length, true),
    FIELD("Transfer-Encoding", read_encoding, true),
    FIELD("Connection", read_connection, true),
    FIELD("Keep-Alive", read_keep_alive, false),
#undef FIELD
};

static bool read_field(struct message_reader *reader, struct http_line line)
{
    const char *colon = memchr(line.text, ':', line.length);

    if (colon == NULL) {
        return line.cut && !is_blank(line.text[0]); /* a very long name */
    }
    /* Blanks before the name or the colon are no token: obs-fold, RFC 9112 5.2, and 5.1. */
    struct text name = {line.text, (size_t)(colon - line.text)};
    if (!is_token(name)) {
        return false;
    }
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (is(name, fields[i].name, fields[i].length)) {
            struct text value = {colon + 1, line.length - name.length - 1};
            return line.cut ? !fields[i].needed : fields[i].read(reader, trim(value));
        }
    }
    return true;
}

/* ---- The end of a head: RFC 9112 section 6.3 ---- */

/* The next head is a new one, but of the same 64 KiB: there is no end of 1xx otherwise. */
static enum http_state skip_interim(struct message_reader *reader)
{
    if (reader->interim != NULL) {
        reader->interim[reader->status - 100]++;
    }
    reader->fields = 0;
    reader->left = 0;
    return reader->status == 101 ? HTTP_BAD : HTTP_START; /* 101: nobody asked for it */
}

static enum http_state encoded_body(struct message_reader *reader)
{
    reader->left = 0;
    reader->head_length = 0;
    if ((reader->fields & FIELD_HTTP_1_0) != 0) {
        return HTTP_BAD; /* section 6.1: the framing is faulty */
    }
    if ((reader->fields & FIELD_CHUNKED_LAST) != 0) {
        return HTTP_SIZE;
    }
    reader->close_delimited = reader->sender == SIDE_SERVER;
    return reader->close_delimited ? HTTP_UNTIL_FIN : HTTP_BAD;
}

static enum http_state end_head(struct message_reader *reader)
{
    bool response = reader->sender == SIDE_SERVER;

    if (response && reader->status < 200 && !(reader->status == 101 && reader->upgrades)) {
        return skip_interim(reader);
    }
    reader->peer_closes = (reader->fields & FIELD_CLOSE) != 0 ||
                          (reader->fields & (FIELD_HTTP_1_0 | FIELD_KEEP_ALIVE)) == FIELD_HTTP_1_0;
    reader->asks_to_stay = (reader->fields & FIELD_HTTP_1_0) != 0 && !reader->peer_closes;
    if (response && (reader->bare || !message_status_has_body(reader->status))) {
        return HTTP_WHOLE;
    }
    if ((reader->fields & FIELD_ENCODING) != 0) {
        return encoded_body(reader);
    }
    if ((reader->fields & FIELD_LENGTH) != 0) {
        return reader->left > 0 ? HTTP_BODY : HTTP_WHOLE;
    }
    reader->close_delimited = response;
    return response ? HTTP_UNTIL_FIN : HTTP_WHOLE;
}

enum http_state http_field_line(struct message_reader *reader, struct http_line line)
{
    if (line.length == 0) {
        return end_head(reader);
    }
    return read_field(reader, line) ? HTTP_FIELD : HTTP_BAD;
}
