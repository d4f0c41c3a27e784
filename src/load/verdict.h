#ifndef FINWAIT_LOAD_VERDICT_H
#define FINWAIT_LOAD_VERDICT_H

#include "conn.h"

/*
 * What is counted of a connection's end: who closed first, and whether it got what it came for.
 * Who closed first is counted once, at the first of these moments.
 */

/* This side is about to send its FIN: first, unless the kernel has the peer's already, or data keep
 * it here. */
void verdict_shutting(struct conn *conn);

/* It is about to close its descriptor, which sends a FIN or RST if no child has it as well. */
void verdict_closing(struct conn *conn);

/* What the kernel has of the peer at a moment, its state and a RST's errno; any thread may look. */
struct verdict_look {
    int state;
    int errnum;     /* taken from the socket, which tells it once */
    bool fin_waits; /* a FIN does not leave now: data that cannot be sent stand before it */
    bool resets;    /* but a close sends a RST, which does */
};
struct verdict_look verdict_look(int fd);

/* The same of a close that another thread has made, by what it saw right before. */
void verdict_closed(struct conn *conn, struct verdict_look before);

/* The peer's FIN has been read, or its RST met. */
void verdict_peer_closed(struct conn *conn);

/* The descriptor is kept: second, if the kernel has the peer's FIN or RST by now. */
void verdict_kept(struct conn *conn);

/* A pause is over: measure how long the peer waited, if it has closed meanwhile. */
void verdict_woke(struct conn *conn);

/* The same, where a client has waited in recv(or-fin) for what was the peer's FIN or RST.
 */
void verdict_ended_idle(struct conn *conn);

/* What the kernel holds against the socket, SO_ERROR (socket(7)), also when it was asked before. */
int verdict_socket_error(struct conn *conn);

/* A message has been received whole; a response: its status. */
void verdict_received(struct conn *conn);

/* A message has been sent whole; a response: its status. */
void verdict_sent(struct conn *conn);

/* What began no message, or no handshake, was of another protocol, perhaps. */
void verdict_spoken(struct conn *conn, enum spoken spoken);

/* Count how it ended. */
void verdict_count(struct conn *conn, enum outcome outcome);

#endif
