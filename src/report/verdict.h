#ifndef REPORT_VERDICT_H
#define REPORT_VERDICT_H

#include "finwait/facts.h"

/* "PASS", "NOT JUDGED". */
const char *verdict_word(enum verdict verdict);

/* An expectation with the values that were compared, or why there are none, and why one that holds
 * does not count.  A new string. */
char *verdict_text(const struct facts *facts, const struct expectation_result *expectation);

#endif
