#include <string.h>

#include "measure.h"

const struct account *measure_driver(const struct result *result, enum side *side)
{
    for (unsigned i = 0; i < SIDE_N; i++) {
        if (result->side[i].played) {
            if (side != NULL) {
                *side = (enum side)i;
            }
            return &result->side[i].account;
        }
    }
    return NULL;
}

static bool is_own_end(enum outcome outcome)
{
    return outcome == OUTCOME_DONE || outcome == OUTCOME_HELD;
}

/* Whether the outcome is a fate of `side` that the model foresees; without a model, its program's
 * own end.  Fates and outcomes share their names; of statuses the model knows nothing. */
static bool is_foreseen(const struct result *result, enum side side, enum outcome outcome)
{
    if (outcome == OUTCOME_BAD_STATUS) {
        return is_foreseen(result, side, OUTCOME_DONE);
    }
    if (result->predicted_count == 0) {
        return is_own_end(outcome);
    }
    for (size_t i = 0; i < result->predicted_count; i++) {
        const char *fate = result->predicted[i].side[side].fate;
        if (fate != NULL && strcmp(fate, outcome_name(outcome)) == 0) {
            return true;
        }
    }
    return false;
}

/* What `count` connections of a side came to, that ended by outcome or not at all. */
static void tally_up(const struct result *result, enum side side, const uint64_t count[OUTCOME_N],
                     const uint64_t due[OUTCOME_N], struct tally *tally)
{
    for (unsigned i = 0; i < OUTCOME_N; i++) {
        bool foreseen = is_foreseen(result, side, (enum outcome)i);
        tally->foreseen += foreseen ? count[i] : 0;
        if (foreseen || is_own_end((enum outcome)i)) {
            tally->completed += count[i] > due[i] ? count[i] - due[i] : 0;
        }
    }
    uint64_t accounted = tally->completed + tally->open;
    tally->failed = tally->attempted > accounted ? tally->attempted - accounted : 0;
}

/* Of one program of a mix; what one of them foresees the others may as well. */
void measure_mix(const struct result *result, const struct mix_account *account,
                 struct tally *tally)
{
    uint64_t ended = 0;

    for (unsigned i = 0; i < OUTCOME_N; i++) {
        ended += i != OUTCOME_CUT ? account->outcome[i] : 0;
    }
    *tally = (struct tally){.attempted = account->attempted,
                            .open = account->attempted > ended ? account->attempted - ended : 0};
    tally_up(result, SIDE_CLIENT, account->outcome, account->due, tally);
}

bool measure_tally(const struct result *result, struct tally *tally)
{
    enum side side = SIDE_CLIENT;
    const struct account *account = measure_driver(result, &side);

    if (account == NULL || result->side[side].lacking.attempted) {
        return false;
    }
    *tally = (struct tally){.attempted = account->attempted,
                            .open = account_open(account) + account->outcome[OUTCOME_CUT]};
    tally_up(result, side, account->outcome, account->due, tally);
    return true;
}

bool measure_counter(const struct counters *counters, const char *name, double *delta)
{
    const struct counter *counter = counters_find(counters, name);

    /* Signed: a gauge among them (TcpCurrEstab) may fall. */
    *delta = counter != NULL ? (double)(int64_t)(counter->after - counter->before) : *delta;
    return counter != NULL;
}
