#include "finwait/message.h"

#include <string.h>

#include "message_http.h"

const char *const protocol_names[] = {
    [PROTOCOL_RAW] = "raw",
    [PROTOCOL_HTTP] = "http",
    NULL,
};

const char *const persist_names[] = {
    [PERSIST_AUTO] = "auto",
    [PERSIST_PROGRAM] = "program",
    [PERSIST_SERVER] = "server",
    NULL,
};

const char *const http_version_names[] = {
    [HTTP_VERSION_1_1] = "1.1",
    [HTTP_VERSION_1_0] = "1.0",
    NULL,
};

void message_reader_init(struct message_reader *reader, const struct message_spec *spec,
                         enum side sender)
{
    bool raw = spec->protocol == PROTOCOL_RAW;
    uint64_t size = raw ? message_content(spec, sender) : 0;

    *reader = (struct message_reader){
        .protocol = spec->protocol,
        .sender = sender,
        .bare = sender == SIDE_SERVER && message_is_bare(spec),
        .upgrades = sender == SIDE_SERVER && message_upgrades(spec),
        .left = size,
        .size = size,
    };
}

static enum message_progress raw_feed(struct message_reader *reader, size_t length, size_t *used)
{
    *used = reader->left < length ? (size_t)reader->left : length;
    reader->left -= *used;
    return reader->left == 0 ? MESSAGE_WHOLE : MESSAGE_MORE;
}

enum message_progress message_reader_feed(struct message_reader *reader, const char *bytes,
                                          size_t length, size_t *used)
{
    if (reader->protocol == PROTOCOL_RAW) {
        return raw_feed(reader, length, used);
    }
    return http_feed(reader, bytes, length, used);
}

bool message_reader_begun(const struct message_reader *reader)
{
    return reader->protocol == PROTOCOL_RAW
               ? reader->left < reader->size
               : reader->state != HTTP_START || reader->head_length > 0;
}

bool message_reader_fin(const struct message_reader *reader)
{
    return reader->protocol == PROTOCOL_HTTP && reader->state == HTTP_UNTIL_FIN;
}
