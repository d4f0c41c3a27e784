#include "progress_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "finwait/clock.h"
#include "finwait/terminal.h"
#include "finwait/units.h"

enum {
    REDRAW_MS = 200,
    PLAIN_MS = 2000,
};

void progress_line_init(struct progress_line *line)
{
    *line = (struct progress_line){.terminal = terminal_redraws(STDERR_FILENO)};
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

    fprintf(out, "%-6s ", phase_name(progress->phase));
    if (!progress->counted) {
        fputs("connections not counted", out);
        return;
    }
    fputs(units_human_count(ended, sizeof ended, (double)progress->ended), out);
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

/* Whole seconds, rounded up: 0 is when it is over. */
static int64_t seconds(int64_t ns)
{
    return (ns + NS_PER_S - 1) / NS_PER_S;
}

/* What the phase is waiting for. */
static void write_remaining(const struct progress *progress, FILE *out)
{
    if (progress->remaining < 0) {
        return;
    }
    if (progress->remaining > 0) {
        fprintf(out, ", %" PRId64 " s left", seconds(progress->remaining));
    } else if (progress->phase == PHASE_LOAD) {
        /* load.duration is over; connections due or under way are not. */
        fputs(", waiting for the last to end", out);
    } else {
        fputs(", ending", out);
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
    write_remaining(progress, out);
    for (size_t i = 0; i < 4; i++) {
        units_human_count(text[i], sizeof text[i], states[i]);
    }
    fprintf(out, " | TIME_WAIT %s:%s CLOSE_WAIT %s:%s (client:server)", text[0], text[1], text[2],
            text[3]);
}

void progress_line_put(struct progress_line *line, const char *text)
{
    if (line->terminal) {
        /* A line that wraps could not be redrawn in place: it is cut, with room for the cursor.
         * EL clears to the end of the line, ECMA-48 section 8.3.41. */
        fprintf(stderr, "\r%.*s\033[K", (int)terminal_width(STDERR_FILENO, 80) - 1, text);
        line->drawn = true;
    } else {
        fprintf(stderr, "%s\n", text);
    }
    fflush(stderr);
}

void progress_line_show(struct progress_line *line, const struct progress *progress)
{
    char text[512];
    FILE *out = fmemopen(text, sizeof text, "w");

    if (out == NULL) {
        return;
    }
    fprintf(out, "%s%s", line->before, line->before[0] != '\0' ? " | " : "");
    write_line(progress, out);
    fclose(out);
    progress_line_put(line, text);
}

void progress_line_end(struct progress_line *line)
{
    if (line->drawn) {
        fputs("\r\033[K", stderr);
        line->drawn = false;
    }
}
