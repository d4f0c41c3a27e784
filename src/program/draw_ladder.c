#include <string.h>

#include "draw.h"

enum {
    ARROW_WIDTH = 17,
    STEP_WIDTH = 16, /* a longer one has its line for itself */
    STEP_TEXT = 96,
};

/* One line of the ladder: at most a step, the segment it sent, and a step that follows. */
struct row {
    char step[SIDE_N][STEP_TEXT];
    const char *segment;
    enum side sender; /* SIDE_N: both */
    enum tcp_state state[SIDE_N];
    bool used;
};

struct ladder {
    const struct model_end *end;
    struct row row;
    enum tcp_state shown[SIDE_N]; /* a state is printed when it changes */
    FILE *out;
};

/* The names of the segments that are seen to leave because of a step. */
static const struct {
    enum step_sends kind;
    const char *segment;
} sends[] = {
    {STEP_SENDS_SYN, "SYN"},     {STEP_SENDS_DATA, "DATA"},        {STEP_SENDS_DATA, "DATA (part)"},
    {STEP_SENDS_TLS, "tickets"}, {STEP_SENDS_TLS, "close_notify"}, {STEP_SENDS_TLS, "alert"},
    {STEP_SENDS_FIN, "FIN"},     {STEP_SENDS_RST, "RST"},
};

static bool step_sends(enum step_op op, const char *segment)
{
    for (size_t i = 0; i < sizeof sends / sizeof sends[0]; i++) {
        if ((step_table[op].sends & sends[i].kind) != 0 && strcmp(sends[i].segment, segment) == 0) {
            return true;
        }
    }
    return false;
}

static void draw_line(int width, FILE *out)
{
    for (int i = 0; i < width; i++) {
        fputs("─", out);
    }
}

static void draw_arrow(const struct row *row, FILE *out)
{
    bool left = row->sender != SIDE_CLIENT;
    bool right = row->sender != SIDE_SERVER;
    int line = ARROW_WIDTH - left - right - 2 - (int)strlen(row->segment);

    fputs(left ? "◀" : "", out);
    draw_line(line / 2, out);
    fprintf(out, " %s ", row->segment);
    draw_line(line - line / 2, out);
    fputs(right ? "▶" : "", out);
}

/* The state's name when it is news, and remember it. */
static const char *news(struct ladder *ladder, enum side side)
{
    enum tcp_state state = ladder->row.state[side];

    if (state == ladder->shown[side]) {
        return "";
    }
    ladder->shown[side] = state;
    return state == 0 ? "" : tcp_state_name(state);
}

/* The right half of a line, without trailing blanks. */
static void draw_server(const char *step, const char *state, FILE *out)
{
    if (state[0] != '\0') {
        fprintf(out, " %-16s %s", step, state);
    } else if (step[0] != '\0') {
        fprintf(out, " %s", step);
    }
}

static void flush_row(struct ladder *ladder)
{
    const struct row *row = &ladder->row;
    FILE *out = ladder->out;

    if (row->used) {
        const char *client = news(ladder, SIDE_CLIENT);
        const char *server = news(ladder, SIDE_SERVER);
        bool ends_here = row->segment == NULL && !server[0] && !row->step[SIDE_SERVER][0];
        fprintf(out, ends_here ? "  %-11s %s" : "  %-11s %-16s ", client, row->step[SIDE_CLIENT]);
        if (row->segment != NULL) {
            draw_arrow(row, out);
        } else if (!ends_here) {
            fprintf(out, "%*s", ARROW_WIDTH, "");
        }
        draw_server(row->step[SIDE_SERVER], server, out);
        fputc('\n', out);
    }
    memset(&ladder->row, 0, sizeof ladder->row);
}

/* A segment stands beside the step that sent it. */
static bool segment_fits(const struct ladder *ladder, size_t i)
{
    const struct row *row = &ladder->row;
    const struct model_event *event = &ladder->end->event[i];

    if (!row->used || row->segment != NULL || i == 0 || event->kind != MODEL_EVENT_SEGMENT) {
        return false;
    }
    const struct model_event *before = event - 1;
    return before->kind == MODEL_EVENT_STEP && before->side == event->side &&
           strlen(row->step[event->side]) <= STEP_WIDTH &&
           row->step[side_peer(event->side)][0] == '\0' &&
           step_sends(before->step.op, event->segment);
}

