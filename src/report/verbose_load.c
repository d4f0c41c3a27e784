#include <string.h>

#include "finwait/kernel_errno.h"
#include "verbose.h"

/* A count of a role's, or "-" where the role was not ours to count. */
static void role_cell(struct table *table, const struct facts *facts, enum side side,
                      uint64_t count)
{
    table_cell(table, "%s", facts->result->side[side].played ? COUNT(count) : "-");
}

static void both_cells(struct table *table, const struct facts *facts, const uint64_t count[SIDE_N])
{
    for (unsigned side = 0; side < SIDE_N; side++) {
        role_cell(table, facts, (enum side)side, count[side]);
    }
}

/* ---- connections ---- */

static void print_rate(FILE *out, const struct facts *facts)
{
    const char *lasted = DURATION((int64_t)(facts->load * (double)NS_PER_S));
    const char *arriving = DURATION((int64_t)(facts->arriving * (double)NS_PER_S));

    if (facts->arriving <= 0) {
        fprintf(out, "\n  over %s, too short to tell a rate", lasted);
    } else if (facts->open_loop) {
        fprintf(out, "\n  %s begun a second, for %s; the last one ended after %s",
                COUNT(facts->attempted / facts->arriving), arriving, lasted);
    } else {
        fprintf(out, "\n  %s completed a second, over %s", COUNT(facts->rate), lasted);
    }
}

/* Who closed first, those who did. */
static void print_closers(FILE *out, const struct facts *facts)
{
    static const char *const closers[] = {"client", "server", "proxy", "both", "unknown"};
    const char *before = "\n  closed first: ";

    for (size_t i = 0; i < sizeof closers / sizeof closers[0]; i++) {
        bool any_known = before[0] == ',' || strcmp(closers[i], "unknown") != 0;
        double count;
        if (facts_metric(facts, &count, "closed_first.%s", closers[i]) && count > 0 && any_known) {
            fprintf(out, "%s%s %s", before, closers[i], COUNT(count));
            before = ", ";
        }
    }
}

static void print_totals(FILE *out, const struct facts *facts)
{
    if (!facts->tallied) {
        fputs("  not counted: neither role is ours\n", out);
        return;
    }
    double open = facts->attempted - facts->completed - facts->failed;
    fprintf(out, "  %s attempted, %s completed, %s failed", COUNT(facts->attempted),
            COUNT(facts->completed), COUNT(facts->failed));
    if (open > 0) {
        fprintf(out, ", %s still open", COUNT(open));
    }
    if (facts->load > 0) {
        print_rate(out, facts);
    }
    print_closers(out, facts);
    fputc('\n', out);
}

static void outcome_row(struct table *table, const struct facts *facts, enum outcome outcome)
{
    const uint64_t count[SIDE_N] = {
        [SIDE_CLIENT] = facts->result->side[SIDE_CLIENT].account.outcome[outcome],
        [SIDE_SERVER] = facts->result->side[SIDE_SERVER].account.outcome[outcome],
    };

    if (count[SIDE_CLIENT] + count[SIDE_SERVER] > 0) {
        table_cell(table, "%s", outcome_name(outcome));
        both_cells(table, facts, count);
        table_cell(table, "%s", outcome_about(outcome));
    }
}

void verbose_connections(FILE *out, const struct facts *facts)
{
    struct table table;

    paper_heading(out, "Connections");
    print_totals(out, facts);
    if (facts->attempted <= 0) {
        return;
    }
    table_begin(&table, "lrrl");
    paper_sides(&table, "outcome");
    table_cell(&table, "%s", "");
    for (unsigned outcome = 0; outcome < OUTCOME_N; outcome++) {
        outcome_row(&table, facts, (enum outcome)outcome);
    }
    table_end(&table, 2, out);
}

/* ---- a mix ---- */

