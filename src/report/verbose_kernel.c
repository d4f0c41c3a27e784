#include <stdlib.h>
#include <string.h>

#include "finwait/explain.h"
#include "finwait/grow.h"
#include "finwait/kernel_counter.h"
#include "verbose.h"

/* ---- states ---- */

/* A listener is no end of a connection. */
static bool was_seen(const struct facts *facts, const enum side ends[2], unsigned state)
{
    bool seen = false;

    for (size_t i = 0; i < 2; i++) {
        double peak;
        seen |= facts_metric(facts, &peak, "%s.%s.peak", side_name(ends[i]),
                             tcp_state_name((enum tcp_state)state)) &&
                peak > 0;
    }
    return seen && state != TCP_STATE_LISTEN;
}

static void state_cells(struct table *table, const struct facts *facts, enum side side,
                        const char *state)
{
    static const char *const figures[] = {"peak", "mean", "final"};

    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        double value;
        bool known = facts_metric(facts, &value, "%s.%s.%s", side_name(side), state, figures[i]);
        table_cell(table, "%s", known ? COUNT(value) : "-");
    }
}

/* False: none was seen. */
static bool print_states(FILE *out, const struct facts *facts, const enum side ends[2])
{
    struct table table;

    table_begin(&table, "lrrrrrr");
    table_cell(&table, "state");
    for (size_t i = 0; i < 2; i++) {
        table_cell(&table, "%s peak", side_name(ends[i]));
        table_cell(&table, "mean");
        table_cell(&table, "final");
    }
    for (unsigned state = 1; state < TCP_STATE_N; state++) {
        const char *name = tcp_state_name((enum tcp_state)state);
        if (was_seen(facts, ends, state)) {
            table_cell(&table, "%s", name);
            state_cells(&table, facts, ends[0], name);
            state_cells(&table, facts, ends[1], name);
        }
    }
    return paper_table(out, NULL, &table, true);
}

void verbose_states(FILE *out, const struct facts *facts)
{
    static const enum side sides[] = {SIDE_CLIENT, SIDE_SERVER};
    static const enum side proxys[] = {SIDE_FRONT, SIDE_BACK};

    paper_heading(out, "Sockets by state");
    bool any = print_states(out, facts, sides);
    if (facts_proxied(facts)) {
        fputs(any ? "\n" : "", out);
        any |= print_states(out, facts, proxys);
    }
    if (any) {
        return;
    }
    if (facts->side[SIDE_CLIENT].observed || facts->side[SIDE_SERVER].observed) {
        fputs("  no sample saw a socket of these connections\n", out);
    } else {
        fputs("  not observed\n", out);
    }
}

/* ---- counters ---- */

static bool moved_on(const struct facts *facts, const char *host, const char *counter)
{
    double delta;

    return facts_metric(facts, &delta, "%s.counter.%s", host, counter) && (delta < 0 || delta > 0);
}

static void counter_cell(struct table *table, const struct facts *facts, const char *host,
                         const char *counter)
{
    double delta;
    bool known = facts_metric(facts, &delta, "%s.counter.%s", host, counter);

    table_cell(table, "%s", known ? COUNT(delta) : "-");
}

/* The prefix of its counters' metrics, and what stands above its column. */
struct host {
    const char *name, *title;
};

/* A row for each told counter that moved on any of the hosts, a column for each host. */
static void print_counters(FILE *out, const struct facts *facts, const struct host *hosts,
                           size_t count)
{
    struct table table;

    table_begin(&table, count == 1 ? "lrl" : "lrrl");
    table_cell(&table, "counter");
    for (size_t host = 0; host < count; host++) {
        table_cell(&table, "%s", hosts[host].title);
    }
    table_cell(&table, "%s", "");
    for (const struct counter_info *info = counter_table; info < counter_table + counter_count;
         info++) {
        if (!info->told || (!moved_on(facts, hosts[0].name, info->name) &&
                            !moved_on(facts, hosts[count - 1].name, info->name))) {
            continue;
        }
        table_cell(&table, "%s", info->name);
        for (size_t host = 0; host < count; host++) {
            counter_cell(&table, facts, hosts[host].name, info->name);
        }
        table_cell(&table, "%s", info->meaning);
    }
    paper_table(out, "Kernel counters that moved", &table, true);
}

void verbose_counters(FILE *out, const struct facts *facts)
{
    static const struct host sides[] = {{"client", "client"}, {"server", "server"}};
    static const struct host shared[] = {{"client", "client"}, {"proxy", "server + proxy"}};
    static const struct host machine[] = {{"host", "host (whole machine)"}};

    if (!facts->result->private_lab) {
        print_counters(out, facts, machine, 1);
    } else {
        print_counters(out, facts, facts_proxied(facts) ? shared : sides, 2);
    }
}

/* ---- prediction ---- */

/* Where the side's sockets stand at the end of settle: "5,000 in time_wait", "no socket left". */
static void tell_seen(const struct facts *facts, enum side side, FILE *out)
{
    const char *before = " ";

    fprintf(out, "%s", side_told(side));
    if (!facts->side[side].settled) {
        fputs(" not known", out);
        return;
    }
    for (unsigned state = 1; state < TCP_STATE_N; state++) {
        double count = facts->side[side].final[state];
        if (count > 0 && state != TCP_STATE_LISTEN) {
            fprintf(out, "%s%s in %s", before, COUNT(count), tcp_state_name((enum tcp_state)state));
            before = " and ";
        }
    }
    if (facts->side[side].unseen > 0) {
        fprintf(out, "%s%s held in close, where no table lists them", before,
                COUNT(facts->side[side].unseen));
    }
    if (!facts_left_standing(facts, side)) {
        fputs(" no socket left", out);
    }
}

static char *seen_text(const struct facts *facts)
{
    struct grow_stream text;

    grow_stream_open(&text);
    tell_seen(facts, SIDE_CLIENT, text.out);
    fputs(", ", text.out);
    tell_seen(facts, SIDE_SERVER, text.out);
    for (enum side end = SIDE_FRONT; facts_proxied(facts) && end <= SIDE_BACK; end++) {
        fputs(", ", text.out);
        tell_seen(facts, end, text.out);
    }
    return grow_stream_close(&text);
}

static void print_labelled(FILE *out, const char *label, const char *text)
{
    fprintf(out, "  %s ", label);
    text_wrap(text, strlen(label) + 3, 4, VERBOSE_WIDE, out);
}

void verbose_prediction(FILE *out, const struct facts *facts)
{
    char *predicted = explain_prediction(facts->result);
    char *seen = seen_text(facts);

    if (facts->result->predicted_count > 0) {
        paper_heading(out, "Prediction");
        print_labelled(out, "predicted:", predicted);
        print_labelled(out, "seen:", seen);
    } else if (facts->result->unpredicted != NULL) {
        paper_heading(out, "Prediction");
        print_labelled(out, "none:", facts->result->unpredicted);
        print_labelled(out, "seen:", seen);
    }
    for (size_t i = 0; i < facts->result->remark_count; i++) {
        const struct remark *remark = &facts->result->remark[i];
        if (remark->kind == REMARK_VERDICT) {
            print_labelled(out, "verdict:", remark->text);
        }
    }
    free(predicted);
    free(seen);
}
