#ifndef FINWAIT_TLS_HEAP_H
#define FINWAIT_TLS_HEAP_H

/*
 * Give OpenSSL a heap of its own (CRYPTO_set_mem_functions(3)).  A handshake takes and returns some
 * two thousand blocks, of few sizes, and most of them of the sizes of the one before: a list of
 * blocks for each size serves that faster than malloc(3), and without a header on each.  What is
 * returned stays for the next connection and is never given back to the kernel.
 *
 * Only before OpenSSL's first allocation: after that, and where the address space is limited, it
 * goes on with malloc(3).
 */
void heap_install(void);

#endif
