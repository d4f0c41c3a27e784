#include "port.h"

int port_parse(const char *text, size_t length, uint16_t *port)
{
    unsigned value = 0;

    if (length == 0 || length > sizeof "65535" - 1) {
        return -1;
    }
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        value = value * 10 + (unsigned)(text[i] - '0');
    }
    if (value > UINT16_MAX) {
        return -1;
    }
    *port = (uint16_t)value;
    return 0;
}
