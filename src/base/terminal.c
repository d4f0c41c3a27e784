#include "finwait/terminal.h"

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

size_t terminal_page(void)
{
    size_t width = terminal_width(STDOUT_FILENO, PAGE);

    return width > NARROWEST ? width : NARROWEST;
}
