#ifndef FINWAIT_LAB_SYSCTL_ADVICE_H
#define FINWAIT_LAB_SYSCTL_ADVICE_H

#include <stdbool.h>

#include "finwait/error.h"

/* Names of sysctls as files, and what to say when one cannot be used. */

#define SYSCTL_NAME 320 /* room for the longest name */
#define SYSCTL_PATH (SYSCTL_NAME + 16)

/* "net.core.somaxconn" as "/proc/sys/net/core/somaxconn" in `path`, which is returned. */
const char *sysctl_path(char path[SYSCTL_PATH], const char *name);

/* Whether the calling thread's namespace has no such key, though it is not made without net.core
 * and the key is not one interface's. */
bool sysctl_is_left_out(const char *name);

/* There is no such key: STATUS_MACHINE, with what has it or the nearest spelling.  Returns -1. */
int sysctl_unknown(const char *name, struct error *error);

/* The file does not open for `verb` ("read", "write"): STATUS_MACHINE.  Returns -1. */
int sysctl_denied(const char *name, const char *verb, int errnum, struct error *error);

/* write(2) of `value` failed with `errnum`.  Returns -1. */
int sysctl_refused(const char *name, const char *value, int errnum, struct error *error);

#endif
