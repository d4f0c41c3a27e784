#ifndef FINWAIT_TLS_REASON_H
#define FINWAIT_TLS_REASON_H

#include <stdbool.h>
#include <stdint.h>

#include "finwait/error.h"

/* OpenSSL's packed error codes: which one of a queue to tell, and how. */

/*
 * The code that tells most of the thread's error queue: the first one of libssl's, where there is
 * one, for what lies beneath (ASN.1, providers) explains nothing without it; else the first.
 * 0: the queue is empty.  It is empty afterwards.
 */
uint64_t reason_take(void);

/* A code of ours for X509_V_ERR_*: "certificate verify failed" alone does not tell why. */
uint64_t reason_of_verify(long result);

/* Fill `error` (STATUS_USAGE; no memory: STATUS_MACHINE) and append ": OpenSSL: REASON" from the
 * queue.  Returns -1. */
int error_openssl(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Whether OpenSSL's security level (SSL_CTX_set_security_level(3)) is what refuses it. */
bool reason_is_too_weak(unsigned long code);

#endif
