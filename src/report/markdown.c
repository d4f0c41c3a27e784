#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "finwait/escape.h"
#include "finwait/facts.h"
#include "finwait/grow.h"
#include "finwait/report.h"
#include "verdict.h"

/* GitHub takes 1 MiB of a step's summary, and none of one that is larger. */
#define MARKDOWN_ROOM 900000

/* Of which so much is for the titles of results that have no room for more. */
#define TITLES_ROOM 100000

/* A result of more expectations tells the worst of them. */
#define ROWS 200

static const enum verdict worst_first[] = {
    VERDICT_FAIL, VERDICT_UNJUDGED, VERDICT_UNMEASURED, VERDICT_VACUOUS, VERDICT_PASS,
};

/* On stderr: stdout is the summary's. */
static void annotate(const struct facts *facts, const char *word, const char *text)
{
    github_error(facts_scenario(facts, "name"), word, text);
}

/* ---- sections ---- */

static size_t count_of(const struct result *result, enum verdict verdict)
{
    size_t count = 0;

    for (size_t i = 0; i < result->expectation_count; i++) {
        count += result->expectation[i].verdict == verdict;
    }
    return count;
}

/* Where nothing was expected nothing has passed. */
static const char *outcome_of(const struct result *result, size_t held)
{
    return result->partial                     ? "PARTIAL"
           : result->expectation_count == 0    ? "MEASURED"
           : held == result->expectation_count ? "PASS"
                                               : "FAIL";
}

/* "server-first: FAIL, 3 of 4 held". */
static void put_title(const struct facts *facts, FILE *out)
{
    const struct result *result = facts->result;
    size_t held = count_of(result, VERDICT_PASS);

    fputs("### ", out);
    escape_markdown(facts_scenario(facts, "name"), out);
    fprintf(out, ": %s", outcome_of(result, held));
    if (result->expectation_count > 0) {
        fprintf(out, ", %zu of %zu held", held, result->expectation_count);
    } else {
        fputs(", without expectations", out);
    }
    fputs("\n\n", out);
}

static void put_partial(const struct facts *facts, FILE *out)
{
    if (!facts->result->partial) {
        return;
    }
    char *text = report_partial(facts->result);
    annotate(facts, "PARTIAL", text);
    fputs("**PARTIAL**: ", out);
    escape_markdown(text, out);
    fputs("\n\n", out);
    free(text);
}

static void put_connections(const struct facts *facts, FILE *out)
{
    if (facts->tallied) {
        fprintf(out, "%s connections attempted, %s completed, %s failed\n\n",
                COUNT(facts->attempted), COUNT(facts->completed), COUNT(facts->failed));
    }
}

static void put_verdict(const struct facts *facts, const struct expectation_result *expectation,
                        bool shown, FILE *out)
{
    const char *word = verdict_word(expectation->verdict);
    char *text = verdict_text(facts, expectation);

    if (expectation->verdict != VERDICT_PASS) {
        annotate(facts, word, text);
    }
    if (shown) {
        fprintf(out, "| %s | ", word);
        escape_markdown(text, out);
        fputs(" |\n", out);
    }
    free(text);
}

static void put_verdicts(const struct facts *facts, FILE *out)
{
    const struct result *result = facts->result;
    size_t rows = 0;

    if (result->expectation_count == 0) {
        return;
    }
    fputs("| Verdict | Expectation |\n| --- | --- |\n", out);
    for (size_t i = 0; i < sizeof worst_first / sizeof worst_first[0]; i++) {
        for (size_t j = 0; j < result->expectation_count; j++) {
            if (result->expectation[j].verdict == worst_first[i]) {
                put_verdict(facts, &result->expectation[j], rows++ < ROWS, out);
            }
        }
    }
    fputc('\n', out);
    if (rows > ROWS) {
        fprintf(out, "%zu more expectations are in result.json.\n\n", rows - ROWS);
    }
}

static void put_state(const struct facts *facts, enum side side, enum tcp_state state, FILE *out)
{
    static const char *const figures[] = {"peak", "mean", "final"};

    fprintf(out, "| %s | %s |", side_name(side), tcp_state_name(state));
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        double value;
        bool known = facts_metric(facts, &value, "%s.%s.%s", side_name(side), tcp_state_name(state),
                                  figures[i]);
        fprintf(out, " %s |", known ? COUNT(value) : "-");
    }
    fputc('\n', out);
}

