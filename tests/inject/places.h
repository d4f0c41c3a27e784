#ifndef FINWAIT_INJECT_PLACES_H
#define FINWAIT_INJECT_PLACES_H

#include <stddef.h>
#include <stdint.h>

/*
 * Where calls come from.  A place is a class, a process and a stack: all calls that got there the
 * same way.  Memory is fixed and shared, so those of all processes are in one table.
 */

enum { PLACES = 1 << 15, PLACE_NAME = 24, PLACE_FRAMES = 24, PLACE_CALLER = 0xfff };

/* The caller's stack: a hash of the return addresses, each relative to its module, which is the
 * same in every run of a build; addresses that follow themselves, as in a recursion, are one.  It
 * ends with the `own`th frame of the program itself.  Its bits PLACE_CALLER are those of the first
 * address, which are the same wherever the module lies: most other places can be told by these
 * alone.  0 within the walk itself.  `frames` gets the
 * first `count` of the program itself, relative to its base, 0 behind the last. */
uint64_t places_stack(size_t own, uint64_t *frames, size_t count);

/* The table is kept in the file that `path` names, of sizeof(struct place[PLACES]) bytes. */
void places_keep(const char *path);

/* Count a call of the function `name`.  Without a table, and when it is full, nothing happens. */
void places_count(uint32_t call_class, uint32_t process, size_t own, const char *name);

#endif
