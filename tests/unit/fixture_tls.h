#ifndef TESTS_FIXTURE_TLS_H
#define TESTS_FIXTURE_TLS_H

#include "fixture.h"

/* Results of transport: tls. */

/* 5,000 full handshakes of TLS 1.3, all tickets read, nothing of how it ended. */
static inline struct result *fixture_tls(void)
{
    struct result *result = fixture_new();

    set_scenario(result, "transport", "tls");
    set_scenario(result, "tls.resumption", "off");
    set_scenario(result, "server.tls.tickets", "2");
    set_scenario(result, "server.tls.unfinished", "4096");
    for (unsigned i = 0; i < SIDE_N; i++) {
        struct result_side *side = &result->side[i];
        side->has_tls = true;
        side->account.tls.count[TLS_HANDSHAKES] = CONNECTIONS;
        strcpy(side->account.tls.negotiated, "TLSv1.3, TLS_AES_256_GCM_SHA384, X25519, http/1.1");
    }
    result->side[SIDE_CLIENT].account.tls.count[TLS_TICKETS] = 2UL * CONNECTIONS;
    return result;
}

static inline void notifies(struct result *result, enum side from, uint64_t sent, uint64_t received)
{
    result->side[from].account.tls.count[TLS_NOTIFY_SENT] = sent;
    result->side[side_peer(from)].account.tls.count[TLS_NOTIFY_RECEIVED] = received;
}

static inline void ends_in(struct result *result, enum side side, enum outcome outcome)
{
    result->side[side].account.outcome[OUTCOME_DONE] = 0;
    result->side[side].account.outcome[outcome] = CONNECTIONS;
}

static inline void resets_from(struct result *result, enum side side, const char *cause)
{
    fixture_counter(&result->side[side].counters, "TcpOutRsts", CONNECTIONS);
    if (cause != NULL) {
        fixture_counter(&result->side[side].counters, cause, CONNECTIONS);
    }
}

/* As many connections of the side's as there are met data after its close; a FIN behind the data
 * draws a RST, too. */
static inline void meets_data(struct result *result, enum side side, uint64_t in_fin_wait2)
{
    struct counters *counters = &result->side[side].counters;

    fixture_counter(counters, "TcpOutRsts", UINT64_C(3000) + CONNECTIONS);
    fixture_counter(counters, "TcpExtTCPAbortOnData", CONNECTIONS - in_fin_wait2);
    fixture_counter(counters, "TcpExtTW", in_fin_wait2);
    fixture_counter(&result->side[side_peer(side)].counters, "TcpEstabResets", CONNECTIONS);
}

#endif
