#ifndef EXPLAIN_PILE_H
#define EXPLAIN_PILE_H

#include "story.h"

/* The TIME_WAIT sockets of one side. */
struct pile {
    enum side side;
    double standing; /* the most that were seen, at the end of settle if any were left then */
    bool settled;
    bool each;        /* every connection leaves one */
    double rate;      /* sockets that go to TIME_WAIT a second; 0: too short to tell */
    double projected; /* what stands there once as many leave as come: Little's law */
};

/* ---- pile_limits.c ---- */

/* The most that can stand there: by memory, by ports; INFINITY when neither is known. */
double pile_ceiling(const struct facts *facts, const struct pile *pile);

/* Of a proxy's connections to its server: that each holds a port. */
void pile_say_back(struct story *story, const struct pile *pile);

/* Say what limits the pile, and what happens there. */
void pile_say_limits(struct story *story, const struct pile *pile);

#endif
