#ifndef REPORT_FORESEEN_H
#define REPORT_FORESEEN_H

#include "finwait/result.h"

/*
 * Draw the ladder of the end of the model that the connection which is drawn came to, or comes
 * nearest to.  Which one that is, from 1 on; 0: nothing was foreseen, or not by this finwait.
 */
size_t foreseen_draw(const struct result *result, FILE *out);

#endif
