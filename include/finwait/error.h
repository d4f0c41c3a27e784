#ifndef FINWAIT_ERROR_H
#define FINWAIT_ERROR_H

#include <stddef.h>
#include <stdio.h>

/*
 * An error says what went wrong, where, and what to do about it.  Functions
 * that can fail take a `struct error *` last, fill it and return -1 (or NULL);
 * only main.c turns one into an exit status.
 */

/* The process's exit statuses: the contract with scripts and CI. */
enum status {
    STATUS_OK = 0,          /* every expectation held */
    STATUS_UNMET = 1,       /* an expectation did not hold */
    STATUS_USAGE = 2,       /* the command line or the scenario is wrong */
    STATUS_MACHINE = 3,     /* this machine cannot do what was asked for */
    STATUS_INTERRUPTED = 4, /* cut short, or not all that was asked for; its result was written */
};

/* A place in a file the user wrote; line and column count from 1, 0 means none. */
struct where {
    const char *file; /* borrowed; NULL for a value from the command line */
    int line;
    int column;
};

struct error {
    enum status status;
    char file[208]; /* as in struct where, the end of a path too long; "" for none */
    int line, column;
    char what[512];
    char hint[512];   /* what to do, or "" */
    char lines[2048]; /* the last that another program said of it, or "" */
};

/*
 * Fill `error` (its place and hint are cleared).  Its own old text may be among the arguments.
 * Returns -1, to be returned on.
 */
int error_set(struct error *error, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * As error_set, for a failed system call: appends ": ERRNO (its text)" to the
 * message, e.g. "connect 127.0.0.1:80: ECONNREFUSED (Connection refused)".  Where descriptors are
 * what is lacking (EMFILE, ENFILE, ENOMEM), whatever the call, the hint says which limit to raise.
 */
int error_errno(struct error *error, enum status status, int errnum, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* fork(2) failed with `errnum`: STATUS_MACHINE, and which limit to raise.  Returns -1. */
int error_fork(struct error *error, int errnum);

/* Say what to do about it.  Returns -1. */
int error_hint(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Add what another program said, the end of it where that is too long.  Returns -1. */
int error_lines(struct error *error, const char *lines);

/* Say where the user wrote it.  Returns -1. */
int error_at(struct error *error, struct where where);

/* The place as text, "file:line:column" or as much of it as is known.  Returns `text`. */
char *error_place(char *text, size_t size, const struct error *error);
#define ERROR_PLACE           256
#define ERROR_PLACE_OF(error) error_place((char[ERROR_PLACE]){0}, ERROR_PLACE, (error))

/*
 * Print "finwait: WHERE: WHAT", when there is a hint, "  HINT" on a line of its own, and below it
 * the lines of another program.  Control characters that the user wrote are printed as '?'.
 */
void error_print(const struct error *error, FILE *out);

/*
 * The errno's name ("ECONNREFUSED"), or "E<number>" for one the C library does
 * not know.  The number's text lives in a small rotating thread-local buffer.
 */
const char *errno_name(int errnum);

/* Numbers above this are never errno values the kernel returns (MAX_ERRNO is 4095;
 * the highest one named in asm-generic/errno.h is 133). */
#define ERRNO_LIMIT 134

/*
 * The candidate nearest to `word` (equal but for the case of its letters, else by Levenshtein
 * distance, a swap of neighbours being one edit; at most a third of its length and never more than
 * 3 edits), or NULL.  `candidates[i]` for i < count.
 */
const char *nearest_spelling(const char *word, const char *const *candidates, size_t count);

#endif
