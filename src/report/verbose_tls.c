#include <string.h>

#include "finwait/named.h"
#include "verbose.h"

/* What the roles saw of TLS. */

/* A count of a role's, or "-" where the role was not ours to count. */
static void side_cells(struct table *table, const struct facts *facts, const uint64_t count[SIDE_N])
{
    for (unsigned side = 0; side < SIDE_N; side++) {
        table_cell(table, "%s", facts->result->side[side].has_tls ? COUNT(count[side]) : "-");
    }
}

/* ---- the handshakes ---- */

static void print_negotiated(FILE *out, const struct facts *facts)
{
    const char *client = facts->result->side[SIDE_CLIENT].account.tls.negotiated;
    const char *server = facts->result->side[SIDE_SERVER].account.tls.negotiated;
    const char *negotiated = client[0] != '\0' ? client : server;
    char text[160];

    if (negotiated[0] == '\0') {
        fputs("  no handshake was completed\n", out);
        return;
    }
    snprintf(text, sizeof text, "first handshake: %s", negotiated);
    fputs("  ", out);
    text_wrap(text, 2, 4, VERBOSE_WIDE, out);
}

/* "4,990 full handshakes, 3,200 a second": never more than one kind in a figure. */
static void print_handshakes(FILE *out, const struct facts *facts,
                             const struct tls_account *account)
{
    uint64_t resumed = account->count[TLS_RESUMED];
    uint64_t all = account->count[TLS_HANDSHAKES];
    uint64_t full = all > resumed ? all - resumed : 0;
    double full_rate;
    double resumed_rate;
    bool rated = facts->arriving > 0 && facts_metric(facts, &full_rate, "tls.full.rate") &&
                 facts_metric(facts, &resumed_rate, "tls.resumed.rate");

    fprintf(out, "  %s full %s", COUNT(full), PLURAL(full, "handshake", "handshakes"));
    if (rated && full > 0) {
        fprintf(out, ", %s a second", COUNT(full_rate));
    }
    fprintf(out, "; %s resumed", COUNT(resumed));
    if (rated && resumed > 0) {
        fprintf(out, ", %s a second", COUNT(resumed_rate));
    }
    if (all > 0 && facts->arriving <= 0) {
        fputs("; the load was too short to tell a rate", out);
    }
    fputc('\n', out);
}

/* ---- what was counted ---- */

static void count_row(struct table *table, const struct facts *facts, enum tls_count which)
{
    const uint64_t count[SIDE_N] = {
        [SIDE_CLIENT] = facts->result->side[SIDE_CLIENT].account.tls.count[which],
        [SIDE_SERVER] = facts->result->side[SIDE_SERVER].account.tls.count[which],
    };

    table_cell(table, "%s", tls_count_name(which));
    side_cells(table, facts, count);
    table_cell(table, "%s", tls_count_about(which));
}

static void print_counts(FILE *out, const struct facts *facts)
{
    struct table table;

    table_begin(&table, "lrrl");
    paper_sides(&table, "counted");
    table_cell(&table, "%s", "");
    for (unsigned which = 0; which < TLS_COUNT_N; which++) {
        count_row(&table, facts, (enum tls_count)which);
    }
    table_end(&table, 2, out);
}

/* ---- OpenSSL's words ---- */

static uint64_t times_met(const struct text_counts *errors, const char *text)
{
    const struct text_count *found = NAMED(text, errors->item, errors->count);

    return found != NULL ? found->count : 0;
}

static void error_row(struct table *table, const struct facts *facts, const char *text)
{
    uint64_t count[SIDE_N];

    for (unsigned side = 0; side < SIDE_N; side++) {
        count[side] = times_met(&facts->result->side[side].tls_errors, text);
    }
    table_cell(table, "%s", text);
    side_cells(table, facts, count);
}

static void print_errors(FILE *out, const struct facts *facts)
{
    const struct text_counts *client = &facts->result->side[SIDE_CLIENT].tls_errors;
    const struct text_counts *server = &facts->result->side[SIDE_SERVER].tls_errors;
    struct table table;

    table_begin(&table, "lrr");
    paper_sides(&table, "tls_errors");
    for (size_t i = 0; i < client->count; i++) {
        error_row(&table, facts, client->item[i].text);
    }
    for (size_t i = 0; i < server->count; i++) {
        if (times_met(client, server->item[i].text) == 0) {
            error_row(&table, facts, server->item[i].text);
        }
    }
    paper_table(out, NULL, &table, true);
}

void verbose_tls(FILE *out, const struct facts *facts)
{
    const struct result_side *side = facts->result->side;
    enum side driver = side[SIDE_CLIENT].has_tls ? SIDE_CLIENT : SIDE_SERVER;

    if (!side[driver].has_tls) {
        return;
    }
    paper_heading(out, "TLS");
    print_negotiated(out, facts);
    print_handshakes(out, facts, &side[driver].account.tls);
    print_counts(out, facts);
    print_errors(out, facts);
}
