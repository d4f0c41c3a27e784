#include "scenario_testing.h"

/* client.mix: what it takes, what it refuses and where, and what overrules it. */

#define SERVER "server: {program: accept recv send close}\n"

static void a_mix_is_read(void **state)
{
    struct scenario *scenario =
        parse_good("client:\n"
                   "  mix:\n"
                   "    - {name: polite, weight: 8, program: connect send recv close}\n"
                   "    - {weight: 2, program: [connect, send, rst]}\n"
                   "    - {program: \"connect recv(or-fin,5s) close\"}\n" SERVER);
    char text[PROGRAM_TEXT];

    (void)state;
    assert_int_equal(scenario_programs(scenario, SIDE_CLIENT), 3);
    assert_int_equal(scenario_programs(scenario, SIDE_SERVER), 1);
    assert_string_equal(scenario->order, "custom");
    assert_string_equal(scenario->mix.item[0].name, "polite");
    assert_string_equal(scenario->mix.item[1].name, "p2");
    assert_int_equal(scenario->mix.item[0].weight, 8);
    assert_int_equal(scenario->mix.item[2].weight, 1);
    assert_string_equal(
        program_format(text, sizeof text, scenario_program(scenario, SIDE_CLIENT, 1)),
        "connect send rst");
    assert_int_equal(scenario->mix.turns, 11);
    assert_round_trip(scenario);
    scenario_free(scenario);
}

static void what_is_no_mix_is_refused_where_it_stands(void **state)
{
    static const struct {
        const char *mix, *where, *what;
    } cases[] = {
        {"[]", "1:15", "client.mix has no program"},
        {"[connect close]", "1:16", "a list of maps, and this is a text"},
        {"[{weight: 1}]", "1:16", "one of client.mix has no program"},
        {"[{weight: 0, program: connect close}]", "1:25", "weight: 0 is out of bounds"},
        {"[{weight: many, program: connect close}]", "1:25", "is not a count"},
        {"[{weigth: 2, program: connect close}]", "1:17", "has no \"weigth\""},
        {"[{name: a.b, program: connect close}]", "1:23", "cannot be part of a metric's name"},
        {"[{name: 7up, program: connect close}]", "1:23", "cannot be part of a metric's name"},
        {"[{name: [a], program: connect close}]", "1:23", "name cannot be a list"},
        {"[{name: a, program: connect close}, {name: a, program: connect rst}]", "1:51",
         "two programs of client.mix are called a"},
        {"[{program: connect close}, {program: connect sned close}]", "1:60", "no step `sned`"},
        {"[{program: connect close}, {program: accept close}]", "1:52", "begins with `connect`"},
        {"[{program: connect close}, {program: connect notify close}]", "1:60",
         "`notify` needs transport: tls"},
        {"[{program: connect close}, {program: connect wait-fin close}]", "1:42",
         "neither can go on"},
        {"[{weight: 1000, program: connect close}, {weight: 999, program: connect rst}]", "1:15",
         "come to more than 1000"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char yaml[512], where[64];
        struct error error = {0};
        snprintf(yaml, sizeof yaml, "client: {mix: %s}\nserver: {program: accept wait-fin close}\n",
                 cases[i].mix);
        struct scenario *scenario = parse_with(yaml, NULL, 0, &error);
        if (scenario != NULL) {
            fail_msg("%s was taken", cases[i].mix);
        }
        snprintf(where, sizeof where, "test.yaml:%s", cases[i].where);
        if (strstr(error.what, cases[i].what) == NULL ||
            strcmp(ERROR_PLACE_OF(&error), where) != 0) {
            fail_msg("%s: %s: %s\n%s", cases[i].mix, ERROR_PLACE_OF(&error), error.what,
                     error.hint);
        }
        assert_true(error.hint[0] != '\0' || i == 3);
    }
}

#define ONE   "{program: connect close}, "
#define THREE ONE ONE ONE

static void nine_programs_are_too_many(void **state)
{
    static const char yaml[] = "client: {mix: [" THREE THREE THREE "]}\n" SERVER;
    struct error error = {0};

    (void)state;
    assert_null(parse_with(yaml, NULL, 0, &error));
    assert_non_null(strstr(error.what, "more than 8 programs"));
}

static struct scenario *override_mix(const char *yaml, const char *path, const char *value,
                                     struct error *error)
{
    const struct scenario_override override = {path, value, true};

    return parse_with(yaml, &override, 1, error);
}

static void the_command_line_overrules(void **state)
{
    static const char mix[] = "client: {mix: [{program: connect send rst}]}\n" SERVER;
    static const char program[] = "client: {program: connect send rst}\n" SERVER;
    struct error error = {0};
    struct scenario *scenario =
        override_mix(mix, "client.program", "connect send recv close", &error);

    (void)state;
    assert_non_null(scenario);
    assert_int_equal(scenario->mix.count, 0);
    assert_int_equal(scenario->side[SIDE_CLIENT].program.length, 4);
    scenario_free(scenario);
    scenario = override_mix(mix, "order", "client-first", &error);
    assert_non_null(scenario);
    assert_int_equal(scenario->mix.count, 0);
    scenario_free(scenario);
    scenario = override_mix(program, "client.mix", "[{program: connect close}]", &error);
    assert_non_null(scenario);
    assert_int_equal(scenario->mix.count, 1);
    scenario_free(scenario);
    scenario = override_mix(mix, "client.mix", "null", &error);
    assert_null(scenario);
    assert_non_null(strstr(error.what, "client.program is not"));
}

static void both_ways_exclude_each_other(void **state)
{
    static const char *const files[] = {
        SERVER "client: {program: connect close, mix: [{program: connect rst}]}\n",
        "order: client-first\nclient: {mix: [{program: connect rst}]}\n",
        "client: {mix: [{program: connect rst}]}\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct error error = {0};
        assert_null(parse_with(files[i], NULL, 0, &error));
        assert_non_null(strstr(error.what, i == 2 ? "is not" : "exclude each other"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mix_is_read),
        cmocka_unit_test(what_is_no_mix_is_refused_where_it_stands),
        cmocka_unit_test(nine_programs_are_too_many),
        cmocka_unit_test(the_command_line_overrules),
        cmocka_unit_test(both_ways_exclude_each_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
