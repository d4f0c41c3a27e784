#include "finwait/text.h"

#include <ctype.h>
#include <stddef.h>

/* The length of the UTF-8 character at `at`, or 0 (RFC 3629: no surrogates, nothing overlong). */
static size_t utf8_length(const unsigned char *at)
{
    size_t length = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;

    if ((at[0] >= 0x80 && at[0] < 0xc2) || at[0] > 0xf4) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
        (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f)) {
        return 0;
    }
    return length;
}

const char *text_or_empty(const char *text)
{
    return text != NULL ? text : "";
}

bool text_is_plain(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;

    while (*at != '\0') {
        size_t length = utf8_length(at);
        bool c1_control = at[0] == 0xc2 && at[1] < 0xa0; /* U+0080 to U+009F */

        if (length == 0 || c1_control || (iscntrl(*at) && !isspace(*at))) {
            return false;
        }
        at += length;
    }
    return true;
}

void text_fold(char *text)
{
    char *to = text;

    for (const char *from = text; *from != '\0'; from++) {
        if (!isspace((unsigned char)*from)) {
            *to++ = *from;
        } else if (to > text && to[-1] != ' ') {
            *to++ = ' ';
        }
    }
    if (to > text && to[-1] == ' ') {
        to--;
    }
    *to = '\0';
}
