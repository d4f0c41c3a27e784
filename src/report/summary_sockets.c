#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "summary.h"

/* The states that sockets were seen in, those that people ask for first. */

static const enum tcp_state states[] = {
    TCP_STATE_TIME_WAIT, TCP_STATE_CLOSE_WAIT,  TCP_STATE_FIN_WAIT2, TCP_STATE_FIN_WAIT1,
    TCP_STATE_LAST_ACK,  TCP_STATE_ESTABLISHED, TCP_STATE_CLOSING,   TCP_STATE_SYN_RECV,
    TCP_STATE_SYN_SENT,  TCP_STATE_CLOSE,
};
#define STATES (sizeof states / sizeof states[0])

enum {
    NAME = 14,   /* columns of a state's name with the indent */
    FIGURES = 3, /* peak, mean, final */
    MEAN = 1,    /* which needs a wide page */
    WIDE = 100,
    SHAPE = 16,      /* columns of the longest word about a series */
    SPARK_MOST = 60, /* of a sparkline; more of them show no more */
    SPARK_LEAST = 8,
    ROWS = 7, /* others, of which nothing is left, are told in a line … */
    FEW = 10, /* … and those of which there were fewer at any time */
};

/* The two ends of the connections that a table is about. */
struct pair {
    enum side end[2];
};

struct cells {
    double value[2][FIGURES];
    bool known[2][FIGURES];
};

static void gather(const struct facts *facts, const struct pair *pair, enum tcp_state state,
                   struct cells *cells)
{
    static const char *const figures[FIGURES] = {"peak", "mean", "final"};

    for (size_t end = 0; end < 2; end++) {
        for (size_t i = 0; i < FIGURES; i++) {
            cells->known[end][i] =
                facts_metric(facts, &cells->value[end][i], "%s.%s.%s", side_name(pair->end[end]),
                             tcp_state_name(state), figures[i]);
        }
    }
}

static bool was_seen(const struct cells *cells)
{
    return cells->value[0][0] > 0 || cells->value[1][0] > 0;
}

static bool were_few(const struct cells *cells)
{
    return cells->value[0][0] < FEW && cells->value[1][0] < FEW;
}

static bool is_left(const struct cells *cells)
{
    return cells->value[0][FIGURES - 1] > 0 || cells->value[1][FIGURES - 1] > 0;
}

/* ---- which have a row ---- */

struct choice {
    bool row[STATES], line[STATES]; /* at most one of the two */
    bool any;
    size_t rows;
};

static struct choice choose(const struct facts *facts, const struct pair *pair)
{
    struct choice choice = {0};
    struct cells cells[STATES];

    for (size_t i = 0; i < STATES; i++) {
        gather(facts, pair, states[i], &cells[i]);
        choice.row[i] = is_left(&cells[i]);
        choice.any |= was_seen(&cells[i]);
        choice.rows += choice.row[i];
    }
    for (size_t i = 0; i < STATES; i++) {
        if (!choice.row[i] && was_seen(&cells[i])) {
            choice.row[i] = choice.rows < ROWS && !were_few(&cells[i]);
            choice.line[i] = !choice.row[i];
            choice.rows += choice.row[i];
        }
    }
    return choice;
}

/* ---- the table ---- */

/* How wide the columns are. */
struct layout {
    size_t figure;
    size_t figures; /* a side */
    size_t spark;
};

static struct layout lay_out(const struct summary *summary, const struct pair *pair)
{
    struct layout layout = {.figure = 8, .figures = summary->width >= WIDE ? 3 : 2};
    size_t used;

    for (size_t i = 0; i < STATES; i++) {
        struct cells cells;
        gather(&summary->facts, pair, states[i], &cells);
        for (size_t end = 0; end < 2; end++) {
            size_t width = strlen(COUNT(cells.value[end][0])) + 2;
            layout.figure = width > layout.figure ? width : layout.figure;
        }
    }
    used = NAME + 2 * (layout.figure * layout.figures + 2) + 2 + SHAPE + 1;
    layout.spark = used + SPARK_LEAST > summary->width ? 0 : summary->width - used;
    layout.spark = layout.spark > SPARK_MOST ? SPARK_MOST : layout.spark;
    return layout;
}

/* Of the sparklines: from the start of load to the last sample. */
static void print_span(const struct summary *summary, const struct pair *pair)
{
    int64_t span = summary_span(summary, pair->end[0]);

    if (span > 0) {
        fprintf(summary->out, "  over %s", DURATION(span));
    }
}

