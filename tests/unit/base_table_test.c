#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "finwait/table.h"

static char *print(const struct table *table, size_t width)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    table_print(table, width, out);
    fclose(out);
    return text;
}

static void assert_printed(const struct table *table, size_t width, const char *expected)
{
    char *text = print(table, width);

    assert_string_equal(text, expected);
    free(text);
}

static struct table three_columns(void)
{
    static const char *const heading[] = {"name", "type", "about"};
    struct table table;

    table_begin(&table, "llw");
    table.heading = heading;
    table_row(&table, (const char *[]){"one", "count", "the first of them"});
    table_row(&table, (const char *[]){"another", "", "a column of prose that goes on"});
    return table;
}

static void what_fits_is_in_columns(void **state)
{
    struct table table = three_columns();

    (void)state;
    assert_printed(&table, 46,
                   "one      count  the first of them\n"
                   "another         a column of prose that goes on\n");
    table_free(&table);
}

static void the_last_column_wraps(void **state)
{
    struct table table = three_columns();

    (void)state;
    table_row(&table,
              (const char *[]){"long", "size", "as much of it as makes more than one line of it"});
    assert_printed(&table, 54,
                   "one      count  the first of them\n"
                   "another         a column of prose that goes on\n"
                   "long     size   as much of it as makes more than one\n"
                   "                line of it\n");
    table_free(&table);
}

static void the_last_column_goes_below_the_others(void **state)
{
    struct table table = three_columns();

    (void)state;
    table_row(&table, (const char *[]){"bare", "size", ""});
    assert_printed(&table, 25,
                   "one      count\n"
                   "    the first of them\n"
                   "another\n"
                   "    a column of prose\n"
                   "    that goes on\n"
                   "bare     size\n");
    table_free(&table);
}

static void a_row_too_wide_is_a_block(void **state)
{
    struct table table = three_columns();

    (void)state;
    table_row(&table, (const char *[]){"a name of several words", "x", "y"});
    assert_printed(&table, 22,
                   "one\n"
                   "    type   count\n"
                   "    about  the first\n"
                   "           of them\n"
                   "another\n"
                   "    about  a column of\n"
                   "           prose that\n"
                   "           goes on\n"
                   "a name of several\n"
                   "  words\n"
                   "    type   x\n"
                   "    about  y\n");
    table_free(&table);
}

static void columns_are_counted_in_characters(void **state)
{
    struct table table;

    (void)state;
    table_begin(&table, "lw");
    table_row(&table, (const char *[]){"µs·s", "é"});
    table_row(&table, (const char *[]){"s", "x"});
    assert_printed(&table, 100,
                   "µs·s  é\n"
                   "s     x\n");
    table_free(&table);
}

static void numbers_stand_to_the_right(void **state)
{
    struct table table;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    assert_non_null(out);
    table_begin(&table, "lrl");
    table_row(&table, (const char *[]){"one", "1,000", ""});
    table_row(&table, (const char *[]){"", "2", "two"});
    table_cell(&table, "%s", "a row that is not whole");
    table_end(&table, 2, out);
    fclose(out);
    assert_string_equal(text, "  one  1,000\n"
                              "           2  two\n");
    free(text);
}

static bool fits(const char *text, size_t width)
{
    for (; *text != '\0'; text += strcspn(text, "\n") + 1) {
        if (strcspn(text, "\n") > width || text[strcspn(text, "\n") - 1] == ' ') {
            return false;
        }
    }
    return true;
}

/* Whatever the form: no line is wider than asked for, or ends with a blank. */
static void no_line_is_too_wide(void **state)
{
    struct table table = three_columns();

    (void)state;
    table_row(&table, (const char *[]){"averylongwordthatmustbebroken", "words", "and some prose"});
    for (size_t width = 20; width < 120; width++) {
        char *text = print(&table, width);
        assert_true(fits(text, width));
        free(text);
    }
    table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_is_in_columns),
        cmocka_unit_test(the_last_column_wraps),
        cmocka_unit_test(the_last_column_goes_below_the_others),
        cmocka_unit_test(a_row_too_wide_is_a_block),
        cmocka_unit_test(columns_are_counted_in_characters),
        cmocka_unit_test(numbers_stand_to_the_right),
        cmocka_unit_test(no_line_is_too_wide),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
