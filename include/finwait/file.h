#ifndef FINWAIT_FILE_H
#define FINWAIT_FILE_H

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "finwait/error.h"

/*
 * All of the file `path`, `*length` bytes and a NUL behind them; free() it.  At most `limit` bytes,
 * a multiple of 1 MiB.  A pipe is read until its writers have closed it; a terminal, and a pipe
 * that nobody writes to, are refused.  NULL and the error, which begins with `told` ("cannot read
 * x"): STATUS_USAGE where another name mends it, STATUS_MACHINE where it does not (EMFILE, EIO
 * ...); it has a hint only where the file is of a wrong kind.
 */
char *file_read(const char *path, size_t limit, const char *told, size_t *length,
                struct error *error);

/* The same of what is on stdin. */
char *file_read_stdin(size_t limit, const char *told, size_t *length, struct error *error);

/*
 * Make the file `path` anew, for writing: what has that name is unlinked, never written to, for it
 * would keep its owner and mode, and a link would lead elsewhere.  The descriptor, or -1 and errno.
 */
int file_create(const char *path, mode_t mode);

/* Write all that a file is to hold.  0, or -1 and errno. */
typedef int file_writer(const void *context, FILE *out);

/*
 * Make DIRECTORY/name (the directory too when missing, and its parents), whole or not at all, in
 * place of one that was there (rename(2)).  -1: STATUS_USAGE or STATUS_MACHINE, and what to do.
 */
int file_write(const char *directory, const char *name, file_writer *write, const void *context,
               struct error *error);

/* Make the directory and see that it can be written into, before anything is measured. */
int file_directory(const char *directory, struct error *error);

#endif
