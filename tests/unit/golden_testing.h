#ifndef TESTS_GOLDEN_TESTING_H
#define TESTS_GOLDEN_TESTING_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file that holds what `write` writes: a change of it is seen line by line, and meant or not. */
struct golden {
    const char *file;
    void (*write)(FILE *out);
    const char *again; /* what writes the file anew */
};

static void golden_check(const struct golden *golden)
{
    FILE *file = fopen(golden->file, "r");
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    char due[2048];

    assert_non_null(file);
    assert_non_null(out);
    golden->write(out);
    assert_int_equal(fclose(out), 0);
    const char *line = text;
    for (unsigned number = 1; fgets(due, sizeof due, file) != NULL; number++) {
        size_t length = strlen(due);
        if (strncmp(line, due, length) != 0) {
            fail_msg("line %u of %s is\n%sbut it is now\n%.*s\nIf that is meant: %s", number,
                     golden->file, due, (int)strcspn(line, "\n"), line, golden->again);
        }
        line += length;
    }
    assert_string_equal(line, "");
    fclose(file);
    free(text);
}

/* The exit status of a test program that was called with --write. */
static int golden_write(const struct golden *golden)
{
    FILE *out = fopen(golden->file, "w");

    if (out == NULL) {
        perror(golden->file);
        return 1;
    }
    golden->write(out);
    return fclose(out) == 0 ? 0 : 1;
}

#endif
