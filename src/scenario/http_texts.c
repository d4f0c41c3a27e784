#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "option_texts.h"

/*
 * What a request's first lines are made of.  A blank or a line end in one of them would end it
 * early, and the rest would be read as something else, in the end as another request.
 */

static const char visible[] = "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"
                              "abcdefghijklmnopqrstuvwxyz{|}~";

static int keep(const char *text, char *refined, size_t size, struct error *error)
{
    if ((size_t)snprintf(refined, size, "%s", text) < size) {
        return 0;
    }
    error_set(error, STATUS_USAGE, "a text of %zu bytes", strlen(text));
    return error_hint(error, "it can be up to %zu", size - 1);
}

/* RFC 9110 section 9.1: any token, and case counts.  After CONNECT nothing would be HTTP. */
static int refine_method(const char *name, const char *text, char *refined, size_t size,
                         struct error *error)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

    if (strcmp(text, "CONNECT") == 0) {
        error_set(error, STATUS_USAGE, "%s: CONNECT asks for a tunnel, and finwait digs none",
                  name);
        return error_hint(error, "write another, e.g. GET");
    }
    if (text[0] != '\0' && text[strspn(text, letters)] == '\0') {
        return keep(text, refined, size, error);
    }
    error_set(error, STATUS_USAGE, "%s: \"%.80s\" is not a method", name, text);
    return error_hint(error, "write one in capitals, e.g. GET, POST, PUT or HEAD");
}

/* RFC 9112 section 3.2: origin-form, absolute-form, asterisk-form. */
static int refine_target(const char *name, const char *text, char *refined, size_t size,
                         struct error *error)
{
    bool form = text[0] == '/' || strcmp(text, "*") == 0 || strstr(text, "://") != NULL;

    if (form && text[strspn(text, visible)] == '\0' && strchr(text, '#') == NULL) {
        return keep(text, refined, size, error);
    }
    error_set(error, STATUS_USAGE, "%s: \"%.80s\" is not a request's target", name, text);
    if (!form) {
        return error_hint(error, "it begins with a slash, e.g. /index.html");
    }
    return error_hint(error, "write blanks, control characters, # and all that is not ASCII in "
                             "percent-encoding, e.g. %%20");
}

static int refine_host(const char *name, const char *text, char *refined, size_t size,
                       struct error *error)
{
    if (text[0] != '\0' && text[strspn(text, visible)] == '\0' &&
        strpbrk(text, "/?#@\\\"<>^`{|},") == NULL) {
        return keep(text, refined, size, error);
    }
    error_set(error, STATUS_USAGE, "%s: \"%.80s\" is not a host", name, text);
    return error_hint(error, "write a name or an address, and a port if need be, e.g. "
                             "example.org:8080");
}

const struct value_text method_text = {"method", "[A-Z0-9_-]+", .refine = refine_method};
const struct value_text target_text = {"target", "/[^ #]*|[*]|[^ #]*://[^ #]*",
                                       .refine = refine_target};
const struct value_text host_text = {"host", "[^ /?#@]+", .refine = refine_host};
