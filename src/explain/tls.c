#include "tls.h"
#include "finwait/named.h"

#include <stdio.h>
#include <string.h>

double tls_counted(const struct facts *facts, enum side side, enum tls_count which)
{
    return (double)facts->result->side[side].account.tls.count[which];
}

double tls_ended(const struct facts *facts, enum side side, enum outcome outcome)
{
    return (double)facts->result->side[side].account.outcome[outcome];
}

bool tls_told(const struct facts *facts)
{
    const struct result_side *side = facts->result->side;

    return (side[SIDE_CLIENT].has_tls || side[SIDE_SERVER].has_tls) && facts->opened > 0;
}

bool tls_read_as_a_rule(const struct facts *facts, enum side side)
{
    double handshakes = tls_counted(facts, side, TLS_HANDSHAKES);

    return handshakes > 0 && tls_ended(facts, side, OUTCOME_TRUNCATED) <= 0 &&
           tls_counted(facts, side, TLS_NOTIFY_RECEIVED) >= (1 - TLS_FEW) * handshakes;
}

enum side tls_driver(const struct facts *facts)
{
    return facts->result->side[SIDE_CLIENT].has_tls ? SIDE_CLIENT : SIDE_SERVER;
}

static double between(double low, double value, double high)
{
    double least = value < high ? value : high;

    return least > low ? least : low;
}

/* ---- RSTs ---- */

/* Whether the RSTs of the machine are the side's, others' connections aside. */
static bool machine_tells(const struct facts *facts, enum side side)
{
    return tls_read_as_a_rule(facts, side_peer(side));
}

double tls_closed_unread(const struct facts *facts, enum side side)
{
    if (facts->result->private_lab) {
        return facts_moved(facts, side, "TcpExtTCPAbortOnClose");
    }
    return machine_tells(facts, side) ? facts_moved_anywhere(facts, "TcpExtTCPAbortOnClose") : 0;
}

double tls_met_closed(const struct facts *facts, enum side side)
{
    if (facts->result->private_lab) {
        bool late =
            facts_lingering(facts, side) == LINGERING_NOT && !facts_aborts_orphans(facts, side);
        return (late ? facts_moved(facts, side, "TcpExtTCPAbortOnData") : 0) +
               facts_reset_in_fin_wait2(facts, side);
    }
    if (!machine_tells(facts, side)) {
        return 0;
    }
    /* One that was closed over unread data has met nothing, though it may draw a second RST. */
    double unread = tls_closed_unread(facts, side);
    double others = facts->refused + unread;
    return between(0, facts_moved_anywhere(facts, "TcpOutRsts") - others, facts->opened - unread);
}

const char *tls_no_time_wait(const struct facts *facts)
{
    double seen = facts->side[SIDE_CLIENT].peak[TCP_STATE_TIME_WAIT] +
                  facts->side[SIDE_SERVER].peak[TCP_STATE_TIME_WAIT];
    bool watched = facts->side[SIDE_CLIENT].observed && facts->side[SIDE_SERVER].observed;

    return watched && seen < TLS_FEW * facts->opened ? ", so no TIME_WAIT stays" : "";
}

/* ---- session tickets ---- */

double tls_unread_tickets(const struct facts *facts)
{
    const struct result_side *server = &facts->result->side[SIDE_SERVER];
    double each = (double)facts_scenario_count(facts, "server.tls.tickets");
    double resumed = tls_counted(facts, SIDE_SERVER, TLS_RESUMED);

    if (!server->has_tls || !facts->result->side[SIDE_CLIENT].has_tls ||
        strncmp(server->account.tls.negotiated, "TLSv1.3", strlen("TLSv1.3")) != 0) {
        return 0;
    }
    /* After a resumption there is never more than one, SSL_CTX_set_num_tickets(3). */
    return each * (tls_counted(facts, SIDE_SERVER, TLS_HANDSHAKES) - resumed) +
           between(0, each, 1) * resumed - tls_counted(facts, SIDE_CLIENT, TLS_TICKETS);
}

double tls_tickets_queued(const struct facts *facts)
{
    return between(0, tls_closed_unread(facts, SIDE_CLIENT), tls_unread_tickets(facts));
}

double tls_tickets_late(const struct facts *facts)
{
    double queued = tls_tickets_queued(facts);
    double alerts = tls_ended(facts, SIDE_SERVER, OUTCOME_TRUNCATED);
    double connections = tls_counted(facts, SIDE_SERVER, TLS_HANDSHAKES) - queued;
    double met = between(0, tls_met_closed(facts, SIDE_CLIENT) - alerts, connections);

    return between(0, met, tls_unread_tickets(facts) - queued);
}

/* ---- OpenSSL's words ---- */

char *tls_most_often(char *text, size_t size, const struct facts *facts, enum side side,
                     double ends)
{
    const struct text_counts *errors = &facts->result->side[side].tls_errors;
    const struct text_count *most = NULL;
    bool starved = NAMED(TLS_NO_MEMORY, errors->item, errors->count) != NULL;
    double all = 0;

    text[0] = '\0';
    for (size_t i = 0; i < errors->count; i++) {
        most = most == NULL || errors->item[i].count > most->count ? &errors->item[i] : most;
        all += (double)errors->item[i].count;
    }
    if (most != NULL && all <= ends && !starved) {
        snprintf(text, size, " (%s\"%.120s\")", errors->count > 1 ? "most often " : "", most->text);
    }
    return text;
}
