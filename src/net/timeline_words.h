#ifndef FINWAIT_NET_TIMELINE_WORDS_H
#define FINWAIT_NET_TIMELINE_WORDS_H

#include "finwait/timeline.h"

/* The words that a timeline is written with. */

/* Ends with NULL. */
extern const char *const timeline_packets[FAULT_PACKETS_N + 1];

/* The key that stands for the kind. */
const char *timeline_fault_kind(enum fault_kind kind);
const char *timeline_event_kind(enum event_kind kind);

#endif
