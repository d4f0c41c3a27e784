#include "option_texts.h"

#include <stdio.h>

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

static int refine_address(const char *name, const char *text, char *refined, size_t size,
                          struct error *error)
{
    struct address address;
    struct error ignored;

    if (address_parse(&address, text, &ignored) == 0 && address_port(&address) != 0) {
        address_format(refined, size, &address);
        return 0;
    }
    error_set(error, STATUS_USAGE, "%s: \"%.80s\" is not an address and a port", name, text);
    return error_hint(error, "write numbers, e.g. 127.0.0.1:8080 or \"[::1]:8080\"");
}

const struct value_text order_text = {"order", refine_order};
const struct value_text address_text = {"address:port", refine_address};