static void print_titles(const struct summary *summary, const struct pair *pair,
                         const struct layout *layout)
{
    FILE *out = summary->out;
    size_t wide = layout->figure * layout->figures + 2;
    int begin = (int)(layout->figure - strlen("peak") + 2);

    fputc('\n', out);
    ink_begin(INK_BOLD, summary->out);
    fprintf(out, "%-*s", NAME, "Sockets");
    for (size_t end = 0; end < 2; end++) {
        int rest = end == 0 ? (int)wide - begin : 0;
        fprintf(out, "%*s%-*s", begin, "", rest, side_told(pair->end[end]));
    }
    ink_end(summary->out);
    fprintf(out, "\n%*s", NAME, "");
    for (size_t end = 0; end < 2; end++) {
        fprintf(out, "  %*s", (int)layout->figure, "peak");
        if (layout->figures == FIGURES) {
            fprintf(out, "%*s", (int)layout->figure, "mean");
        }
        fprintf(out, "%*s", (int)layout->figure, "final");
    }
    if (layout->spark > 0) {
        print_span(summary, pair);
    }
    fputc('\n', out);
}

/* The end that has more of them. */
static enum side fuller(const struct pair *pair, const struct cells *cells)
{
    return pair->end[cells->value[1][MEAN] > cells->value[0][MEAN]];
}

static void print_course(const struct summary *summary, const struct pair *pair,
                         const struct cells *cells, enum tcp_state state, size_t columns)
{
    enum side end = fuller(pair, cells);
    const char *shape = summary_shape(summary, end, state);

    if (columns > 0) {
        char *spark = summary_spark(summary, end, state, columns);
        fprintf(summary->out, "  %s", spark);
        text_blanks(spark[0] != '\0' && shape[0] != '\0' ? columns - text_width(spark) + 1 : 0,
                    summary->out);
        fputs(shape, summary->out);
        free(spark);
    }
}

static void print_state(const struct summary *summary, const struct pair *pair,
                        const struct layout *layout, enum tcp_state state)
{
    FILE *out = summary->out;
    struct cells cells;
    size_t named = strlen(tcp_state_name(state)) + 2;

    gather(&summary->facts, pair, state, &cells);
    fputs("  ", out);
    paper_state(out, state);
    text_blanks(NAME - named, out);
    for (size_t end = 0; end < 2; end++) {
        fputs("  ", out);
        for (size_t i = 0; i < FIGURES; i++) {
            if (i != MEAN || layout->figures == FIGURES) {
                fprintf(out, "%*s", (int)layout->figure,
                        cells.known[end][i] ? COUNT(cells.value[end][i]) : "-");
            }
        }
    }
    print_course(summary, pair, &cells, state, layout->spark);
    fputc('\n', out);
}

/* "ESTABLISHED client 6, server 6": where there were any. */
static void tell_peaks(const struct facts *facts, const struct pair *pair, enum tcp_state state,
                       FILE *out)
{
    const char *before = " ";
    struct cells cells;

    gather(facts, pair, state, &cells);
    paper_state(out, state);
    for (size_t end = 0; end < 2; end++) {
        if (cells.value[end][0] > 0) {
            fprintf(out, "%s%s %s", before, side_told(pair->end[end]), COUNT(cells.value[end][0]));
            before = ", ";
        }
    }
}

/* Those without a row. */
static void print_others(const struct summary *summary, const struct pair *pair,
                         const struct choice *choice)
{
    struct grow_stream stream;
    const char *before = "at most: ";

    grow_stream_open(&stream);
    for (size_t i = 0; i < STATES; i++) {
        if (choice->line[i]) {
            fputs(before, stream.out);
            tell_peaks(&summary->facts, pair, states[i], stream.out);
            before = "; ";
        }
    }
    char *text = grow_stream_close(&stream);
    if (choice->rows == 0) {
        fputc('\n', summary->out);
        summary_labelled(summary, "Sockets", text);
    } else if (text[0] != '\0') {
        fputs("  ", summary->out);
        text_wrap(text, 2, 4, summary->width, summary->out);
    }
    free(text);
}

/* False: none was seen. */
static bool print_pair(const struct summary *summary, const struct pair *pair)
{
    struct choice choice = choose(&summary->facts, pair);
    struct layout layout = lay_out(summary, pair);

    if (!choice.any) {
        return false;
    }
    if (choice.rows > 0) {
        print_titles(summary, pair, &layout);
    }
    for (size_t i = 0; i < STATES; i++) {
        if (choice.row[i]) {
            print_state(summary, pair, &layout, states[i]);
        }
    }
    print_others(summary, pair, &choice);
    return true;
}

void summary_sockets(const struct summary *summary)
{
    static const struct pair direct = {{SIDE_CLIENT, SIDE_SERVER}};
    static const struct pair before = {{SIDE_CLIENT, SIDE_FRONT}};
    static const struct pair behind = {{SIDE_BACK, SIDE_SERVER}};
    const struct facts *facts = &summary->facts;
    bool proxied = facts_proxied(facts);
    bool any = print_pair(summary, proxied ? &before : &direct);

    any |= proxied && print_pair(summary, &behind);
    if (!any) {
        bool looked = facts->side[SIDE_CLIENT].observed || facts->side[SIDE_SERVER].observed;
        fputc('\n', summary->out);
        summary_labelled(summary, "Sockets",
                         looked ? "no sample saw one of these connections" : "not observed");
    }
}
