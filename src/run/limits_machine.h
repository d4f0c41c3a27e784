#ifndef RUN_LIMITS_MACHINE_H
#define RUN_LIMITS_MACHINE_H

/* What bounds all that runs on this machine; INFINITY: no limit, or one that is not shown. */
struct limits_machine {
    double nofile;    /* RLIMIT_NOFILE, the hard one */
    double nr_open;   /* the most that may be */
    double files;     /* fs.file-max, less those that are open */
    double processes; /* that this user may have */
    double memory;    /* bytes */
    double tcp_pages; /* the third of tcp_mem */
    double orphans;   /* tcp_max_orphans */
};

/* As it was when limits_look() was called first, or is now. */
const struct limits_machine *limits_machine(void);

/* nf_conntrack_max, less those that are tracked, where the calling thread is. */
double limits_untracked(void);

#endif
