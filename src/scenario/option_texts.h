#ifndef FINWAIT_SCENARIO_OPTION_TEXTS_H
#define FINWAIT_SCENARIO_OPTION_TEXTS_H

#include "finwait/value.h"

/* Texts of which other modules know more. */
extern const struct value_text order_text;   /* the name of an order */
extern const struct value_text address_text; /* an address and a port, kept as net writes them */
extern const struct value_text method_text;  /* a method of HTTP */
extern const struct value_text target_text;  /* a request's target */
extern const struct value_text host_text;    /* the value of a Host field */

#endif
