#include "events.h"
#include "finwait/facts.h"

/* What sockets and counters say together. */

bool facts_undone(const struct moment *moment)
{
    return moment->error != NULL && moment->refusals == 0;
}

size_t facts_count_undone(const struct facts *facts)
{
    size_t undone = 0;

    for (size_t i = 0; i < facts->result->moment_count; i++) {
        undone += facts_undone(&facts->result->moment[i]);
    }
    return undone;
}

const char *facts_cut_by(const struct facts *facts)
{
    const struct result *result = facts->result;
    size_t lost = result->side[SIDE_CLIENT].lost_count + result->side[SIDE_SERVER].lost_count;
    size_t unreached;
    bool told = lost > 0 || result_fell_short(result) || facts_count_undone(facts) > 0 ||
                result_unreached(result, &unreached) != NULL || result->unkept.count > 0 ||
                result_command_failed(result, SIDE_CLIENT) ||
                result_command_failed(result, SIDE_SERVER) ||
                result_command_failed(result, SIDE_PROXY);

    if (result->cut_by != NULL) {
        return result->cut_by;
    }
    return result->partial && !told ? "something unknown" : NULL;
}

enum phase facts_last_phase(const struct facts *facts)
{
    unsigned phase = PHASE_N - 1;

    while (phase > PHASE_SETUP && !facts->result->phase[phase].reached) {
        phase--;
    }
    return (enum phase)phase;
}

/* Whether orphans may have stood their whole time in FIN_WAIT2: those were mini-sockets as well. */
static bool orphans_expired(const struct facts *facts, enum side which)
{
    bool own;
    int64_t stay = facts_fin_wait2(facts, which, &own);

    return facts->side[which].peak[TCP_STATE_FIN_WAIT2] > 0 && stay > 0 &&
           (double)stay < facts->watched * (double)NS_PER_S;
}

/* Whether mini-sockets may have gone for another reason than data: their time was over. */
static bool may_have_expired(const struct facts *facts, enum side which)
{
    return orphans_expired(facts, which) ||
           (facts->side[which].peak[TCP_STATE_TIME_WAIT] > 0 &&
            facts->watched * (double)NS_PER_S >= (double)TIME_WAIT_LENGTH);
}

const char *const facts_abort_counters[] = {"TcpExtTCPAbortOnClose", "TcpExtTCPAbortOnData",
                                            "TcpExtTCPAbortOnMemory", "TcpExtTCPAbortOnTimeout",
                                            NULL};

/* TcpEstabResets without what the side aborted itself and what its programs were told of. */
static double cut_untold(const struct facts *facts, enum side side)
{
    double resets = facts_moved(facts, side, "TcpEstabResets") -
                    (double)facts->result->side[side].account.outcome[OUTCOME_RESET];

    for (const char *const *counter = facts_abort_counters; *counter != NULL; counter++) {
        resets -= facts_moved(facts, side, *counter);
    }
    return resets > 0 ? resets : 0;
}

double facts_cut(const struct facts *facts, enum side side)
{
    double queued = side == SIDE_SERVER ? facts_reset_unaccepted(facts) : 0;

    return (double)facts->result->side[side].account.outcome[OUTCOME_RESET] +
           cut_untold(facts, side) - queued;
}

double facts_reset_in_fin_wait2(const struct facts *facts, enum side which)
{
    const struct side_facts *side = &facts->side[which];
    enum side peer = side_peer(which);
    double gone = side->tw_made - side->orphans - side->peak[TCP_STATE_TIME_WAIT] -
                  facts_moved_anywhere(facts, "TcpExtTWRecycled") - facts->side[peer].rsts;

    if (!facts->result->private_lab || !side->counted || !side->settled) {
        return 0;
    }
    /* A peer that sends a last record and closes at once is in LAST_ACK by then. */
    if (!facts->result->side[which].has_tls || may_have_expired(facts, which)) {
        gone = facts_least(gone, facts_cut(facts, peer));
    }
    gone = facts_least(gone, side->rsts);
    return gone > 0 ? gone : 0;
}

double facts_gave_way(const struct facts *facts, enum side which)
{
    const struct side_facts *side = &facts->side[which];
    double gone = side->tw_made - side->orphans - side->final[TCP_STATE_TIME_WAIT] -
                  facts_reset_in_fin_wait2(facts, which); /* those never came to TIME_WAIT */

    /* Those that were there for their whole time are gone as well, in a longer run. */
    return side->counted && side->settled && gone > 0 && side->final[TCP_STATE_TIME_WAIT] > 0 &&
                   !orphans_expired(facts, which) &&
                   facts->watched * (double)NS_PER_S < (double)TIME_WAIT_LENGTH
               ? gone
               : 0;
}

bool facts_left_standing(const struct facts *facts, enum side side)
{
    double standing = facts->side[side].unseen;

    for (unsigned state = 1; state < TCP_STATE_N; state++) {
        standing += state == TCP_STATE_LISTEN ? 0 : facts->side[side].final[state];
    }
    return standing > 0;
}

/* Connections that the server's kernel had made and its program had not accepted; 0: not known. */
static double unaccepted(const struct facts *facts)
{
    const struct result_side *server = &facts->result->side[SIDE_SERVER];
    double made = facts_moved(facts, SIDE_SERVER, "TcpPassiveOpens");
    double accepted = (double)server->account.attempted;

    return server->played && made > accepted ? made - accepted : 0;
}

double facts_reset_unaccepted(const struct facts *facts)
{
    bool closed = events_count(facts, EVENT_KILL, SIDE_SERVER) > 0 ||
                  facts->result->side[SIDE_SERVER].workers_died > 0;

    return closed ? facts_least(unaccepted(facts), cut_untold(facts, SIDE_SERVER)) : 0;
}

bool facts_self_connected(const struct facts *facts)
{
    return facts_scenario(facts, "client.to")[0] != '\0' && facts->opened > 0 &&
           facts->side[SIDE_CLIENT].counted && facts->side[SIDE_SERVER].counted &&
           !(facts_moved_anywhere(facts, "TcpPassiveOpens") > 0) &&
           !(facts_moved_anywhere(facts, "TcpExtSyncookiesSent") > 0) &&
           !(facts->side[SIDE_SERVER].final[TCP_STATE_SYN_RECV] > 0);
}