/* Of connections: a listener is no end of one. */
static void put_states(const struct facts *facts, FILE *out)
{
    const char *heading = "| Side | State | Peak | Mean | Final |\n"
                          "| --- | --- | ---: | ---: | ---: |\n";

    for (unsigned side = 0; side < ENDS_N; side++) {
        for (unsigned state = 1; state < TCP_STATE_N; state++) {
            double peak;
            if (state != TCP_STATE_LISTEN &&
                facts_metric(facts, &peak, "%s.%s.peak", side_name((enum side)side),
                             tcp_state_name((enum tcp_state)state)) &&
                peak > 0) {
                fputs(heading, out);
                heading = "";
                put_state(facts, (enum side)side, (enum tcp_state)state, out);
            }
        }
    }
    fputs(heading[0] == '\0' ? "\n" : "", out);
}

static void put_latency(enum side side, enum latency kind, const struct histogram *times, FILE *out)
{
    fprintf(out, "| %s | %s |", side_name(side), latency_name(kind));
    for (size_t i = 0; i < QUANTILE_N; i++) {
        fprintf(out, " %s |", DURATION(histogram_quantile(times, quantile_table[i].value)));
    }
    fprintf(out, " %s |\n", DURATION(times->max));
}

static void put_latency_heading(FILE *out)
{
    fputs("| Side | Latency |", out);
    for (size_t i = 0; i < QUANTILE_N; i++) {
        fprintf(out, " %s |", quantile_table[i].name);
    }
    fputs(" max |\n| --- | --- |", out);
    for (size_t i = 0; i <= QUANTILE_N; i++) {
        fputs(" ---: |", out);
    }
    fputc('\n', out);
}

static void put_latencies(const struct facts *facts, FILE *out)
{
    bool any = false;

    for (unsigned side = 0; side < SIDE_N; side++) {
        for (unsigned kind = 0; kind < LATENCY_N; kind++) {
            const struct histogram *times = &facts->result->side[side].account.latency[kind];
            if (times->count > 0) {
                if (!any) {
                    put_latency_heading(out);
                }
                any = true;
                put_latency((enum side)side, (enum latency)kind, times, out);
            }
        }
    }
    fputs(any ? "\n" : "", out);
}

/* ---- within the room there is ---- */

/* What `out` has room for: it may be a file that others have written to. */
static size_t room_of(FILE *out)
{
    struct stat about;
    size_t used = 0;

    if (fflush(out) == 0 && fileno(out) >= 0 && fstat(fileno(out), &about) == 0 &&
        S_ISREG(about.st_mode)) {
        used = (size_t)about.st_size;
    }
    return used < MARKDOWN_ROOM ? MARKDOWN_ROOM - used : 0;
}

typedef void section(const struct facts *facts, FILE *out);

static void put_left_out(const struct facts *facts, FILE *out)
{
    (void)facts;
    fputs("Left out: a summary has room for 900 kB.\n\n", out);
}

/* Print what the sections, up to NULL, have to say, if of *room that much is left behind it. */
static bool put_within(const struct facts *facts, section *const *sections, size_t *room,
                       size_t left, FILE *out)
{
    struct grow_stream stream;

    grow_stream_open(&stream);
    while (*sections != NULL) {
        (*sections++)(facts, stream.out);
    }
    char *text = grow_stream_close(&stream);
    size_t length = strlen(text);
    bool fits = length <= *room && *room - length >= left;
    if (fits) {
        fputs(text, out);
        *room -= length;
    }
    free(text);
    return fits;
}

static void put_result(const struct result *result, size_t *room, FILE *out)
{
    static section *const all[] = {
        put_title, put_partial, put_connections, put_verdicts, put_states, put_latencies, NULL,
    };
    static section *const least[] = {put_title, put_left_out, NULL};
    struct facts facts;

    facts_gather(&facts, result);
    if (!put_within(&facts, all, room, TITLES_ROOM, out)) {
        put_within(&facts, least, room, 0, out);
    }
}

/* What there is of it in worst_first; a partial result is one of the worst. */
static size_t rank_of(const struct result *result)
{
    size_t rank = 0;

    while (!result->partial && worst_first[rank] != VERDICT_PASS &&
           count_of(result, worst_first[rank]) == 0) {
        rank++;
    }
    return rank;
}

static void markdown_write(const struct result *const *results, size_t count, FILE *out)
{
    size_t room = room_of(out);

    for (size_t rank = 0; rank < sizeof worst_first / sizeof worst_first[0]; rank++) {
        for (size_t i = 0; i < count; i++) {
            if (rank_of(results[i]) == rank) {
                put_result(results[i], &room, out);
            }
        }
    }
}

static void markdown_untried(const char *name, const char *why, FILE *out)
{
    github_error(name, "NO RESULT", why);
    fputs("### ", out);
    escape_markdown(name, out);
    fputs(": NO RESULT\n\n", out);
    escape_markdown(why, out);
    fputs("\n\n", out);
}

const struct report_ops report_markdown = {
    .name = "markdown",
    .about = "a summary for CI, as of GITHUB_STEP_SUMMARY: verdicts, states, latencies",
    .write_all = markdown_write,
    .write_untried = markdown_untried,
};
