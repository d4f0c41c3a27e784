#ifndef REPORT_HEADLINE_H
#define REPORT_HEADLINE_H

#include <stdbool.h>
#include <stdio.h>

#include "finwait/facts.h"

/* What the headlines of the reports for people are made of. */

/* A list "a, b, c" that is written piece by piece, then wrapped. */
struct list {
    FILE *out;
    const char *between;
};

void list_add(struct list *list, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What stands before the first item. */
void list_begin(struct list *list, const char *text);

/* Add nothing where `text` is empty. */
void list_add_text(struct list *list, const char *before, const char *text);

/* All that `fn` lists; a new string. */
typedef void listed(struct list *list, const struct facts *facts);
char *list_text(const struct facts *facts, listed *fn);

/* Who played a side: "2 client workers", "server `nginx`". */
void list_role(struct list *list, const struct facts *facts, enum side side);

/* Why the result is partial, with a word in front or without. */
listed list_partial, list_causes;

/* A load that meets little but refusals measures those. */
listed list_bad_answers;

/* Programs that send no message have no protocol above TCP; of a foreign one that is not known. */
bool headline_sends(const struct facts *facts);

#endif
