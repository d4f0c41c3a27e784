#ifndef FINWAIT_TERMINAL_H
#define FINWAIT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* The columns of the terminal behind the descriptor `fd`, or `otherwise` where there is none, or
 * none that tells. */
size_t terminal_width(int fd, size_t otherwise);

/* Whether a line can be drawn again in place there: a terminal, and none that TERM calls dumb. */
bool terminal_redraws(int fd);

/* How wide to print for people on stdout: as wide as the terminal, 100 columns elsewhere. */
size_t terminal_page(void);

#endif
