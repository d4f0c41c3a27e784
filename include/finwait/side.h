#ifndef FINWAIT_SIDE_H
#define FINWAIT_SIDE_H

/*
 * The two ends of every connection.  A side is played by a role (its worker
 * processes) and lives in a host (its network namespace).
 */

enum side {
    SIDE_CLIENT,
    SIDE_SERVER,
    SIDE_N,
};

/* The side's name as users write it: "client" or "server".  Static storage. */
const char *side_name(enum side side);

/* Both, NULL at the end. */
extern const char *const side_words[SIDE_N + 1];

/* The other end. */
enum side side_peer(enum side side);

#endif
