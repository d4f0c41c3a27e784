#ifndef FINWAIT_CMD_VERSION_H
#define FINWAIT_CMD_VERSION_H

#include <stdio.h>

/* "finwait X.Y.Z", and below it the libraries that it has met here and the formats that it was
 * built without. */
void version_print(FILE *out);

#endif
