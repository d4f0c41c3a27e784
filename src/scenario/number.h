#ifndef FINWAIT_SCENARIO_NUMBER_H
#define FINWAIT_SCENARIO_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/* Numbers of all kinds as one type: uint64_t. */

/* A field of `size` bytes: an unsigned integer or an enum (an unsigned int to the compiler). */
void number_store(void *field, size_t size, uint64_t number);
uint64_t number_fetch(const void *field, size_t size);

/* As units.h, for what it has in another type or not at all. */
int number_parse_auto(const char *text, uint64_t *count); /* "4"; "auto" is 0 */
char *number_format_auto(char *text, size_t size, uint64_t count);
int number_parse_duration(const char *text, uint64_t *ns);
char *number_format_duration(char *text, size_t size, uint64_t ns);
char *number_format_rate(char *text, size_t size, uint64_t per_second);

#endif
