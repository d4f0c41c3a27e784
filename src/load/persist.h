#ifndef FINWAIT_LOAD_PERSIST_H
#define FINWAIT_LOAD_PERSIST_H

#include "wire.h"

/*
 * How long a connection persists where the peer has a say in it (plan->obeys): RFC 9112 sections
 * 9.3, 9.5 and 9.6.
 */

/* A head has been read: what it says of the connection. */
void persist_heard(struct conn *conn);

/* What the message that is to be sent says of it. */
enum message_says persist_says(const struct conn *conn);

/* Before a request: WIRE_OK, or WIRE_END when it is not to be sent any more; WIRE_LOST. */
enum wire_status persist_look(struct conn *conn);

/* Whether the rounds are over before the program's own count of them. */
bool persist_is_over(struct conn *conn);

/* Whether the peer's FIN is a good end here, in place of a message of which nothing has come. */
bool persist_allows_fin(const struct conn *conn);

#endif
