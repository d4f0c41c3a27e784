#ifndef TESTS_KERNEL_TESTING_H
#define TESTS_KERNEL_TESTING_H

#include <ctype.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every file of the program, whole, to see what it says of the kernel. */

static inline void kernel_each_source(void (*fn)(const char *path, const char *text))
{
    static const char *const patterns[] = {SOURCE_DIR "/src/*/*.[ch]",
                                           SOURCE_DIR "/include/finwait/*.h"};
    glob_t found = {0};

    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        assert_int_equal(glob(patterns[i], i > 0 ? GLOB_APPEND : 0, NULL, &found), 0);
    }
    assert_true(found.gl_pathc > 100);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        FILE *file = fopen(found.gl_pathv[i], "re");
        char *text = NULL;
        size_t size = 0;
        assert_non_null(file);
        if (getdelim(&text, &size, '\0', file) > 0) {
            fn(found.gl_pathv[i], text);
        }
        free(text);
        fclose(file);
    }
    globfree(&found);
}

/* Whether a word can begin here. */
static inline bool kernel_begins(const char *text, const char *at)
{
    return at == text || (!isalnum((unsigned char)at[-1]) && at[-1] != '_');
}

#endif
