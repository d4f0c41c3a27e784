#ifndef FINWAIT_RESULT_JSON_CAPTURE_H
#define FINWAIT_RESULT_JSON_CAPTURE_H

#include "finwait/codec.h"

/* The rows of a struct result_capture. */
extern const struct field capture_fields[];

#endif
