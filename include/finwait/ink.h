#ifndef FINWAIT_INK_H
#define FINWAIT_INK_H

#include <stdio.h>

/* What stands out in what is printed for people, where terminal_colours() says so. */

enum ink {
    INK_BOLD,
    INK_RED,
    INK_GREEN,
    INK_YELLOW,
};

/* What is printed between the two is in `ink`: SGR, ECMA-48 section 8.3.117.  It takes no column.
 */
void ink_begin(enum ink ink, FILE *out);
void ink_end(FILE *out);

/* A text in it. */
void ink_put(enum ink ink, const char *text, FILE *out);

#endif
