#ifndef FINWAIT_NAMED_H
#define FINWAIT_NAMED_H

#include <stddef.h>

/*
 * The first of `count` items of `size` bytes, whose first member is a pointer to their name (or
 * that are such pointers), that is called `name`; NULL: none is.
 */
void *named(const char *name, const void *items, size_t count, size_t size);

#define NAMED(name, items, count) named((name), (items), (count), sizeof *(items))

#endif
