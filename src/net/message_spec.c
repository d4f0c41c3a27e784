#include <string.h>
#include <strings.h>

#include "finwait/message.h"

/* What a spec says of its messages. */

bool message_status_has_body(unsigned status)
{
    return status >= 200 && status != 204 && status != 304;
}

bool message_upgrades(const struct message_spec *spec)
{
    static const char name[] = "Upgrade";

    return message_field(spec->part[SIDE_CLIENT].fields, name, strlen(name)) != NULL;
}

bool message_is_bare(const struct message_spec *spec)
{
    return spec->method != NULL && strcmp(spec->method, "HEAD") == 0;
}

uint64_t message_content(const struct message_spec *spec, enum side sender)
{
    if (sender == SIDE_CLIENT) {
        return spec->request_size;
    }
    bool bare = spec->protocol == PROTOCOL_HTTP && !message_status_has_body(message_status(spec));
    return bare ? 0 : spec->response_size;
}

char *message_field(char *fields, const char *name, size_t length)
{
    for (char *line = fields; line != NULL && *line != '\0'; line = strchr(line, '\n') + 1) {
        if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
            return line;
        }
    }
    return NULL;
}
