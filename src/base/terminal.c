#include "finwait/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    PAGE = 100,
    NARROWEST = 40, /* columns and wrapped text need some room */
};

size_t terminal_width(int fd, size_t otherwise)
{
    struct winsize window;

    return ioctl(fd, TIOCGWINSZ, &window) == 0 && window.ws_col > 0 ? window.ws_col : otherwise;
}

bool terminal_redraws(int fd)
{
    const char *terminal = getenv("TERM");

    return isatty(fd) == 1 && (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

size_t terminal_page(void)
{
    size_t width = terminal_width(STDOUT_FILENO, PAGE);

    return width > NARROWEST ? width : NARROWEST;
}
