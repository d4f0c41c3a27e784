#include "finwait/terminal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "finwait/wrap.h"

enum {
    PAGE = 100,
    NARROWEST = 40, /* columns and wrapped text need some room */
    WIDEST = 10000, /* that anybody can have meant */
};

size_t terminal_width(int fd, size_t otherwise)
{
    struct winsize window;

    return ioctl(fd, TIOCGWINSZ, &window) == 0 && window.ws_col > 0 ? window.ws_col : otherwise;
}

void terminal_say(const char *label, const char *text, FILE *out)
{
    fputs(label, out);
    text_wrap(text, text_width(label), 4, terminal_width(fileno(out), SIZE_MAX), out);
}

/* Its value; "" where it is not set. */
static const char *environment(const char *name)
{
    const char *value = getenv(name);

    return value != NULL ? value : "";
}

static bool is_dumb(void)
{
    return strcmp(environment("TERM"), "dumb") == 0;
}

bool terminal_redraws(int fd)
{
    return isatty(fd) == 1 && !is_dumb();
}

/* What COLUMNS says, or `otherwise` where that is no number of columns. */
static size_t columns_wanted(size_t otherwise)
{
    const char *wanted = getenv("COLUMNS");
    char *end;

    if (wanted == NULL || wanted[0] < '1' || wanted[0] > '9') {
        return otherwise;
    }
    unsigned long columns = strtoul(wanted, &end, 10);
    return *end == '\0' && columns <= WIDEST ? columns : otherwise;
}

size_t terminal_columns(int fd)
{
    size_t width = terminal_width(fd, 0);

    width = width > 0 ? width : columns_wanted(PAGE);
    return width > NARROWEST ? width : NARROWEST;
}

size_t terminal_page(void)
{
    return terminal_columns(STDOUT_FILENO);
}

/* ---- colour ---- */

enum { AUTO, ALWAYS, NEVER };

static size_t asked;

int terminal_colour(const char *when)
{
    static const char *const names[] = {[AUTO] = "auto", [ALWAYS] = "always", [NEVER] = "never"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(when, names[i]) == 0) {
            asked = i;
            return 0;
        }
    }
    return -1;
}

/* no-color.org before bixense.com/clicolors, as the latter says. */
static bool wants_colour(int fd)
{
    const char *force = environment("CLICOLOR_FORCE");

    if (environment("NO_COLOR")[0] != '\0') {
        return false;
    }
    if (force[0] != '\0' && strcmp(force, "0") != 0) {
        return true;
    }
    return strcmp(environment("CLICOLOR"), "0") != 0 && environment("TERM")[0] != '\0' &&
           terminal_redraws(fd);
}

bool terminal_colours(FILE *out)
{
    int fd = fileno(out); /* -1 for a stream in memory */

    if (asked == NEVER || (fd != STDOUT_FILENO && fd != STDERR_FILENO)) {
        return false;
    }
    return asked == ALWAYS || wants_colour(fd);
}

/* ---- what it can draw ---- */

bool terminal_blocks(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE",
                                        "LANG"}; /* locale(7): the first set */
    const char *locale = "";

    for (size_t i = 0; i < sizeof names / sizeof names[0] && locale[0] == '\0'; i++) {
        locale = environment(names[i]);
    }
    if (is_dumb() || strcmp(environment("TERM"), "linux") == 0) {
        return false;
    }
    return locale[0] == '\0' || strcasestr(locale, "utf-8") != NULL ||
           strcasestr(locale, "utf8") != NULL;
}
