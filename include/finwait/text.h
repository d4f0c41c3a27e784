#ifndef FINWAIT_TEXT_H
#define FINWAIT_TEXT_H

#include <stdbool.h>

/* Texts that end up in JSON and on terminals. */

/* `text`, or "" for NULL. */
const char *text_or_empty(const char *text);

/* Whether `text` is UTF-8 without control characters other than blanks and line ends. */
bool text_is_plain(const char *text);

/* Make each run of blanks and line ends one blank, and none at the ends. */
void text_fold(char *text);

#endif
