#include <math.h>

#include "measure.h"

/* Who closed first, connection by connection. */

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* What the roles saw: at the latest a moment before a close, in which the peer's FIN may come. */

/*
 * A role knows of each connection that it closed whether it was the first to.  Where both say so
 * of one, the FINs crossed: more firsts than connections.  Where one does not know, the other's
 * second tells, unless both are: then neither was (a RST of what stands between them).
 */
static void of_roles(const struct result *result, double opened, double closers[CLOSER_N])
{
    const struct account *client = &result->side[SIDE_CLIENT].account;
    const struct account *server = &result->side[SIDE_SERVER].account;
    double firsts = (double)client->closed_first + (double)server->closed_first;
    double seconds = (double)client->closed_second + (double)server->closed_second;
    double both = larger(firsts - opened, 0);
    double neither = larger(seconds - opened, 0);

    closers[CLOSER_BOTH] = both;
    closers[CLOSER_CLIENT] =
        larger((double)client->closed_first - both, (double)server->closed_second - neither);
    closers[CLOSER_SERVER] =
        larger((double)server->closed_first - both, (double)client->closed_second - neither);
    closers[CLOSER_UNKNOWN] =
        larger(opened - both - closers[CLOSER_CLIENT] - closers[CLOSER_SERVER], 0);
}

/* Whether the role saw each connection's end, and its kernel has only TIME_WAITs left of them. */
static bool all_ended(const struct result_side *side, double opened)
{
    const struct account *account = &side->account;
    uint64_t left = 0;

    for (unsigned i = 0; side->has_final && i < TCP_STATE_N; i++) {
        left += i == TCP_STATE_TIME_WAIT || i == TCP_STATE_LISTEN ? 0 : side->final.state[i];
    }
    return side->played && side->has_final && left == 0 &&
           (double)(account->closed_first + account->closed_second) == opened;
}

/* The side's mini-sockets, if its kernel made one for each FIN that left before the peer's came:
 * where a RST, or no room, may have been in the way, it need not have. */
static bool minis(const struct result_side *side, double *made)
{
    static const char *const none[] = {"TcpOutRsts", "TcpExtTCPTimeWaitOverflow"};
    double killed = 0;
    double moved = 0;

    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        if (!measure_counter(&side->counters, none[i], &moved) || moved != 0) {
            return false;
        }
    }
    if (!measure_counter(&side->counters, "TcpExtTW", made) ||
        !measure_counter(&side->counters, "TcpExtTWKilled", &killed)) {
        return false;
    }
    *made += killed;
    return true;
}

/* What the kernels counted, where that tells: both were first where both made a mini-socket. */
static bool of_kernels(const struct result *result, double opened, double closers[CLOSER_N])
{
    double made[SIDE_N] = {0};

    for (unsigned i = 0; i < SIDE_N; i++) {
        if (!all_ended(&result->side[i], opened) || !minis(&result->side[i], &made[i]) ||
            made[i] > opened) {
            return false;
        }
    }
    double both = made[SIDE_CLIENT] + made[SIDE_SERVER] - opened;
    closers[CLOSER_BOTH] = both;
    closers[CLOSER_CLIENT] = made[SIDE_CLIENT] - both;
    closers[CLOSER_SERVER] = made[SIDE_SERVER] - both;
    closers[CLOSER_UNKNOWN] = 0;
    return both >= 0;
}

static bool knows_closers(const struct result *result)
{
    bool knows = true;

    for (unsigned i = 0; i < SIDE_N; i++) {
        const struct lacking *lacking = &result->side[i].lacking;
        knows = knows && !lacking->closed_first && !lacking->closed_second;
    }
    return knows;
}

/* A killed client never saw some that the server accepted, and a server some that it did not. */
static double opened_by_any(const struct result *result)
{
    return larger((double)result->side[SIDE_CLIENT].account.opened,
                  (double)result->side[SIDE_SERVER].account.opened);
}

/* With a proxy: of the connections of one role, for the other's are not the same. */
static void of_driver(const struct account *driver, enum side side, double closers[CLOSER_N])
{
    enum closer self = side == SIDE_CLIENT ? CLOSER_CLIENT : CLOSER_SERVER;
    double known = (double)driver->closed_first + (double)driver->closed_second;

    closers[self] = (double)driver->closed_first;
    closers[CLOSER_PROXY] = (double)driver->closed_second;
    closers[CLOSER_UNKNOWN] = larger((double)driver->opened - known, 0);
}

bool measure_closers(const struct result *result, double closers[CLOSER_N])
{
    double opened = opened_by_any(result);
    enum side side;
    const struct account *driver = measure_driver(result, &side);

    for (unsigned i = 0; i < CLOSER_N; i++) {
        closers[i] = NAN; /* not known */
    }
    if (driver == NULL || !knows_closers(result)) {
        return false;
    }
    if (result->side[SIDE_PROXY].has_command) {
        of_driver(driver, side, closers);
    } else if (!of_kernels(result, opened, closers)) {
        of_roles(result, opened, closers);
    }
    return true;
}
