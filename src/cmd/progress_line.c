#include "progress_line.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "finwait/clock.h"
#include "finwait/units.h"

enum {
    REDRAW_MS = 200,
    PLAIN_MS = 2000,
};

void progress_line_init(struct progress_line *line)
{
    *line = (struct progress_line){.terminal = isatty(STDERR_FILENO) == 1};
}

int64_t progress_line_every(const struct progress_line *line)
{
    return (line->terminal ? REDRAW_MS : PLAIN_MS) * NS_PER_MS;
}

static void write_connections(const struct progress *progress, FILE *out)
{
    char ended[UNITS_TEXT];
    char planned[UNITS_TEXT];
    char rate[UNITS_TEXT];

    units_human_count(ended, sizeof ended, (double)progress->ended);
    fprintf(out, "%-6s %s", phase_name(progress->phase), ended);
    if (progress->planned > 0) {
        fprintf(out, " of %s",
                units_human_count(planned, sizeof planned, (double)progress->planned));
    }
    fprintf(out, " connections");
    if (progress->failed > 0) {
        fprintf(out, ", %s failed",
                units_human_count(ended, sizeof ended, (double)progress->failed));
    }
    if (progress->phase == PHASE_LOAD && progress->rate > 0) {
        fprintf(out, ", %s/s", units_human_count(rate, sizeof rate, progress->rate));
    }
}

static void write_line(const struct progress *progress, FILE *out)
{
    const uint32_t states[] = {
        progress->time_wait[SIDE_CLIENT],
        progress->time_wait[SIDE_SERVER],
        progress->close_wait[SIDE_CLIENT],
        progress->close_wait[SIDE_SERVER],
    };
    char text[4][UNITS_TEXT];

    write_connections(progress, out);
    if (progress->remaining >= 0) {
        fprintf(out, ", ETA %.0f s", (double)progress->remaining / (double)NS_PER_S);
    }
    for (size_t i = 0; i < 4; i++) {
        units_human_count(text[i], sizeof text[i], states[i]);
    }
    fprintf(out, " | TIME_WAIT %s:%s CLOSE_WAIT %s:%s (client:server)", text[0], text[1], text[2],
            text[3]);
}

/* A line that wraps could not be redrawn in place: it is cut. */
static int terminal_width(void)
{
    struct winsize window;

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 1 ? window.ws_col - 1
                                                                               : 79;
}

void progress_line_show(void *context, const struct progress *progress)
{
    struct progress_line *line = context;
    char text[256];
    FILE *out = fmemopen(text, sizeof text, "w");

    if (out == NULL) {
        return;
    }
    write_line(progress, out);
    fclose(out);
    if (line->terminal) {
        /* EL clears to the end of the line, ECMA-48 section 8.3.41. */
        fprintf(stderr, "\r%.*s\033[K", terminal_width(), text);
        line->drawn = true;
    } else {
        fprintf(stderr, "%s\n", text);
    }
    fflush(stderr);
}

void progress_line_end(struct progress_line *line)
{
    if (line->drawn) {
        fputs("\r\033[K", stderr);
        line->drawn = false;
    }
}
