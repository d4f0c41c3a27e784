#ifndef FINWAIT_SCENARIO_OPTION_TEXTS_H
#define FINWAIT_SCENARIO_OPTION_TEXTS_H

#include "finwait/value.h"

/* Texts of which other modules know more. */
extern const struct value_text order_text;   /* the name of an order */
extern const struct value_text address_text; /* an address and a port, kept as net writes them */

#endif
