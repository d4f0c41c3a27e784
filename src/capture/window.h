#ifndef FINWAIT_CAPTURE_WINDOW_H
#define FINWAIT_CAPTURE_WINDOW_H

#include "shelf.h"
#include "tap.h"

/*
 * When the load is too fast for all of it to be read, even packets that the filter refuses cost it
 * something.  Then the tap is open for a moment: connections begin to be followed, they are
 * followed to their ends, and it is closed until the next moment.
 */
enum window_phase {
    WINDOW_OPEN,  /* connections begin to be followed */
    WINDOW_DRAIN, /* those go on, no others begin */
    WINDOW_SHUT,  /* the kernel hands over nothing */
};

struct window {
    enum window_phase phase;
    int64_t since;  /* clock_now() */
    int64_t opened; /* when it was last opened */
};

/* Move on, if it is time; `busy`: the load is too fast. */
void window_turn(struct window *window, const struct tap *tap, struct shelf *shelf, bool busy);

/* Count for how long it has been shut; it is the end. */
void window_count(struct window *window, struct shelf *shelf);

/* How long, in ms, nothing will be to do; -1: for as long as nothing comes. */
int window_patience(const struct window *window, bool busy);

#endif
