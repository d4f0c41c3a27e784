#ifndef FINWAIT_UNITS_H
#define FINWAIT_UNITS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Numbers with units as users write and read them.  The parsers take the whole
 * string or nothing: 0, or -1 for text that is not such a number (overflow
 * included).  A blank may stand before a unit, and a _ between two digits.  The formatters write
 * what their parser reads back, into `text` of `size` bytes, and return `text`.
 */

/* "42", "50k", "1.5M", "1G": k or K, M and G are 10^3, 10^6 and 10^9. */
int units_parse_count(const char *text, uint64_t *value);
char *units_format_count(char *text, size_t size, uint64_t value); /* exact digits */

/* "512", "64k", "1.5M", "1G": bytes; k or KiB, M and G are 2^10, 2^20 and 2^30; kB is none, for
 * elsewhere it is 1000. */
int units_parse_size(const char *text, uint64_t *bytes);
char *units_format_size(char *text, size_t size, uint64_t bytes);

/*
 * "10s", "250ms", "40us", "5ns", "2m" or "2min", "1h", "1.5s", "1m30s"; a bare number other than 0
 * is an error, and so is a fraction of a nanosecond.
 */
int units_parse_duration(const char *text, int64_t *ns);
char *units_format_duration(char *text, size_t size, int64_t ns); /* exact: "1500ms" */

/* "5000/s", "1.5k/s", "300/m", "2/h", "1e6/s"; "max" is 0, "0/s" is an error.  Events a second. */
int units_parse_rate(const char *text, double *per_second);
char *units_format_rate(char *text, size_t size, double per_second);

/* "5%", "0.01%": a share of 1, a whole number of millionths. */
int units_parse_share(const char *text, double *share);
char *units_format_share(char *text, size_t size, double share);

/* For people, not for parsing: "1,234,567", "12.3"; "1.23 ms", "60 s". */
char *units_human_count(char *text, size_t size, double value);
char *units_human_duration(char *text, size_t size, int64_t ns);

/* Room enough for any of the formatters. */
#define UNITS_TEXT 40

#endif
