#include "finwait/ink.h"

#include "finwait/terminal.h"

void ink_begin(enum ink ink, FILE *out)
{
    static const char *const escapes[] = {
        [INK_BOLD] = "\033[1m",
        [INK_RED] = "\033[31m",
        [INK_GREEN] = "\033[32m",
        [INK_YELLOW] = "\033[33m",
    };

    fputs(terminal_colours(out) ? escapes[ink] : "", out);
}

void ink_end(FILE *out)
{
    fputs(terminal_colours(out) ? "\033[0m" : "", out);
}

void ink_put(enum ink ink, const char *text, FILE *out)
{
    ink_begin(ink, out);
    fputs(text, out);
    ink_end(out);
}
