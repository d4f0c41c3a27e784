#include "progress_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "finwait/clock.h"
#include "finwait/spark.h"
#include "finwait/units.h"
#include "finwait/wrap.h"

/* ---- history ---- */

static const uint32_t *states(const struct progress *progress, size_t state)
{
    return state == PROGRESS_TIME_WAIT ? progress->time_wait : progress->close_wait;
}

/* Of two samples in a row the higher. */
static void halve(struct progress_history *history)
{
    double(*row)[PROGRESS_SAMPLES] = history->value[0];

    for (size_t i = 0; i < sizeof history->value / sizeof *row; i++) {
        double *value = row[i];
        for (size_t j = 0; j < PROGRESS_SAMPLES / 2; j++) {
            value[j] = fmax(value[2 * j], value[2 * j + 1]);
        }
    }
    history->count = PROGRESS_SAMPLES / 2;
    history->each *= 2;
}

void progress_history_add(struct progress_history *history, const struct progress *progress)
{
    bool begins = history->count == 0 || history->last == history->each;

    if (begins && history->count == PROGRESS_SAMPLES) {
        halve(history);
    }
    history->each += history->each == 0;
    history->count += begins;
    history->last = begins ? 1 : history->last + 1;
    for (size_t i = 0; i < PROGRESS_STATES; i++) {
        for (size_t side = 0; side < SIDE_N; side++) {
            double *value = &history->value[i][side][history->count - 1];
            *value = fmax(begins ? 0 : *value, states(progress, i)[side]);
            history->peak[i] = fmax(history->peak[i], *value);
        }
    }
}

/* Share the samples out among so many bars, each the highest of its own; where there are fewer, the
 * first bars are blank. */
static void share(const struct progress_history *history, size_t state, size_t side, size_t bars,
                  double bar[PROGRESS_BARS])
{
    const double *value = history->value[state][side];
    size_t blank = history->count < bars ? bars - history->count : 0;
    size_t filled = bars - blank;

    for (size_t i = 0; i < bars; i++) {
        bar[i] = NAN;
    }
    for (size_t i = 0; i < history->count; i++) {
        double *mine = &bar[blank + i * filled / history->count];
        *mine = fmax(*mine, value[i]);
    }
}

/* ---- parts of the line ---- */

/* What a line has beside the phase, the connections that ended or failed, and what remains. */
enum {
    STATES = 1,
    RATE = 2,
    PLANNED = 4,
    NAMES = 8, /* of states, in full */
    SIDES = 16,
    WORDS = 32,
    ALL = 63,
};

struct shape {
    unsigned has;
    size_t bars; /* of each sparkline; 0: there is none */
};

