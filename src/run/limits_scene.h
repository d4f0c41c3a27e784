#ifndef RUN_LIMITS_SCENE_H
#define RUN_LIMITS_SCENE_H

#include "finwait/clock.h"
#include "finwait/kernel_state.h"
#include "finwait/limits.h"
#include "limits_machine.h"

/* Seconds. */
#define LIMITS_TIME_WAIT ((double)TIME_WAIT_LENGTH / (double)NS_PER_S)

/* What a scenario has of one side at a time, at the most, as the model foresees it. */
struct limits_pile {
    double held;        /* sockets that a descriptor names */
    double minis;       /* mini-sockets */
    double time_wait;   /* of those: in TIME_WAIT */
    double fin_wait2;   /* in FIN_WAIT2 without a descriptor, of whatever kind */
    double orphans;     /* whole sockets without a descriptor */
    double stays;       /* of those held: that no peer, port or time ends */
    double unread;      /* of those held: with a FIN that nobody reads */
    double ports;       /* client: that hold a local port */
    double bytes;       /* of the kernel */
    double fin_timeout; /* seconds that fin_wait2 lasts */
    bool closes;        /* it may end with no socket at all */
    bool holds;         /* it may end with one that a descriptor names */
    bool leaves;        /* it may end with one that is not in CLOSE */
};

struct limits_scene {
    const struct scenario *scenario;
    const struct text_pairs *const *recorded; /* or NULL */
    const struct limits_machine *machine;
    double connections; /* all of them; 0: not known */
    double rate;        /* 0: as fast as it goes */
    double at_a_time;   /* that are open */
    struct limits_pile pile[SIDE_N];
};

void limits_scene(struct limits_scene *scene, const struct scenario *scenario,
                  const struct model *model, const struct text_pairs *const recorded[SIDE_N]);

/* What the sysctl is, or will be, in the host of `side`: static storage, as long as the scene, or
 * until the next call; "": not known. */
const char *limits_sysctl(const struct limits_scene *scene, enum side side, const char *name);

/* Its number `index`; INFINITY: not known, or below 0, which the kernel takes without a sign. */
double limits_number(const struct limits_scene *scene, enum side side, const char *name,
                     unsigned index);

#endif
