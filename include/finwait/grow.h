#ifndef FINWAIT_GROW_H
#define FINWAIT_GROW_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "finwait/error.h"

/*
 * Memory for a result, which a run must not lack at its end: it is put by before the load.  None of
 * these returns NULL.  Where there is none left, what was put by is given up; where that does not
 * do, grow_failed() ends the process.
 */

/* Put memory by for the end of a run.  0, or -1 (STATUS_MACHINE): there is none. */
int grow_reserve(struct error *error);

/* Give it up: from now on everybody's malloc(3) can have it. */
void grow_release(void);

/* Whether `size` bytes more can be had now: to be asked before a library that takes its memory for
 * granted, and crashes without, is let at it. */
bool grow_has_room(size_t size);

/* Say that there is no memory and end the process with STATUS_MACHINE: what is at hand is not
 * whole, and no status of an end that looks well may come of it. */
_Noreturn void grow_failed(void);

/* As malloc(3); free() it, as all below. */
void *grow_bytes(size_t size);

/* `count` zeroed items of `size` bytes. */
void *grow_new(size_t count, size_t size);

/* `items` with room for `count` > 0 of them. */
void *grow_to(void *items, size_t count, size_t size);

/* `items` with room for one more than the `count` there are. */
void *grow_by_one(void *items, size_t count, size_t size);

/* A copy of `text`; NULL stays NULL. */
char *grow_text(const char *text);

/* As asprintf(3) and vasprintf(3). */
char *grow_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *grow_vformat(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

/* A stream into memory, as open_memstream(3); the text, once it is closed. */
struct grow_stream {
    FILE *out;
    char *text;
    size_t length;
};
void grow_stream_open(struct grow_stream *stream);
char *grow_stream_close(struct grow_stream *stream);

#endif
