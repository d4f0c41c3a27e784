#include "progress_line.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "finwait/clock.h"
#include "finwait/terminal.h"
#include "finwait/wrap.h"

enum {
    REDRAW_MS = 200,
    PLAIN_MS = 2000,
};

/* EL, to the end of the line: ECMA-48 section 8.3.41. */
#define CLEAR "\033[K"

void progress_line_init(struct progress_line *line)
{
    *line = (struct progress_line){.terminal = terminal_redraws(STDERR_FILENO)};
}

int64_t progress_line_every(const struct progress_line *line)
{
    return (line->terminal ? REDRAW_MS : PLAIN_MS) * NS_PER_MS;
}

/* A line that wraps could not be redrawn in place: it has to fit, with room for the cursor. */
static size_t room(void)
{
    return terminal_width(STDERR_FILENO, 80) - 1;
}

static void write_line(struct progress_line *line, const char *text)
{
    fputs(line->terminal ? "\r" : "", stderr);
    text_put(text, strlen(text), stderr);
    fputs(line->terminal ? CLEAR : "\n", stderr);
    line->drawn |= line->terminal;
    fflush(stderr);
}

void progress_line_put(struct progress_line *line, const char *text)
{
    char shown[PROGRESS_TEXT];

    snprintf(shown, sizeof shown, "%s", text);
    write_line(line, line->terminal ? progress_text_cut(shown, room()) : shown);
}

void progress_line_show(struct progress_line *line, const struct progress *progress)
{
    char text[PROGRESS_TEXT];

    if (line->terminal) {
        progress_history_add(&line->history, progress);
        progress_text_fit(text, line->before, progress, &line->history, room(), !terminal_blocks());
    } else {
        progress_text(text, line->before, progress);
    }
    write_line(line, text);
}

void progress_line_end(struct progress_line *line)
{
    if (line->drawn) {
        fputs("\r" CLEAR, stderr);
        line->drawn = false;
    }
}
