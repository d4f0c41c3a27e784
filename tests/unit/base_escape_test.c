#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "finwait/escape.h"
#include "finwait/wrap.h"

/* C0, DEL, and C1 in UTF-8, of which CSI (U+009B) begins a sequence as ESC [ does. */
#define STEERS                                                                                     \
    "a\x1b[1m\x07\xc2\x9b"                                                                         \
    "2m\xc2\x80\xc2\x9f\x7f"
#define SHOWN "a?[1m??2m???"
#define KEPT  "\xc2\xa0\xc3\x9b\xe2\x82\x9b" /* whose last bytes look like C1 */

static void put_text(const char *text, FILE *out)
{
    text_put(text, strlen(text), out);
}

static void put_label(const char *text, FILE *out)
{
    escape_label(text, strlen(text), out);
}

typedef void put(const char *text, FILE *out);

static void assert_put(put *fn, const char *text, const char *wanted)
{
    char *made = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&made, &size);

    assert_non_null(out);
    fn(text, out);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(made, wanted);
    free(made);
}

static void nothing_steers_a_terminal(void **state)
{
    put *const all[] = {put_text, put_label, escape_xml, escape_csv};

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        assert_put(all[i], STEERS KEPT, SHOWN KEPT);
        assert_put(all[i], "", "");
    }
    assert_put(escape_markdown, STEERS KEPT, "a?\\[1m??2m???" KEPT);
    assert_put(put_text, "a\tb", "a\tb");
}

static void a_character_that_is_cut_ends_it(void **state)
{
    (void)state;
    assert_put(put_text, "\xc2", "\xc2");
    assert_put(put_label, "\xc2", "\xc2");
    assert_int_equal(text_control("\xc2\x9b", 1), 0);
}

static void each_format_keeps_its_own(void **state)
{
    (void)state;
    assert_put(escape_xml, "<a b=\"&\">\n", "&lt;a b=&quot;&amp;&quot;&gt;?");
    assert_put(put_label, "\"a\\b\"\n", "\\\"a\\\\b\\\"?");
    assert_put(escape_csv, "a \"b\", c", "\"a \"\"b\"\", c\"");
    assert_put(escape_markdown, "|#a_b", "\\|\\#a\\_b");
}

/* A spreadsheet calculates what begins so, in quotes as well. */
static void no_field_is_a_formula(void **state)
{
    (void)state;
    assert_put(escape_csv, "=1+1", "'=1+1");
    assert_put(escape_csv, "=HYPERLINK(\"a\",1)", "\"'=HYPERLINK(\"\"a\"\",1)\"");
    assert_put(escape_csv, "@SUM(A1)", "'@SUM(A1)");
    assert_put(escape_csv, "+1", "'+1");
    assert_put(escape_csv, "-1", "'-1");
    assert_put(escape_csv, "tcp_tw_reuse=1", "tcp_tw_reuse=1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_steers_a_terminal),
        cmocka_unit_test(a_character_that_is_cut_ends_it),
        cmocka_unit_test(each_format_keeps_its_own),
        cmocka_unit_test(no_field_is_a_formula),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