static void write_connections(const struct progress *progress, unsigned has, FILE *out)
{
    char text[UNITS_TEXT];

    fprintf(out, "%-6s ", phase_name(progress->phase));
    if (!progress->counted) {
        fputs("connections not counted", out);
        return;
    }
    fputs(units_human_count(text, sizeof text, (double)progress->ended), out);
    if (progress->planned > 0 && (has & PLANNED) != 0) {
        fprintf(out, "%s%s", (has & NAMES) != 0 ? " of " : "/",
                units_human_count(text, sizeof text, (double)progress->planned));
    }
    fputs((has & WORDS) != 0 ? " connections" : "", out);
    if (progress->failed > 0) {
        fprintf(out, ", %s failed", units_human_count(text, sizeof text, (double)progress->failed));
    }
    if (progress->phase == PHASE_LOAD && progress->rate > 0 && (has & RATE) != 0) {
        fprintf(out, ", %s/s", units_human_count(text, sizeof text, progress->rate));
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

/* Numbers, each with its sparkline: the client's in front of it, the server's behind. */
static void write_bars(const char *const number[SIDE_N], const char *const bars[SIDE_N], bool sides,
                       FILE *out)
{
    if (sides) {
        fprintf(out, "client %s %s server %s %s", number[SIDE_CLIENT], bars[SIDE_CLIENT],
                number[SIDE_SERVER], bars[SIDE_SERVER]);
    } else {
        fprintf(out, "%s %s %s %s", number[SIDE_CLIENT], bars[SIDE_CLIENT], bars[SIDE_SERVER],
                number[SIDE_SERVER]);
    }
}

static void write_state(const struct progress *progress, const struct progress_history *history,
                        size_t state, const struct shape *shape, bool plain, FILE *out)
{
    static const char *const names[PROGRESS_STATES][2] = {{"TW", "TIME_WAIT"},
                                                          {"CW", "CLOSE_WAIT"}};
    char number[SIDE_N][UNITS_TEXT];
    char bars[SIDE_N][SPARK_TEXT(PROGRESS_BARS)];
    double bar[PROGRESS_BARS];

    fprintf(out, "%s%s ", state == 0 ? " | " : " ", names[state][(shape->has & NAMES) != 0]);
    for (size_t side = 0; side < SIDE_N; side++) {
        units_human_count(number[side], UNITS_TEXT, states(progress, state)[side]);
        if (shape->bars > 0) {
            share(history, state, side, shape->bars, bar);
            spark_draw(bars[side], bar, shape->bars, history->peak[state], plain);
        }
    }
    if (shape->bars == 0) {
        fprintf(out, "%s:%s", number[SIDE_CLIENT], number[SIDE_SERVER]);
    } else {
        write_bars((const char *const[]){number[SIDE_CLIENT], number[SIDE_SERVER]},
                   (const char *const[]){bars[SIDE_CLIENT], bars[SIDE_SERVER]},
                   (shape->has & SIDES) != 0, out);
    }
}

static char *write_line(char *text, const char *before, const struct progress *progress,
                        const struct progress_history *history, const struct shape *shape,
                        bool plain)
{
    FILE *out = fmemopen(text, PROGRESS_TEXT, "w");

    text[0] = '\0';
    if (out == NULL) {
        return text;
    }
    fprintf(out, "%s%s", before, before[0] != '\0' ? " | " : "");
    write_connections(progress, shape->has, out);
    write_remaining(progress, out);
    for (size_t i = 0; i < PROGRESS_STATES && (shape->has & STATES) != 0; i++) {
        write_state(progress, history, i, shape, plain, out);
    }
    if (shape->bars == 0 && (shape->has & SIDES) != 0) {
        fputs(" (client:server)", out);
    }
    fclose(out);
    return text;
}

char *progress_text(char *text, const char *before, const struct progress *progress)
{
    static const struct shape shape = {ALL, 0};

    return write_line(text, before, progress, NULL, &shape, true);
}

/* ---- what fits ---- */

static const struct shape shapes[] = {
    {ALL, PROGRESS_BARS},
    {ALL, 8},
    {ALL & ~WORDS, 8},
    {NAMES | PLANNED | RATE | STATES, 8},
    {NAMES | PLANNED | RATE | STATES, 4},
    {PLANNED | RATE | STATES, 4},
    {RATE | STATES, 4},
    {STATES, 4},
    {STATES, 0},
    {0, 0},
};

char *progress_text_fit(char *text, const char *before, const struct progress *progress,
                        struct progress_history *history, size_t columns, bool plain)
{
    size_t *shape = &history->shape;

    *shape = history->columns == columns ? *shape : 0;
    history->columns = columns;
    for (; *shape < sizeof shapes / sizeof shapes[0]; ++*shape) {
        write_line(text, before, progress, history, &shapes[*shape], plain);
        if (text_width(text) <= columns) {
            return text;
        }
    }
    --*shape;
    return progress_text_cut(text, columns);
}

/* The bytes of `text`'s first `columns` characters, of which it has more. */
static size_t bytes_of(const char *text, size_t columns)
{
    size_t bytes = 0;

    for (;; bytes++) {
        bool begins = ((unsigned char)text[bytes] & 0xc0U) != 0x80U;
        if (begins && columns-- == 0) {
            return bytes;
        }
    }
}

static bool ends_part(const char *at)
{
    return strncmp(at, ", ", 2) == 0 || strncmp(at, " | ", 3) == 0;
}

char *progress_text_cut(char *text, size_t columns)
{
    size_t part = 0;
    size_t word = 0;

    if (text_width(text) <= columns) {
        return text;
    }
    for (size_t i = bytes_of(text, columns); i > 0 && part == 0; i--) {
        part = ends_part(text + i) ? i : 0;
        word = word == 0 && text[i] == ' ' ? i : word;
    }
    text[part > 0 ? part : word] = '\0';
    return text;
}
