#include "finwait/account.h"

#include <stdio.h>
#include <string.h>

struct label {
    const char *name;
    const char *about;
};

static const struct label outcomes[OUTCOME_N] = {
#define X(id, name, about) [id] = {name, about},
    OUTCOMES(X)
#undef X
};

static const struct label latencies[LATENCY_N] = {
#define X(id, name, about) [id] = {name, about},
    LATENCIES(X)
#undef X
};

static const struct label tls_counts[TLS_COUNT_N] = {
#define X(id, name, about) [id] = {name, about},
    TLS_COUNTS(X)
#undef X
};

const char *outcome_name(enum outcome outcome)
{
    return (unsigned)outcome < OUTCOME_N ? outcomes[outcome].name : NULL;
}

const char *outcome_about(enum outcome outcome)
{
    return (unsigned)outcome < OUTCOME_N ? outcomes[outcome].about : NULL;
}

const char *latency_name(enum latency latency)
{
    return (unsigned)latency < LATENCY_N ? latencies[latency].name : NULL;
}

const char *latency_about(enum latency latency)
{
    return (unsigned)latency < LATENCY_N ? latencies[latency].about : NULL;
}

const char *tls_count_name(enum tls_count count)
{
    return (unsigned)count < TLS_COUNT_N ? tls_counts[count].name : NULL;
}

const char *tls_count_about(enum tls_count count)
{
    return (unsigned)count < TLS_COUNT_N ? tls_counts[count].about : NULL;
}

const char *http_status_name(size_t index)
{
    static _Thread_local char text[sizeof "18446744073709551615"];

    snprintf(text, sizeof text, "%zu", index + HTTP_STATUS_MIN);
    return text;
}

void account_init(struct account *account)
{
    memset(account, 0, sizeof *account);
}

/* The earlier of two moments, 0 being none. */
static int64_t earlier(int64_t a, int64_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

static int64_t greater(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

void tls_account_error(struct tls_account *account, uint64_t reason, uint64_t count)
{
    for (size_t i = 0; i < TLS_ERRORS; i++) {
        struct tls_error *error = &account->error[i];

        if (error->reason == reason || error->reason == 0) {
            error->reason = reason;
            error->count += count;
            return;
        }
    }
}

static void tls_account_merge(struct tls_account *into, const struct tls_account *from)
{
    for (size_t i = 0; i < TLS_COUNT_N; i++) {
        into->count[i] += from->count[i];
    }
    for (size_t i = 0; i < TLS_ERRORS && from->error[i].reason != 0; i++) {
        tls_account_error(into, from->error[i].reason, from->error[i].count);
    }
    if (into->negotiated[0] == '\0') {
        memcpy(into->negotiated, from->negotiated, sizeof into->negotiated);
    }
}

static void mix_account_merge(struct mix_account *into, const struct mix_account *from)
{
    into->attempted += from->attempted;
    into->opened += from->opened;
    for (size_t i = 0; i < OUTCOME_N; i++) {
        into->outcome[i] += from->outcome[i];
        into->due[i] += from->due[i];
    }
}

void account_merge(struct account *into, const struct account *from)
{
#define X(name, unit, about) into->name += from->name;
    ACCOUNT(X)
#undef X
    into->first_no_port = earlier(into->first_no_port, from->first_no_port);
    into->keep_alive = earlier(into->keep_alive, from->keep_alive);
    into->last_begun = greater(into->last_begun, from->last_begun);
    into->stood_still = greater(into->stood_still, from->stood_still);
    into->cpu_user += from->cpu_user;
    into->cpu_system += from->cpu_system;
    into->memory_start += from->memory_start;
    into->memory_peak += from->memory_peak;
    into->memory_open += from->memory_open;
    for (size_t i = 0; i < OUTCOME_N; i++) {
        into->outcome[i] += from->outcome[i];
        into->due[i] += from->due[i];
    }
    for (size_t i = 0; i < HTTP_STATUS_N; i++) {
        into->status[i] += from->status[i];
    }
    for (size_t i = 0; i < ERRNO_LIMIT; i++) {
        into->error[i] += from->error[i];
    }
    for (size_t i = 0; i < LATENCY_N; i++) {
        histogram_merge(&into->latency[i], &from->latency[i]);
    }
    tls_account_merge(&into->tls, &from->tls);
    for (size_t i = 0; i < ACCOUNT_MIX; i++) {
        mix_account_merge(&into->mix[i], &from->mix[i]);
    }
}

static uint64_t open_of(uint64_t attempted, const uint64_t outcome[OUTCOME_N])
{
    uint64_t ended = 0;

    for (size_t i = 0; i < OUTCOME_N; i++) {
        ended += outcome[i];
    }
    /* Read while its owner counts, the outcomes may be ahead of the attempts. */
    return attempted > ended ? attempted - ended : 0;
}

uint64_t account_open(const struct account *account)
{
    return open_of(account->attempted, account->outcome);
}

/* A held connection has ended for its program, but only its death takes the descriptor away. */
static void settle(uint64_t attempted, uint64_t count[OUTCOME_N], uint64_t due[OUTCOME_N],
                   enum outcome outcome)
{
    count[outcome] += open_of(attempted, count);
    if (outcome == OUTCOME_KILLED) {
        count[OUTCOME_KILLED] += count[OUTCOME_HELD];
        due[OUTCOME_KILLED] += due[OUTCOME_HELD];
        count[OUTCOME_HELD] = 0;
        due[OUTCOME_HELD] = 0;
    }
}

void account_settle(struct account *account, enum outcome outcome)
{
    settle(account->attempted, account->outcome, account->due, outcome);
    for (size_t i = 0; i < ACCOUNT_MIX; i++) {
        settle(account->mix[i].attempted, account->mix[i].outcome, account->mix[i].due, outcome);
    }
}
