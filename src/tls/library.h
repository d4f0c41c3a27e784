#ifndef FINWAIT_TLS_LIBRARY_H
#define FINWAIT_TLS_LIBRARY_H

#include <openssl/types.h>
#include <stdbool.h>

/* Before all else of OpenSSL's (see heap.h).  False where there is too little memory to begin. */
bool library_begin(void);

/*
 * The OpenSSL library context that connections live in: that of every process, but with no
 * algorithms in it that a TLS connection never asks for.  Made by library_begin(), never freed.
 * NULL is OpenSSL's own default context, where ours cannot be made.
 */
OSSL_LIB_CTX *library_get(void);

/* A key of OpenSSL's default context, where keys are read and made, as one of ours: the caller's to
 * free.  NULL: OpenSSL's error queue tells. */
EVP_PKEY *library_adopt(const EVP_PKEY *key);

/* The opposite: a copy in OpenSSL's own library, which has what writes keys; NULL: no memory. */
EVP_PKEY *library_give_back(const EVP_PKEY *key);

#endif
