#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/kernel_errno.h"
#include "finwait/named.h"
#include "summary.h"

/* What everybody asks first: who closed first, who keeps TIME_WAIT, whether CLOSE_WAIT is left. */

enum {
    CELLS_AT = 21, /* where the first cell begins */
    CELL = 20,     /* columns, the gap behind it included */
    WORD_AT = 62,  /* where the word begins that says what it means, if the cells leave room */
};

/* A line while it is filled. */
struct row {
    const struct summary *summary;
    size_t at;
    bool any;
};

static struct row begin(const struct summary *summary, const char *label)
{
    ink_put(INK_BOLD, label, summary->out);
    return (struct row){.summary = summary, .at = strlen(label)};
}

static void move_to(struct row *row, size_t at)
{
    text_blanks(at > row->at ? at - row->at : 0, row->summary->out);
    row->at = at > row->at ? at : row->at;
}

/* To where the next of them begins, on this line or, without room for `columns`, the next. */
static void next_place(struct row *row, size_t columns)
{
    size_t at = CELLS_AT;

    while (row->any && at < row->at + 2) {
        at += CELL;
    }
    if (row->any && at + columns > row->summary->width) {
        fputc('\n', row->summary->out);
        row->at = 0;
        at = CELLS_AT;
    }
    move_to(row, at);
}

static void add(struct row *row, const char *who, const char *what)
{
    char *text = grow_format("%s %s", who, what);

    next_place(row, text_width(text));
    fputs(text, row->summary->out);
    row->at += text_width(text);
    row->any = true;
    free(text);
}

static void end(struct row *row, const char *word, enum ink ink)
{
    FILE *out = row->summary->out;

    if (word[0] != '\0') {
        size_t columns = text_width(word);
        if (row->at + 2 <= WORD_AT && WORD_AT + columns <= row->summary->width) {
            move_to(row, WORD_AT);
        } else {
            next_place(row, columns);
        }
        ink_put(ink, word, out);
    }
    fputc('\n', out);
}

/* ---- what failed ---- */

static void tell_errnos(const struct facts *facts, enum side side, FILE *out)
{
    for (unsigned errnum = 1; errnum < ERRNO_LIMIT; errnum++) {
        uint64_t count = facts->result->side[side].account.error[errnum];
        if (count > 0) {
            fprintf(out, ", %s %s", errno_name((int)errnum), COUNT(count));
        }
    }
}

/* "; client: reset 10, ECONNRESET 10". */
static void tell_ends(const struct facts *facts, enum side side, FILE *out)
{
    const struct account *account = &facts->result->side[side].account;
    const char *before = grow_format("; %s: ", side_name(side));
    char *first = (char *)before;

    for (unsigned outcome = 0; outcome < OUTCOME_N; outcome++) {
        if (account->outcome[outcome] > 0 && outcome != OUTCOME_DONE && outcome != OUTCOME_HELD) {
            fprintf(out, "%s%s %s", before, outcome_name((enum outcome)outcome),
                    COUNT(account->outcome[outcome]));
            before = ", ";
        }
    }
    if (before != first) {
        tell_errnos(facts, side, out);
    }
    free(first);
}

static void print_failed(const struct summary *summary)
{
    const struct facts *facts = &summary->facts;
    FILE *out = summary->out;
    struct grow_stream text;

    if (facts->failed <= 0) {
        return;
    }
    ink_begin(INK_RED, out);
    fprintf(out, "%-*s", CELLS_AT, "FAILED");
    grow_stream_open(&text);
    fprintf(text.out, "%s of %s", COUNT(facts->failed), COUNT(facts->attempted));
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        tell_ends(facts, side, text.out);
    }
    char *told = grow_stream_close(&text);
    text_wrap(told, CELLS_AT, CELLS_AT, summary->width, out);
    ink_end(out);
    free(told);
}

/* ---- who closed first ---- */

static const struct remark *find_remark(const struct result *result, const char *id)
{
    return NAMED(id, result->remark, result->remark_count);
}

/* Whether it came as the model foresaw, as the verdicts have it. */
static const char *prediction(const struct result *result, enum ink *ink)
{
    static const struct {
        const char *id, *word;
        enum ink ink;
    } words[] = {
        {"prediction.elsewhere", "not as predicted", INK_RED},
        {"prediction.time_wait", "not as predicted", INK_RED},
        {"prediction.failed", "not as predicted", INK_RED},
        {"prediction.race", "a race, as predicted", INK_GREEN},
        {"prediction.buffers", "by the buffers, as predicted", INK_GREEN},
        {"prediction.met", "as predicted", INK_GREEN},
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (find_remark(result, words[i].id) != NULL) {
            *ink = words[i].ink;
            return words[i].word;
        }
    }
    *ink = INK_BOLD;
    return result->predicted_count == 0 ? "no prediction" : "";
}

static void print_closers(const struct summary *summary)
{
    static const char *const closers[] = {"client", "server", "proxy", "both", "unknown"};
    const struct facts *facts = &summary->facts;
    struct row row = begin(summary, "WHO CLOSED FIRST");
    bool known = false;
    enum ink ink;

    for (size_t i = 0; i < sizeof closers / sizeof closers[0]; i++) {
        double count;
        if (facts_metric(facts, &count, "closed_first.%s", closers[i])) {
            known = true;
            if (count > 0) {
                add(&row, closers[i], COUNT(count));
            }
        }
    }
    if (!row.any) {
        add(&row, known ? "nobody" : "not known", "");
    }
    const char *word = prediction(facts->result, &ink);
    end(&row, word, ink);
}

