#ifndef FINWAIT_BASE_VALUE_TEXT_H
#define FINWAIT_BASE_VALUE_TEXT_H

#include "finwait/value.h"

/* The texts among the kinds of values: as value_read and value_write. */
int text_read(const struct value_slot *slot, const char *text, struct error *error);
int text_read_or_none(const struct value_slot *slot, const char *text, struct error *error);
int text_read_known(const struct value_slot *slot, const char *text, struct error *error);
int text_read_file(const struct value_slot *slot, const char *text, struct error *error);
const char *text_write(const void *field);
void text_clear(void *field);

#endif
