#ifndef FINWAIT_SIDE_H
#define FINWAIT_SIDE_H

/*
 * The two ends of every connection.  A side is played by a role (its worker
 * processes) and lives in a host (its network namespace).
 *
 * With a proxy between the two there are two kinds of connections: it is a player, too, in the
 * server's host, and has an end of each: its front is the client's peer, its back the server's.
 */

enum side {
    SIDE_CLIENT,
    SIDE_SERVER,
    SIDE_N,
    SIDE_PROXY = SIDE_N, /* as a player, no end of a connection */
    PLAYERS_N,
    SIDE_FRONT = PLAYERS_N, /* as ends, no players */
    SIDE_BACK,
    ENDS_N,
};

/* The name as users write it: "client", "server", "proxy", "proxy.front", "proxy.back".  Static
 * storage; NULL: there is no such side. */
const char *side_name(enum side side);

/* The same as people say it: "proxy's back" for proxy.back. */
const char *side_told(enum side side);

/* Both sides, and all players; NULL at the end. */
extern const char *const side_words[SIDE_N + 1];
extern const char *const player_words[PLAYERS_N + 1];

/* In whose host a player runs, or an end is. */
enum side side_host(enum side side);

/* Who has an end: the proxy has two. */
enum side side_player(enum side side);

/* The other end. */
enum side side_peer(enum side side);

#endif