/* "done 78, reset 2". */
static void ends_cell(struct table *table, const uint64_t outcome[OUTCOME_N])
{
    char text[256] = "";
    size_t used = 0;

    for (unsigned i = 0; i < OUTCOME_N && used < sizeof text; i++) {
        if (outcome[i] > 0) {
            used +=
                (size_t)snprintf(text + used, sizeof text - used, "%s%s %s", used > 0 ? ", " : "",
                                 outcome_name((enum outcome)i), COUNT(outcome[i]));
        }
    }
    table_cell(table, "%s", text);
}

static void mix_row(struct table *table, const struct facts *facts, const struct result_mix *mix)
{
    static const char *const figures[] = {"attempted", "completed", "failed"};

    table_cell(table, "%s", mix->name);
    table_cell(table, "%s", COUNT(mix->weight));
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        double count = 0;
        facts_metric(facts, &count, "client.mix.%s.%s", mix->name, figures[i]);
        table_cell(table, "%s", COUNT(count));
    }
    ends_cell(table, mix->account.outcome);
    table_cell(table, "%s", mix->program);
}

void verbose_mix(FILE *out, const struct facts *facts)
{
    const struct result_side *client = &facts->result->side[SIDE_CLIENT];
    static const char *const titles[] = {"program", "weight", "attempted", "completed",
                                         "failed",  "ends",   ""};
    struct table table;

    if (client->mix_count == 0 || !client->played) {
        return;
    }
    paper_heading(out, "Programs of the client");
    table_begin(&table, "lrrrrll");
    table_row(&table, titles);
    for (size_t i = 0; i < client->mix_count; i++) {
        mix_row(&table, facts, &client->mix[i]);
    }
    table_end(&table, 2, out);
}

/* ---- errors ---- */

static bool met_errno(const struct facts *facts, unsigned errnum)
{
    return facts->result->side[SIDE_CLIENT].account.error[errnum] > 0 ||
           facts->result->side[SIDE_SERVER].account.error[errnum] > 0;
}

static void errno_row(struct table *table, const struct facts *facts, unsigned errnum)
{
    const uint64_t count[SIDE_N] = {
        [SIDE_CLIENT] = facts->result->side[SIDE_CLIENT].account.error[errnum],
        [SIDE_SERVER] = facts->result->side[SIDE_SERVER].account.error[errnum],
    };

    table_cell(table, "%s", errno_name((int)errnum));
    both_cells(table, facts, count);
    table_cell(table, "%s", errno_meaning((int)errnum));
}

void verbose_errors(FILE *out, const struct facts *facts)
{
    struct table table;

    table_begin(&table, "lrrl");
    paper_sides(&table, "errno");
    table_cell(&table, "%s", "");
    for (unsigned errnum = 1; errnum < ERRNO_LIMIT; errnum++) {
        if (met_errno(facts, errnum)) {
            errno_row(&table, facts, errnum);
        }
    }
    paper_table(out, "Errors", &table, true);
}

/* ---- latency ---- */

static void latency_row(struct table *table, enum side side, enum latency kind,
                        const struct histogram *histogram)
{
    if (histogram->count == 0) {
        return;
    }
    table_cell(table, "%s %s", side_name(side), latency_name(kind));
    table_cell(table, "%s", DURATION(histogram->min));
    for (size_t i = 0; i < QUANTILE_N; i++) {
        table_cell(table, "%s", DURATION(histogram_quantile(histogram, quantile_table[i].value)));
    }
    table_cell(table, "%s", DURATION(histogram->max));
}

void verbose_latency(FILE *out, const struct facts *facts)
{
    struct table table;

    table_begin(&table, "lrrrrrr");
    table_cell(&table, "%s", "");
    table_cell(&table, "min");
    for (size_t i = 0; i < QUANTILE_N; i++) {
        table_cell(&table, "%s", quantile_table[i].name);
    }
    table_cell(&table, "max");
    for (unsigned side = 0; side < SIDE_N; side++) {
        for (unsigned kind = 0; kind < LATENCY_N; kind++) {
            latency_row(&table, (enum side)side, (enum latency)kind,
                        &facts->result->side[side].account.latency[kind]);
        }
    }
    paper_table(out, "Latency", &table, true);
}
