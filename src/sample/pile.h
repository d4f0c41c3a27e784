#ifndef SAMPLE_PILE_H
#define SAMPLE_PILE_H

#include <stdbool.h>
#include <stdint.h>

#include "proc_net.h"
#include "sock_diag.h"

/*
 * What a dump need not list, for sockstat tells how many there are: a socket that is not wanted is
 * a quarter of the cost of one that is.  "tw" is TIME_WAIT and the mini-sockets in FIN_WAIT2,
 * "inuse" all that is full; of each one state follows from the others.  At rest it is exact.  Both
 * are read before and after the dump, so what is derived is wrong by half of what they changed
 * meanwhile, and by what came and went of the others during the dump.
 */

struct pile_seen {
    struct sockstat before, after;
};

/* The state to leave out of the dump that is to be made, as the latest one was: ESTABLISHED or
 * CLOSE_WAIT, and TIME_WAIT as well; FIN_WAIT2; or TIME_WAIT alone. */
enum tcp_state pile_of(const struct sock_census *latest, const struct sockstat *now);

/* What to leave out, as bits of a state mask. */
uint32_t pile_mask(enum tcp_state pile);

/*
 * Whether the dump without it has all that is told beside the states: of those in CLOSE_WAIT none
 * waits to be accepted, as no listener has any that waits; of those in FIN_WAIT2 none but the
 * mini-sockets is nobody's, as no full socket of the machine is, or as tcp_fin_timeout makes a
 * mini-socket of each (tcp_rcv_state_process()) and no other was seen.
 */
bool pile_is_told(enum tcp_state pile, const struct sock_census *census,
                  const struct pile_seen *seen);

/* Fill in what the dump left out. */
void pile_derive(enum tcp_state pile, struct sock_census *census, const struct pile_seen *seen);

#endif
