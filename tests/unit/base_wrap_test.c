#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "finwait/wrap.h"

static char *wrapped(const char *words, size_t at, size_t indent, size_t width)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    text_wrap(words, at, indent, width, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void assert_wrapped(const char *expected, char *text)
{
    assert_string_equal(text, expected);
    free(text);
}

static void words_that_fit_stay_on_a_line(void **state)
{
    (void)state;
    assert_wrapped("one two\n  three\n", wrapped("one two  three", 0, 2, 8));
    assert_wrapped("\n", wrapped("  ", 0, 2, 8));
}

static void a_number_stays_with_its_unit(void **state)
{
    (void)state;
    assert_wrapped("it took\n3.80 s, then\n12 %.\n",
                   wrapped("it took 3.80 s, then 12 %.", 0, 0, 12));
    assert_wrapped("see 3\nsockets\n", wrapped("see 3 sockets", 0, 0, 8));
}

/* One that is longer than a line is broken between its words all the same. */
static void an_expression_stays_whole(void **state)
{
    (void)state;
    assert_wrapped("one a == 0;\nb <= 0.5 * c\n", wrapped("one a == 0; b <= 0.5 * c", 0, 0, 13));
    assert_wrapped("a.final ==\nb.final\n", wrapped("a.final == b.final", 0, 0, 10));
}

static void a_long_word_is_cut(void **state)
{
    (void)state;
    assert_wrapped("abcdefgh\n  ijkl\n", wrapped("abcdefghijkl", 0, 2, 8));
}

/* Where the indentation leaves no room each character has its line, and the last one an end. */
static void no_room_at_all_ends_too(void **state)
{
    char *text = wrapped("ab c", 9, 9, 8);

    (void)state;
    assert_non_null(strchr(text, 'a'));
    assert_non_null(strchr(text, 'b'));
    assert_non_null(strchr(text, 'c'));
    free(text);
}

/* Columns are characters, and what has nothing beside it has no blanks behind it. */
static void two_texts_stand_side_by_side(void **state)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    assert_non_null(out);
    assert_int_equal(text_widest("──▶\none\n"), 3);
    text_beside("──▶\none\n", "a\n\nc\n", 5, out);
    text_beside("longer than that\n", "d", 5, out);
    assert_int_equal(fclose(out), 0);
    assert_wrapped("──▶  a\none\n     c\nlonger than that d\n", text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_that_fit_stay_on_a_line),
        cmocka_unit_test(a_number_stays_with_its_unit),
        cmocka_unit_test(an_expression_stays_whole),
        cmocka_unit_test(a_long_word_is_cut),
        cmocka_unit_test(no_room_at_all_ends_too),
        cmocka_unit_test(two_texts_stand_side_by_side),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
