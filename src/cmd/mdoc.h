#ifndef FINWAIT_CMD_MDOC_H
#define FINWAIT_CMD_MDOC_H

#include <stdio.h>

/* A man page in the making, in the language of mdoc(7). */

/* Its first lines: the page called NAME, of section '1' or '5', and what it is about. */
void mdoc_begin(const char *name, char section, const char *about, FILE *out);

/* A heading in capitals, or one below such. */
void mdoc_section(const char *title, FILE *out);
void mdoc_part(const char *title, FILE *out);

/* Text, a sentence a line. */
void mdoc_text(const char *text, FILE *out);

/* Paragraphs, a line each, empty lines between them or not; lines that begin with a blank are kept
 * as they are.  `more`: there is text before them. */
void mdoc_paragraphs(const char *text, int more, FILE *out);

/* A list with tags; of an item's tag the macros, "Ic", with a word each for the others. */
void mdoc_list(FILE *out);
void mdoc_item(const char *macro, const char *word, FILE *out);
void mdoc_list_end(FILE *out);

/* A word as an argument of a macro, behind a blank. */
void mdoc_argument(const char *word, FILE *out);

/* A command line in a line of its own. */
void mdoc_command(const char *line, FILE *out);

#endif
