#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heap.h"

/* OpenSSL's blocks, as OpenSSL asks for them. */

enum {
    LARGEST = 40000, /* beyond what the heap keeps itself */
};

static void fill(unsigned char *block, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        block[i] = (unsigned char)(size * 7 + i * 13);
    }
}

static bool is_filled(const unsigned char *block, size_t size, size_t filled_for)
{
    for (size_t i = 0; i < size; i++) {
        if (block[i] != (unsigned char)(filled_for * 7 + i * 13)) {
            return false;
        }
    }
    return true;
}

/* A sanitizer's build keeps malloc(3), so that each block is watched. */
static void openssl_asks_it(void **state)
{
    CRYPTO_malloc_fn take;
    CRYPTO_realloc_fn change;
    CRYPTO_free_fn give;

    (void)state;
    CRYPTO_get_mem_functions(&take, &change, &give);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    assert_true(take == CRYPTO_malloc);
#else
    assert_true(take != CRYPTO_malloc);
    void *block = OPENSSL_malloc(100);
    OPENSSL_free(block);
    assert_ptr_equal(OPENSSL_malloc(97), block);
    OPENSSL_free(block);
#endif
}

/* All at once, so that two which overlap would spoil each other. */
static void blocks_of_every_size_are_apart(void **state)
{
    static unsigned char *blocks[LARGEST];

    (void)state;
    for (int round = 0; round < 2; round++) {
        for (size_t size = 1; size < LARGEST; size += 1 + size / 64) {
            blocks[size] = OPENSSL_malloc(size);
            assert_non_null(blocks[size]);
            assert_int_equal((uintptr_t)blocks[size] % _Alignof(max_align_t), 0);
            fill(blocks[size], size);
        }
        for (size_t size = 1; size < LARGEST; size += 1 + size / 64) {
            assert_true(is_filled(blocks[size], size, size));
            OPENSSL_free(blocks[size]);
        }
    }
}

static void a_block_may_change_its_size(void **state)
{
    static const size_t sizes[] = {1,     16,    17,    1000,  1024, 1025, 1152, 1153, 9000,
                                   32768, 32769, 40000, 33000, 8000, 1500, 700,  20,   1};
    size_t last = 0;
    unsigned char *block = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        block = OPENSSL_realloc(block, sizes[i]);
        assert_non_null(block);
        assert_true(is_filled(block, last < sizes[i] ? last : sizes[i], last));
        fill(block, sizes[i]);
        last = sizes[i];
    }
    OPENSSL_free(block);
    assert_null(OPENSSL_malloc(0));
}

/* Without a leak: the next of its size is the same one. */
static void no_size_is_no_block(void **state)
{
    void *block = OPENSSL_malloc(5000);

    (void)state;
    assert_null(OPENSSL_realloc(block, 0));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    void *next = OPENSSL_malloc(5000);
    assert_ptr_equal(next, block);
    OPENSSL_free(next);
#endif
}

/* 4 GiB in blocks that nobody touches cost no memory; in a child, which need not give them back. */
static void a_full_arena_is_not_the_end(void **state)
{
    enum { BLOCK = 32 * 1024, BLOCKS = (1 << 17) + 100 };
    int status;
    pid_t child;

    (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip(); /* it marks every block, and so touches it */
#endif
    child = fork();
    if (child == 0) {
        void *block = NULL;

        for (int i = 0; i < BLOCKS; i++) {
            block = OPENSSL_malloc(BLOCK);
            if (block == NULL) {
                _exit(1);
            }
        }
        block = OPENSSL_realloc(block, BLOCK / 2);
        OPENSSL_free(block);
        _exit(block == NULL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void *exchange(void *given)
{
    void *own = OPENSSL_malloc(200);

    OPENSSL_free(given);
    for (int i = 0; i < 100000; i++) {
        OPENSSL_free(OPENSSL_malloc(200));
    }
    return own;
}

static void threads_share_no_list(void **state)
{
    pthread_t thread;
    void *theirs;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, exchange, OPENSSL_malloc(200)), 0);
    for (int i = 0; i < 100000; i++) {
        OPENSSL_free(OPENSSL_malloc(200));
    }
    assert_int_equal(pthread_join(thread, &theirs), 0);
    OPENSSL_free(theirs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(openssl_asks_it),
        cmocka_unit_test(blocks_of_every_size_are_apart),
        cmocka_unit_test(a_block_may_change_its_size),
        cmocka_unit_test(no_size_is_no_block),
        cmocka_unit_test(a_full_arena_is_not_the_end),
        cmocka_unit_test(threads_share_no_list),
    };

    heap_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
