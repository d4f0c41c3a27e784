#ifndef FINWAIT_KERNEL_ERRNO_H
#define FINWAIT_KERNEL_ERRNO_H

#include <stddef.h>

/*
 * What an errno means to someone who opens and closes connections.  An errno says what a call met
 * and not why: where it has several causes, each comes with what tells it from the others.
 */

#define ERRNO_CAUSES 4

struct errno_cause {
    const char *cause; /* NULL ends the list */
    const char *told;  /* what is seen when it is this one */
};

struct errno_info {
    int errnum;
    const char *calls;   /* that give it, of those that finwait makes: "connect, bind" */
    const char *meaning; /* true of each of its causes */
    struct errno_cause cause[ERRNO_CAUSES];
};

/* In the alphabet's order of their names. */
extern const struct errno_info errno_table[];
extern const size_t errno_count;

/* The row of `errnum`, or NULL. */
const struct errno_info *errno_info(int errnum);

/* The row's meaning, or else the C library's text, or "".  Static storage. */
const char *errno_meaning(int errnum);

#endif
