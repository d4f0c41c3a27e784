#include "target.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "finwait/grow.h"

/* The parts of "SCHEME://HOST:PORT/PATH", within it. */
struct url {
    const char *transport; /* NULL: no URL */
    const char *port;      /* by default */
    const char *host;      /* up to `path`, with the port */
    const char *path, *end;
};

static int refuse(const char *text, const char *why, struct error *error)
{
    error_set(error, STATUS_USAGE, "--at %.120s: %s", text, why);
    return error_hint(error, "write e.g. --at https://127.0.0.1:8443/path, or --at 127.0.0.1:8443");
}

static int find_scheme(const char *text, struct url *url, struct error *error)
{
    static const struct {
        const char *scheme, *transport, *port;
    } schemes[] = {{"http://", "tcp", "80"}, {"https://", "tls", "443"}};

    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        size_t length = strlen(schemes[i].scheme);
        if (strncasecmp(text, schemes[i].scheme, length) == 0) {
            *url = (struct url){schemes[i].transport, schemes[i].port, .host = text + length};
            return 0;
        }
    }
    *url = (struct url){.host = text};
    return strstr(text, "://") == NULL ? 0 : refuse(text, "no URL of http:// or https://", error);
}

static int split(const char *text, struct url *url, struct error *error)
{
    if (find_scheme(text, url, error) != 0) {
        return -1;
    }
    url->path = url->host + strcspn(url->host, "/?#");
    url->end = url->path + strcspn(url->path, "#"); /* what is behind it no server is told */
    if (url->path == url->host) {
        return refuse(text, "it names no host", error);
    }
    if (memchr(url->host, '@', (size_t)(url->path - url->host)) != NULL) {
        return refuse(text, "a user in it is not sent; use request.headers", error);
    }
    if (url->transport == NULL && *url->path != '\0') {
        return refuse(text, "a path needs http:// or https:// before it", error);
    }
    return 0;
}

/* "HOST:PORT" of the `host`, which may lack the port. */
static char *complete(const struct url *url, const char *host)
{
    const char *colon = strrchr(host, ':');
    bool has_port = colon != NULL && strchr(colon, ']') == NULL;

    return has_port || url->port == NULL ? grow_text(host) : grow_format("%s:%s", host, url->port);
}

static void add_url(struct overrides *overrides, const struct url *url, const char *host,
                    const char *said)
{
    char *path =
        grow_format("%s%.*s", *url->path == '/' ? "" : "/", (int)(url->end - url->path), url->path);

    overrides_say(overrides, "transport", url->transport, said);
    overrides_say(overrides, "protocol", "http", said);
    overrides_say(overrides, "request.host", host, said);
    overrides_say(overrides, "request.path", path, said);
    free(path);
}

static bool is_v4(const char *host)
{
    return host[strspn(host, "0123456789.:")] == '\0';
}

static bool is_v6(const char *host)
{
    return host[0] == '[';
}

/* What a client asks for by its name; an address is no name (RFC 6066, section 3). */
static void add_name(struct overrides *overrides, const struct url *url, const char *host,
                     const char *said)
{
    char *name = grow_format("%.*s", (int)strcspn(host, ":"), host);

    if (strcmp(url->transport, "tls") == 0 && !is_v4(host) && !is_v6(host)) {
        overrides_say(overrides, "client.tls.sni", name, said);
    }
    free(name);
}

/* This host has many source addresses for 127.0.0.0/8 alone. */
static void add_addresses(struct overrides *overrides, const char *host, const char *said)
{
    if (strncmp(host, "127.", 4) != 0) {
        overrides_unset(overrides, "client.addresses", said);
    }
    if (is_v4(host) || is_v6(host)) {
        overrides_say(overrides, "ip", is_v4(host) ? "v4" : "v6", said);
    }
}

int target_add(struct overrides *overrides, const char *text, const char *said, struct error *error)
{
    struct url url;

    if (split(text, &url, error) != 0) {
        return -1;
    }
    char *host = grow_format("%.*s", (int)(url.path - url.host), url.host);
    char *at = complete(&url, host);

    overrides_say(overrides, "lab", "host", said);
    overrides_say(overrides, "server.at", at, said);
    add_addresses(overrides, host, said);
    if (url.transport != NULL) {
        add_name(overrides, &url, host, said);
        add_url(overrides, &url, host, said);
    }
    free(at);
    free(host);
    return 0;
}
