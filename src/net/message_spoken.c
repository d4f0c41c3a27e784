#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "finwait/message.h"

/* Protocols that are not the one that was due, by how they begin. */

static bool begins(const char *bytes, size_t length, const char *text)
{
    size_t wanted = strlen(text);

    return length > 0 && strncasecmp(bytes, text, length < wanted ? length : wanted) == 0;
}

/* change_cipher_spec to application_data, and a version of 3.x. */
static bool is_record(const char *bytes, size_t length)
{
    return length > 1 && bytes[0] >= 0x14 && bytes[0] <= 0x17 && bytes[1] == 3;
}

static bool is_http(const char *bytes, size_t length)
{
    static const char *const starts[] = {"HTTP/",  "<!doctype", "<html",     "GET /",   "POST /",
                                         "PUT /",  "HEAD /",    "DELETE /",  "PATCH /", "OPTIONS ",
                                         "TRACE ", "CONNECT ",  "PRI * HTTP"};

    for (size_t i = 0; length > 3 && i < sizeof starts / sizeof starts[0]; i++) {
        if (begins(bytes, length, starts[i])) {
            return true;
        }
    }
    return false;
}

static bool is_text(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!isprint((unsigned char)bytes[i]) && !isspace((unsigned char)bytes[i])) {
            return false;
        }
    }
    return length > 3;
}

enum spoken message_spoken(const char *bytes, size_t length)
{
    if (is_record(bytes, length)) {
        return SPOKEN_TLS;
    }
    if (is_http(bytes, length)) {
        return SPOKEN_HTTP;
    }
    if (length > 3 && begins(bytes, length, "SSH-")) {
        return SPOKEN_SSH;
    }
    return is_text(bytes, length) ? SPOKEN_TEXT : SPOKEN_OTHER;
}

bool message_asks_tls(const char *bytes, size_t length)
{
    static const char *const said[] = {
        "HTTP request was sent to HTTPS port",       /* nginx */
        "plain HTTP to an SSL-enabled",              /* Apache */
        "HTTP request to an HTTPS server",           /* Go */
        "combination of host and port requires TLS", /* Tomcat */
    };

    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        if (memmem(bytes, length, said[i], strlen(said[i])) != NULL) {
            return true;
        }
    }
    return false;
}
