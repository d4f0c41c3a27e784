#include "option_texts.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "finwait/address.h"
#include "finwait/order.h"

static int refine_order(const char *name, const char *text, char *refined, size_t size,
                        struct error *error)
{
    const char *near = order_nearest(text);

    (void)name;
    if (order_find(text) != NULL) {
        snprintf(refined, size, "%s", text);
        return 0;
    }
    error_set(error, STATUS_USAGE, "there is no order \"%.80s\"", text);
    if (near != NULL) {
        return error_hint(error, "did you mean \"%s\"?", near);
    }
    return error_hint(error, "`finwait list orders` shows all, or write client.program and "
                             "server.program");
}

/* Whether text[0, length) is written as the name of a host is. */
static bool is_host_name(const char *text, size_t length)
{
    bool letter = false;

    for (size_t i = 0; i < length; i++) {
        letter |= isalpha((unsigned char)text[i]) != 0;
        if (!isalnum((unsigned char)text[i]) && strchr("-._", text[i]) == NULL) {
            return false;
        }
    }
    return letter;
}

/* Whether it is one but for its port. */
static bool lacks_port(const char *text)
{
    char whole[ADDRESS_TEXT];
    struct address address;
    struct error ignored;

    return snprintf(whole, sizeof whole, "%s:1", text) < (int)sizeof whole &&
           (address_of_localhost(&address, AF_INET, whole) == 0 ||
            address_parse(&address, whole, &ignored) == 0);
}

/* Nobody is asked for a name's address: a load goes where its user said, and nowhere else. */
static int fail_address(const char *name, const char *text, struct error *error)
{
    static const char example[] = "127.0.0.1:8080, \"[::1]:8080\" or localhost:8080";
    const char *colon = strrchr(text, ':');

    if (strstr(text, "://") != NULL) {
        error_set(error, STATUS_USAGE, "%s: \"%.80s\" is a URL, not an address and a port", name,
                  text);
        return error_hint(error, "write e.g. %s; finwait run --at takes a URL", example);
    }
    if (lacks_port(text)) {
        error_set(error, STATUS_USAGE, "%s: \"%.80s\" has no port", name, text);
        return error_hint(error, "write e.g. %s:8080", text);
    }
    if (is_host_name(text, colon != NULL ? (size_t)(colon - text) : strlen(text))) {
        error_set(error, STATUS_USAGE,
                  "%s: \"%.80s\" is a name, and of names only localhost is looked up", name, text);
        return error_hint(error, "write the numbers of the host that you mean and a port, e.g. %s",
                          example);
    }
    error_set(error, STATUS_USAGE, "%s: \"%.80s\" is not an address and a port", name, text);
    return error_hint(error, "write e.g. %s", example);
}

static int refine_address(const char *name, const char *text, char *refined, size_t size,
                          struct error *error)
{
    struct address address;
    struct error ignored;

    if (address_of_localhost(&address, AF_INET, text) == 0 && address_port(&address) != 0) {
        snprintf(refined, size, "localhost:%u", address_port(&address));
        return 0;
    }
    if (address_parse(&address, text, &ignored) == 0 && address_port(&address) != 0) {
        address_format(refined, size, &address);
        return 0;
    }
    return fail_address(name, text, error);
}

static const char *order_word(size_t index)
{
    return index < order_count ? order_table[index].name : NULL;
}

const struct value_text order_text = {"order", .word = order_word, .refine = refine_order};
const struct value_text address_text = {"address:port", ".+:[0-9]+", .refine = refine_address};