/* ---- what is left ---- */

/* The ends in the order of the way from the client to the server. */
static const enum side ends[] = {SIDE_CLIENT, SIDE_FRONT, SIDE_BACK, SIDE_SERVER};
#define ENDS (sizeof ends / sizeof ends[0])

static bool is_there(const struct facts *facts, enum side end)
{
    return end < SIDE_N || facts_proxied(facts);
}

/* A cell for each end; how many sockets there are in all, and whether all of them were seen. */
static double add_finals(struct row *row, const struct facts *facts, enum tcp_state state,
                         bool *all_seen)
{
    double total = 0;

    *all_seen = true;
    for (size_t i = 0; i < ENDS; i++) {
        const struct side_facts *side = &facts->side[ends[i]];
        if (!is_there(facts, ends[i])) {
            continue;
        }
        if (side->settled) {
            add(row, side_name(ends[i]), COUNT(side->final[state]));
            total += side->final[state];
        } else if (side->observed) {
            char *most = grow_format("at most %s", COUNT(side->peak[state]));
            add(row, side_name(ends[i]), most);
            free(most);
        } else {
            add(row, side_name(ends[i]), "not seen");
        }
        *all_seen &= side->settled;
    }
    return total;
}

static void print_time_wait(const struct summary *summary)
{
    struct row row = begin(summary, "WHO KEEPS TIME_WAIT");
    bool all_seen;
    double total = add_finals(&row, &summary->facts, TCP_STATE_TIME_WAIT, &all_seen);

    end(&row, total > 0 ? "60 s each" : all_seen ? "nobody" : "", INK_BOLD);
}

/* What those in CLOSE_WAIT are, as the remarks have it. */
static const char *leak(const struct result *result, enum ink *ink)
{
    const struct remark *leaks = find_remark(result, "close_wait.leak");

    *ink = leaks != NULL ? INK_RED : INK_YELLOW;
    if (leaks != NULL) {
        return leaks->certainty == CERTAINTY_PROVEN ? "leak" : "a leak, likely";
    }
    if (find_remark(result, "close_wait.unaccepted") != NULL) {
        return "not accepted yet";
    }
    return find_remark(result, "close_wait.pending") != NULL ? "no leak: still at work" : "";
}

/* The answer's own word says that they were not accepted; other places than processes hold none. */
static char *tell_only(const struct owner *row)
{
    if (row->where == OWNER_ACCEPT_QUEUE) {
        return grow_text("in the accept queue");
    }
    bool held = row->where == OWNER_PROCESS || row->where == OWNER_INHERITED;
    char *who = facts_owner(row);
    char *told = grow_format("%s%s", held ? "by " : "", who);

    free(who);
    return told;
}

static char *tell_most(const struct owner *row, size_t others)
{
    char *who = facts_owner(row);
    char *told = grow_format("%s of them, of the %s: %s; %zu more hold the others",
                             COUNT(row->count), side_told(row->side), who, others);

    free(who);
    return told;
}

/* Who holds them: the largest row. */
static void print_holder(const struct summary *summary)
{
    const struct owners *owners = &summary->facts.result->owners;
    struct owner most = {0};
    size_t rows = 0;

    for (size_t next = 0; next < owners->count;) {
        struct owner row;
        next += facts_owners_next(owners, next, &row);
        if (row.state == TCP_STATE_CLOSE_WAIT) {
            most = row.count > most.count ? row : most;
            rows++;
        }
    }
    if (rows > 0) {
        char *text = rows > 1 ? tell_most(&most, rows - 1) : tell_only(&most);
        text_blanks(CELLS_AT, summary->out);
        text_wrap(text, CELLS_AT, CELLS_AT, summary->width, summary->out);
        free(text);
    }
}

static void print_close_wait(const struct summary *summary)
{
    const struct result *result = summary->facts.result;
    struct row row = begin(summary, "CLOSE_WAIT LEFT");
    enum ink ink = INK_GREEN;
    bool all_seen;
    double total = add_finals(&row, &summary->facts, TCP_STATE_CLOSE_WAIT, &all_seen);
    const char *word = total > 0 ? leak(result, &ink) : all_seen ? "no leak" : "";

    end(&row, word, ink);
    if (total > 0) {
        print_holder(summary);
    }
}

/* Whether there is anything to ask after. */
static bool any_opened(const struct facts *facts)
{
    bool left = false;

    for (size_t i = 0; i < ENDS; i++) {
        left |= is_there(facts, ends[i]) && facts_left_standing(facts, ends[i]);
    }
    return !facts->tallied || facts->opened > 0 || left;
}

void summary_answer(const struct summary *summary)
{
    fputc('\n', summary->out);
    print_failed(summary);
    if (!any_opened(&summary->facts)) {
        struct row row = begin(summary, "WHO CLOSED FIRST");
        add(&row, "nobody:", "no connection was established");
        end(&row, "", INK_BOLD);
        return;
    }
    print_closers(summary);
    print_time_wait(summary);
    print_close_wait(summary);
}
