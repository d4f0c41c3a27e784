#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "finwait/words.h"

static void they_are_split_as_a_shell_does(void **state)
{
    static const struct {
        const char *text;
        const char *words[6];
    } cases[] = {
        {"", {NULL}},
        {" \t\n ", {NULL}},
        {"ab -c 10", {"ab", "-c", "10", NULL}},
        {"  a\tb\nc ", {"a", "b", "c", NULL}},
        {"nginx -g 'daemon off;'", {"nginx", "-g", "daemon off;", NULL}},
        {"a'b c'd\"e f\"", {"ab cde f", NULL}},
        {"'' \"\"", {"", "", NULL}},
        {"a\\ b \\'c", {"a b", "'c", NULL}},
        {"\"\\\"\\\\ \\$x \\n\"", {"\"\\ $x \\n", NULL}},
        {"'\\'", {"\\", NULL}},
        {"a \\\n b\\\nc", {"a", "bc", NULL}},
        {"$HOME `id` *", {"$HOME", "`id`", "*", NULL}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct words words = {0};

        assert_null(words_split(&words, cases[i].text));
        for (size_t k = 0; cases[i].words[k] != NULL; k++) {
            assert_true(k < words.count);
            assert_string_equal(words.item[k], cases[i].words[k]);
            assert_true(k + 1 < words.count || cases[i].words[k + 1] == NULL);
        }
        assert_true(words.count > 0 || cases[i].words[0] == NULL);
        words_fini(&words);
    }
}

static void what_is_not_whole_is_told(void **state)
{
    static const char *const texts[] = {"a 'b", "a \"b", "a \\", "'a\" b"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct words words = {0};
        assert_non_null(words_split(&words, texts[i]));
        words_fini(&words);
    }
}

static void what_is_joined_splits_again(void **state)
{
    static const char *const given[] = {"a", "", "b c", "it's", "\\", "\"", "{port}", "$x;|", "\n"};
    struct words words = {0};
    struct words again = {0};

    (void)state;
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
        words_add(&words, given[i]);
    }
    char *text = words_join(&words);
    assert_non_null(text);
    assert_null(words_split(&again, text));
    assert_int_equal(again.count, words.count);
    for (size_t i = 0; i < words.count; i++) {
        assert_string_equal(again.item[i], given[i]);
    }
    assert_null(again.item[again.count]);
    free(text);
    words_fini(&words);
    words_fini(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_split_as_a_shell_does),
        cmocka_unit_test(what_is_not_whole_is_told),
        cmocka_unit_test(what_is_joined_splits_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
