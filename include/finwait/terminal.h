#ifndef FINWAIT_TERMINAL_H
#define FINWAIT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The columns of the terminal behind the descriptor `fd`, or `otherwise` where there is none, or
 * none that tells. */
size_t terminal_width(int fd, size_t otherwise);

/* Print `text` behind `label`, broken where the terminal there would break it; elsewhere it is one
 * line. */
void terminal_say(const char *label, const char *text, FILE *out);

/* Whether a line can be drawn again in place there: a terminal, and none that TERM calls dumb. */
bool terminal_redraws(int fd);

/* How wide to print for people there: as wide as the terminal; elsewhere as COLUMNS says, or 100
 * columns; 40 at least.  `fd` may be -1. */
size_t terminal_columns(int fd);

/* The same on stdout. */
size_t terminal_page(void);

/* What --color says: "auto", "always" or "never".  -1: none of these. */
int terminal_colour(const char *when);

/*
 * Whether what is printed for people on `out`, which is stdout or stderr, has colours; anything
 * else never has.  What decides, the first that does:
 *   terminal_colour: always, or never
 *   NO_COLOR that is not empty: no (no-color.org)
 *   CLICOLOR_FORCE that is neither empty nor 0: yes (bixense.com/clicolors)
 *   CLICOLOR=0: no
 *   a terminal, whose TERM is neither empty nor "dumb": yes
 */
bool terminal_colours(FILE *out);

/*
 * Whether the blocks that a sparkline is made of can be drawn: neither a dumb terminal nor the
 * console of Linux, whose font lacks them, nor a locale whose characters are not UTF-8 (LC_ALL,
 * LC_CTYPE, LANG; without any they are taken to be).
 */
bool terminal_blocks(void);

#endif
