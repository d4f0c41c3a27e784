#ifndef FINWAIT_CAPTURE_ORDER_H
#define FINWAIT_CAPTURE_ORDER_H

#include "finwait/capture.h"

/* What the conductor and the capture's process tell each other: one message each. */

struct capture_order {
    bool end;
    seen_endings foreseen;
};

/* It listens, or has ended; or `failed`, and why. */
struct capture_answer {
    bool failed;
    struct error error;
    struct captured captured;
};

/* The life of the process, once it is alone with its descriptors.  Returns an exit status. */
int reader_main(const struct capture_plan *plan, int control);

#endif
