#ifndef FINWAIT_BASE_VALUE_NUMBER_H
#define FINWAIT_BASE_VALUE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/*
 * The numbers among the kinds of values, as whole numbers of one type.  Parsers take all of `text`:
 * 0, or -1 for another form; what 64 bits do not hold is the most they do.  Formatters write what
 * their parser reads, and return `text`.
 */
int number_parse_count(const char *text, int64_t *count);
char *number_format_count(char *text, size_t size, int64_t count);
int number_parse_size(const char *text, int64_t *bytes);
char *number_format_size(char *text, size_t size, int64_t bytes);
int number_parse_bytes_rate(const char *text, int64_t *per_second);
char *number_format_bytes_rate(char *text, size_t size, int64_t per_second);
int number_parse_seconds(const char *text, int64_t *seconds);
char *number_format_seconds(char *text, size_t size, int64_t seconds);
int number_parse_millis(const char *text, int64_t *millis);
char *number_format_millis(char *text, size_t size, int64_t millis);
int number_parse_ports(const char *text, int64_t *range);
char *number_format_ports(char *text, size_t size, int64_t range);

/* The one that is not whole. */
int number_parse_share(const char *text, double *share);

/* A field of `size` bytes: an integer or an enum. */
void number_store(void *field, size_t size, int64_t number);
int64_t number_fetch(const void *field, size_t size);

/* value_statuses.c */
int number_parse_statuses(const char *text, int64_t *range);
char *number_format_statuses(char *text, size_t size, int64_t range);

/* value_recv.c */
int number_parse_recv(const char *text, int64_t *value);
char *number_format_recv(char *text, size_t size, int64_t value);

#endif
