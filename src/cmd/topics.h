#ifndef FINWAIT_CMD_TOPICS_H
#define FINWAIT_CMD_TOPICS_H

/* A page of the help that is of no one command. */
struct topic {
    const char *name;
    const char *about; /* a line, small letters */
    /* Paragraphs, a line each, wrapped where they are printed; one that begins with a blank is
     * printed as it is. */
    const char *text;
    const char *more; /* where the whole of it stands: a finwait command, or NULL */
};

extern const struct topic topic_table[]; /* the last has no name */

/* The one called so, or NULL. */
const struct topic *topic_find(const char *name);

#endif