/* A step stands beside the segment that its side has just received, when no state changes. */
static bool step_fits(const struct ladder *ladder, const struct model_event *event,
                      const char *step)
{
    const struct row *row = &ladder->row;

    return row->segment != NULL && row->sender == side_peer(event->side) &&
           strlen(step) <= STEP_WIDTH && row->step[event->side][0] == '\0' &&
           memcmp(row->state, event->state, sizeof row->state) == 0;
}

static const char *const failures[MODEL_FATE_N] = {
    [MODEL_RESET] = " (reset)",         [MODEL_EOF] = " (eof)",
    [MODEL_TRUNCATED] = " (truncated)", [MODEL_ALERT] = " (alert)",
    [MODEL_HANDSHAKE] = " (handshake)", [MODEL_TIMEOUT] = " (timeout)",
};

/* The last step of a program that failed says how. */
static const char *failure(const struct ladder *ladder, size_t i)
{
    const struct model_end *end = ladder->end;
    enum side side = end->event[i].side;
    const char *words = failures[end->side[side].fate];

    for (size_t later = i + 1; later < end->event_count; later++) {
        if (end->event[later].kind == MODEL_EVENT_STEP && end->event[later].side == side) {
            return "";
        }
    }
    return words != NULL ? words : "";
}

static void add_step(struct ladder *ladder, size_t i)
{
    const struct model_event *event = &ladder->end->event[i];
    char name[STEP_TEXT - 16];
    char step[STEP_TEXT];

    step_format(name, sizeof name, &event->step);
    if (event->note != NULL) {
        snprintf(step, sizeof step, "%s (%s)", name, event->note);
    } else {
        snprintf(step, sizeof step, "%s%s", name, failure(ladder, i));
    }
    if (!step_fits(ladder, event, step)) {
        flush_row(ladder);
    }
    snprintf(ladder->row.step[event->side], sizeof step, "%s", step);
}

static void add_segment(struct ladder *ladder, size_t i)
{
    const struct model_event *event = &ladder->end->event[i];
    bool handshake = event->kind == MODEL_EVENT_TLS;

    if (!segment_fits(ladder, i)) {
        flush_row(ladder);
    }
    ladder->row.segment = handshake ? "TLS handshake" : event->segment;
    ladder->row.sender = handshake ? SIDE_N : event->side;
}

static void add_event(struct ladder *ladder, size_t i)
{
    const struct model_event *event = &ladder->end->event[i];

    if (event->kind == MODEL_EVENT_STEP) {
        add_step(ladder, i);
    } else {
        add_segment(ladder, i);
    }
    memcpy(ladder->row.state, event->state, sizeof ladder->row.state);
    ladder->row.used = true;
}

/* Where the story goes on in its middle, begin with where it stands. */
static void draw_standing(struct ladder *ladder, size_t from)
{
    memcpy(ladder->row.state, ladder->end->event[from - 1].state, sizeof ladder->row.state);
    snprintf(ladder->row.step[SIDE_CLIENT], STEP_TEXT, "...");
    snprintf(ladder->row.step[SIDE_SERVER], STEP_TEXT, "...");
    ladder->row.used = true;
    flush_row(ladder);
}

void model_draw_end(const struct model_end *end, size_t from, FILE *out)
{
    struct ladder ladder = {.end = end, .out = out};

    fprintf(out, "  %-46s %-16s %s\n", "client", "", "server");
    if (from > 0 && from < end->event_count) {
        draw_standing(&ladder, from);
    }
    for (size_t i = from; i < end->event_count; i++) {
        if (end->skipped > 0 && i == MODEL_EVENTS / 2) {
            flush_row(&ladder);
            fprintf(out, "  ... %zu events later ...\n", end->skipped);
        }
        add_event(&ladder, i);
    }
    flush_row(&ladder);
}
