#include "status.h"

#include <openssl/err.h>

#include "reason.h"

/* Reasons above this are numbers of alerts that were read, plus this.  OpenSSL's own alerts, those
 * it sends, have the reason they were sent for. */
static bool is_alert(uint64_t reason)
{
    return ERR_GET_LIB((unsigned long)reason) == ERR_LIB_SSL &&
           ERR_GET_REASON((unsigned long)reason) >= SSL_AD_REASON_OFFSET;
}

static enum tls_status fail(enum tls_status status, uint64_t reason, struct tls_trouble *trouble)
{
    trouble->reason = reason;
    return status;
}

static uint64_t ssl_reason(int reason)
{
    return (uint64_t)ERR_PACK(ERR_LIB_SSL, 0, reason);
}

static enum tls_status status_of_reason(const struct tls_stream *stream, uint64_t reason,
                                        struct tls_trouble *trouble)
{
    if (reason == 0) {
        reason = ssl_reason(ERR_R_INTERNAL_ERROR); /* an error that left no word */
    }
    if (is_alert(reason)) {
        return fail(TLS_ALERT, reason, trouble);
    }
    if (reason == ssl_reason(SSL_R_UNEXPECTED_EOF_WHILE_READING)) {
        return fail(TLS_TRUNCATED, reason, trouble);
    }
    if (reason == ssl_reason(SSL_R_CERTIFICATE_VERIFY_FAILED)) {
        reason = reason_of_verify(SSL_get_verify_result(stream->ssl));
    }
    return fail(TLS_FAILED, reason, trouble);
}

/* The system call's errno; without one, what was called after it had failed already. */
static enum tls_status status_of_call(const struct tls_stream *stream, struct tls_trouble *trouble)
{
    if (stream->errnum != 0) {
        trouble->errnum = stream->errnum;
        return TLS_ERRNO;
    }
    return stream->eof
               ? fail(TLS_TRUNCATED, ssl_reason(SSL_R_UNEXPECTED_EOF_WHILE_READING), trouble)
               : fail(TLS_FAILED, ssl_reason(SSL_R_PROTOCOL_IS_SHUTDOWN), trouble);
}

enum tls_status status_of(const struct tls_stream *stream, int result, struct tls_trouble *trouble)
{
    switch (SSL_get_error(stream->ssl, result)) {
    case SSL_ERROR_NONE:
        return TLS_OK;
    case SSL_ERROR_WANT_READ:
        return stream->reads < 0 ? TLS_BUSY : TLS_WANT_READ; /* socket.c has refused to read on */
    case SSL_ERROR_WANT_WRITE:
        return TLS_WANT_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        return stream->eof ? TLS_FIN : TLS_NOTIFIED; /* OpenSSL says the same of both */
    case SSL_ERROR_SYSCALL:
        return status_of_call(stream, trouble);
    default:
        return status_of_reason(stream, reason_take(), trouble);
    }
}

enum tls_status status_of_early_end(const struct tls_stream *stream, struct tls_trouble *trouble)
{
    /* After the peer's close_notify SSL_get_error() has no other word for a call that failed. */
    if (stream->errnum != 0) {
        return status_of_call(stream, trouble);
    }
    return stream->eof
               ? fail(TLS_TRUNCATED, ssl_reason(SSL_R_UNEXPECTED_EOF_WHILE_READING), trouble)
               : fail(TLS_ALERT, ssl_reason(SSL_AD_REASON_OFFSET + SSL_AD_CLOSE_NOTIFY), trouble);
}
