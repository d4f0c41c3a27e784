#include <string.h>

#include "finwait/seen.h"

/* In the order in which they are told. */
static const struct {
    uint8_t flag;
    const char *name;
} table[] = {
    {SEGMENT_SYN, "SYN"}, {SEGMENT_FIN, "FIN"}, {SEGMENT_RST, "RST"},
    {SEGMENT_PSH, "PSH"}, {SEGMENT_ACK, "ACK"},
};

enum { FLAG_N = sizeof table / sizeof table[0] };

char *seen_flags(char text[SEEN_FLAGS], uint8_t flags)
{
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < FLAG_N; i++) {
        if ((flags & table[i].flag) != 0) {
            used += (size_t)snprintf(text + used, SEEN_FLAGS - used, "%s%s", used > 0 ? " " : "",
                                     table[i].name);
        }
    }
    return text;
}

int seen_flags_read(const char *text, uint8_t *flags)
{
    *flags = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        size_t i = 0;

        while (i < FLAG_N &&
               (strncmp(text, table[i].name, length) != 0 || strlen(table[i].name) != length)) {
            i++;
        }
        if (i == FLAG_N) {
            return -1;
        }
        *flags |= table[i].flag;
        text += length + (text[length] == ' ');
    }
    return 0;
}
