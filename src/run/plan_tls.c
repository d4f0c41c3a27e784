#include <stdio.h>
#include <string.h>

#include "finwait/lab_plan.h"
#include "trial.h"

/* What the roles need of TLS, made before they are forked: all workers of a role share it. */

/* Point to where the option was written that the error begins with; the system's refusals of one
 * that nobody wrote are nowhere. */
static int fail_at(const struct scenario *scenario, struct error *error)
{
    char path[64];

    snprintf(path, sizeof path, "%.*s", (int)strcspn(error->what, ": "), error->what);
    return error_at(error, scenario_where(scenario, path));
}

int plan_tls(const struct scenario *scenario, struct tls *tls[SIDE_N], struct error *error)
{
    static const enum side order[] = {SIDE_SERVER,
                                      SIDE_CLIENT}; /* the client may trust the server */

    struct tls_spec spec = scenario->tls;

    spec.address = scenario->lab == LAB_PRIVATE
                       ? lab_plans[scenario->ip == IP_V6 ? LAB_V6 : LAB_V4].address[SIDE_SERVER]
                       : NULL;
    for (size_t i = 0; i < SIDE_N && scenario->transport == TRANSPORT_TLS; i++) {
        enum side side = order[i];

        /* A server that is a command gets the certificate as files. */
        if (!scenario_plays(scenario, side) &&
            !(side == SIDE_SERVER && scenario_runs(scenario, side))) {
            continue;
        }
        tls[side] = tls_new(&spec, side, tls[SIDE_SERVER], error);
        if (tls[side] == NULL) {
            return fail_at(scenario, error);
        }
    }
    return 0;
}

void plan_tls_free(struct tls *tls[SIDE_N])
{
    tls_free(tls[SIDE_CLIENT]);
    tls_free(tls[SIDE_SERVER]);
}

int conduct_check(const struct scenario *scenario, struct error *error)
{
    struct tls *tls[SIDE_N] = {NULL};
    int status = plan_tls(scenario, tls, error);

    plan_tls_free(tls);
    return status;
}
