#ifndef FINWAIT_LAB_PEN_H
#define FINWAIT_LAB_PEN_H

#include <sys/types.h>

/*
 * A PID namespace (pid_namespaces(7)) for all that a lab's owner forks into it.  Its init is a
 * child of the owner that ends with it, whatever that dies of, and with its init every process in
 * it ends: no setsid(2), no double fork and no ignored signal gets out.
 */
struct pen {
    pid_t init; /* a child of the owner; 0: there is no pen */
    int pidfd;  /* of init */
    int life;   /* its end of file is the owner's end */
};

/* 0, or -1 with errno: then there is no pen.  Takes CAP_SYS_ADMIN. */
int pen_new(struct pen *pen);

/* As fork(2): the child is in the pen, and a child of the caller by an id that holds outside. */
pid_t pen_fork(const struct pen *pen);

/* As fork(2): the child is the init of a PID namespace of its own, in which nothing is as yet.  -1
 * with errno: there is none to be had.  Takes CAP_SYS_ADMIN. */
pid_t pen_fork_first(void);

/* End what is in it, and reap it.  Nothing when there is none. */
void pen_free(struct pen *pen);

#endif
