#include "reason.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdarg.h>
#include <stdio.h>

#include "finwait/tls.h"

uint64_t reason_take(void)
{
    uint64_t told = 0;

    for (unsigned long code = ERR_get_error(); code != 0; code = ERR_get_error()) {
        bool of_ssl = ERR_GET_LIB(code) == ERR_LIB_SSL;

        if (told == 0 || (of_ssl && ERR_GET_LIB((unsigned long)told) != ERR_LIB_SSL)) {
            told = code;
        }
    }
    return told;
}

uint64_t reason_of_verify(long result)
{
    return (uint64_t)ERR_PACK(ERR_LIB_USER, 0, result);
}

bool reason_is_too_weak(unsigned long code)
{
    int reason = ERR_GET_REASON(code);

    return ERR_GET_LIB(code) == ERR_LIB_SSL &&
           (reason == SSL_R_EE_KEY_TOO_SMALL || reason == SSL_R_CA_KEY_TOO_SMALL ||
            reason == SSL_R_CA_MD_TOO_WEAK);
}

/* Alerts that OpenSSL has no error string for it may still know by name: close_notify. */
static const char *words_of(unsigned long code)
{
    int reason = ERR_GET_REASON(code);

    OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS | OPENSSL_INIT_LOAD_CRYPTO_STRINGS, NULL);
    const char *words = ERR_reason_error_string(code);

    if (words == NULL && ERR_GET_LIB(code) == ERR_LIB_SSL && reason >= SSL_AD_REASON_OFFSET) {
        words = SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET);
    }
    return words;
}

char *tls_reason_text(char *text, size_t size, uint64_t reason)
{
    unsigned long code = (unsigned long)reason;
    const char *words = words_of(code);

    if (ERR_GET_LIB(code) == ERR_LIB_USER) {
        snprintf(text, size, "certificate verify failed: %s",
                 X509_verify_cert_error_string(ERR_GET_REASON(code)));
    } else if (words != NULL) {
        snprintf(text, size, "%s", words);
    } else {
        snprintf(text, size, "OpenSSL error %08lX", code);
    }
    return text;
}

int error_openssl(struct error *error, const char *format, ...)
{
    char what[sizeof error->what];
    char words[TLS_REASON_TEXT];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    uint64_t reason = reason_take();
    bool memory = ERR_GET_REASON((unsigned long)reason) == ERR_R_MALLOC_FAILURE;
    return error_set(error, memory ? STATUS_MACHINE : STATUS_USAGE, "%.*s: OpenSSL: %s",
                     (int)(sizeof what - sizeof words), what,
                     tls_reason_text(words, sizeof words, reason));
}
