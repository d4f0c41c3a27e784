#include "scenario_testing.h"

#include "finwait/variants.h"

static struct scenario *compare(const char *vary, const char *yaml)
{
    struct error error = {0};
    char *text = vary != NULL ? scenario_vary(vary, &error) : NULL;
    const struct scenario_override override = {.path = "vary", .value = text};
    struct scenario *scenario =
        scenario_parse(yaml, strlen(yaml), "t.yaml", &override, text != NULL, &error);

    if (scenario == NULL) {
        error_print(&error, stderr);
    }
    assert_non_null(scenario);
    free(text);
    return scenario;
}

static void assert_names(const char *vary, const char *yaml, const char *const *names)
{
    struct scenario *scenario = compare(vary, yaml);
    struct error error = {0};
    struct variants *variants = variants_new(&scenario->compare, &error);

    assert_non_null(variants);
    for (size_t i = 0; i < variants->count; i++) {
        assert_non_null(names[i]);
        assert_string_equal(variants->item[i].name, names[i]);
    }
    assert_null(names[variants->count]);
    variants_free(variants);
    scenario_free(scenario);
}

static void names_are_short_and_unique(void **state)
{
    (void)state;
    assert_names("client.sysctl.net.ipv4.tcp_tw_reuse=0,1", "{}",
                 (const char *[]){"tcp_tw_reuse=0", "tcp_tw_reuse=1", NULL});
    assert_names(NULL,
                 "{vary: {server.sockopt.linger: [off, 0s], client: {sysctl: "
                 "{net.ipv4.tcp_tw_reuse: [0, 2]}}}}",
                 (const char *[]){"linger=off, tcp_tw_reuse=0", "linger=off, tcp_tw_reuse=2",
                                  "linger=0s, tcp_tw_reuse=0", "linger=0s, tcp_tw_reuse=2", NULL});
    assert_names(NULL, "{vary: {client.sockopt.linger: [off, 0s], server.sockopt.linger: off}}",
                 (const char *[]){"client.linger=off, server.linger=off",
                                  "client.linger=0s, server.linger=off", NULL});
    assert_names(NULL,
                 "{vary: {client.sysctl.net.core.rmem_max: [5000], "
                 "client.sysctl.net.a.rmem_max: [1, 2]}}",
                 (const char *[]){
                     "client.sysctl.net.core.rmem_max=5000, client.sysctl.net.a.rmem_max=1",
                     "client.sysctl.net.core.rmem_max=5000, client.sysctl.net.a.rmem_max=2", NULL});
    assert_names(
        NULL, "{variants: {a: {}, b: {load.rate: max}}, vary: {settle: [0s, 1s]}}",
        (const char *[]){"a, settle=0s", "a, settle=1s", "b, settle=0s", "b, settle=1s", NULL});
    assert_names("about=one that is much longer than any name may be,'another\n one, "
                 "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4'",
                 "{}",
                 (const char *[]){"about=one that is much longer ...",
                                  "about=another one, \xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4...",
                                  NULL});
    assert_names("settle=0s,0s,0s", "{}",
                 (const char *[]){"settle=0s", "settle=0s (2)", "settle=0s (3)", NULL});
}

static void directories_are_below_their_own(void **state)
{
    (void)state;
    static const char *const folders[] = {"_.", "_a", "_", "_ (2)", "a_b"};
    struct error error = {0};
    struct scenario *scenario =
        compare(NULL, "{variants: {..: {}, .a: {}, \xc3\xa4: {}, \xc3\xb6: {}, a / b: {}}}");
    struct variants *variants = variants_new(&scenario->compare, &error);

    assert_non_null(variants);
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        assert_string_equal(variants->item[i].folder, folders[i]);
    }
    variants_free(variants);
    scenario_free(scenario);
}

static void the_command_lines_values_take_the_place_of_the_files(void **state)
{
    (void)state;
    assert_names("settle=1s,2s", "{vary: {decay: [0s, 1s], settle: [0s]}}",
                 (const char *[]){"decay=0s, settle=1s", "decay=0s, settle=2s",
                                  "decay=1s, settle=1s", "decay=1s, settle=2s", NULL});
}

/* Values are what --set takes: each scenario of a variant is loaded from them. */
static void values_are_split_outside_of_brackets_and_quotes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *value[3];
    } cases[] = {
        {"settle=0s, 1s", {"0s", "1s"}},
        {"client.sysctl.net.ipv4.ip_local_port_range=1024 2000,'3000 4000'",
         {"1024 2000", "3000 4000"}},
        {"about='a, b',\"c, 'd'\"", {"a, b", "c, 'd'"}},
        {"about='null',null,''", {"\"null\"", "null", "\"\""}},
        {"faults=null,[{at: 0s, drop: fin, toward: client}]",
         {"null", "[{at: 0s, drop: fin, toward: client}]"}},
        {"client.program=connect repeat(2, 3) close,connect rst",
         {"connect repeat(2, 3) close", "connect rst"}},
        {"client.to=\"[::1]:80\",[::2]:80,::1", {"\"[::1]:80\"", "\"[::2]:80\"", "::1"}},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scenario *scenario = compare(cases[i].text, "{}");
        const struct variant_group *group = &scenario->compare.vary.item[0];

        for (size_t j = 0; j < group->count; j++) {
            assert_string_equal(group->setting[j].value, cases[i].value[j]);
        }
        assert_true(group->count == 3 || cases[i].value[group->count] == NULL);
        assert_round_trip(scenario);
        scenario_free(scenario);
    }
}

/* A quoted text of a file is the same text in the variant's scenario, whatever is in it. */
static void assert_kept(const char *text)
{
    char quoted[32];
    char yaml[64];
    size_t used = 0;

    for (const char *c = text; *c != '\0'; c++) {
        used += (size_t)snprintf(quoted + used, sizeof quoted - used, "%s%c",
                                 *c == '"' || *c == '\\' ? "\\" : "", *c);
    }
    snprintf(yaml, sizeof yaml, "{vary: {about: [\"%s\"]}}", quoted);
    struct scenario *scenario = compare(NULL, yaml);
    const struct variant_setting *setting = &scenario->compare.vary.item[0].setting[0];
    const struct scenario_override override = {setting->path, setting->value, .written = true};
    struct scenario *variant = load_good(NULL, &override, 1);

    assert_string_equal(variant->about, text);
    assert_round_trip(scenario);
    scenario_free(variant);
    scenario_free(scenario);
}

static void any_text_is_kept(void **state)
{
    (void)state;
    static const char special[] = "'\"[]{}~-?:,#&*!|>%@`\\=.<a";
    static const char *const words[] = {"null",   "~",   "Null",  "[a]",
                                        "{a: b}", "'a'", "\"a\"", "a: b"};

    for (size_t i = 0; special[i] != '\0'; i++) {
        for (size_t j = 0; special[j] != '\0'; j++) {
            assert_kept((const char[]){special[i], special[j], '\0'});
            assert_kept((const char[]){special[i], ' ', special[j], '\0'});
            assert_kept((const char[]){special[i], 'x', special[j], '\0'});
        }
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        assert_kept(words[i]);
    }
}

static void what_is_no_list_of_values_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "settle", "=1s", "settle=", "settle=1s,", "settle=,1s", "settle=1s,,2s"};

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct error error = {0};
        assert_null(scenario_vary(bad[i], &error));
        assert_int_equal(error.status, STATUS_USAGE);
    }
}

static void mistakes_are_told_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *what;
        int column;
    } cases[] = {
        {"{vary: {load.rat: [1/s]}}", "\"rat\" in load", 20},
        {"{vary: {load: {rat: [1/s]}}}", "rat", 22},
        {"{vary: {settle: []}}", "no values", 9},
        {"{vary: {vary: [1]}}", "cannot be varied", 16},
        {"{variants: {a: 5}}", "map of options", 16},
        {"{variants: {a: {compare.rounds: 5}}}", "cannot be varied", 33},
        {"{variants: [a]}", "cannot be a list", 12},
        {"{compare: {rounds: 0}}", "compare.rounds", 20},
        {"{compare: {margin: 5}}", "compare.margin", 20},
        {"{compare: {fail-if: [[a]]}}", "not a text", 22},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error = {0};
        assert_null(
            scenario_parse(cases[i].yaml, strlen(cases[i].yaml), "t.yaml", NULL, 0, &error));
        assert_int_equal(error.status, STATUS_USAGE);
        if (strstr(error.what, cases[i].what) == NULL || error.column != cases[i].column) {
            fail_msg("%s: %s, column %d", cases[i].yaml, error.what, error.column);
        }
    }
}

static void too_few_and_too_many_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{}", "{vary: {settle: [1s]}}", "{variants: {a: {}}}",
        "{vary: {settle: [0s, 1s, 2s, 3s, 4s], decay: [0s, 1s, 2s, 3s, 4s], ip: [v4, v6, v4]}}"};

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct scenario *scenario = compare(NULL, bad[i]);
        struct error error = {0};
        assert_null(variants_new(&scenario->compare, &error));
        assert_int_equal(error.status, STATUS_USAGE);
        scenario_free(scenario);
    }
}

/* Each is there once; a seed and a round give the same again; places are as likely. */
static void a_rounds_order_is_a_fair_shuffle_of_its_own(void **state)
{
    (void)state;
    enum { COUNT = 5, ROUNDS = 20000 };
    size_t first[COUNT] = {0};
    size_t order[COUNT];
    size_t again[COUNT];

    for (uint64_t round = 0; round < ROUNDS; round++) {
        unsigned seen = 0;
        variants_shuffle(COUNT, order, 42, round);
        variants_shuffle(COUNT, again, 42, round);
        assert_memory_equal(order, again, sizeof order);
        for (size_t i = 0; i < COUNT; i++) {
            seen |= 1U << order[i];
        }
        assert_int_equal(seen, (1U << COUNT) - 1);
        first[order[0]]++;
    }
    for (size_t i = 0; i < COUNT; i++) { /* 4,000 are due; 57 is the standard deviation */
        assert_in_range(first[i], 3700, 4300);
    }
    variants_shuffle(COUNT, order, 1, 1);
    variants_shuffle(COUNT, again, 2, 1);
    assert_memory_not_equal(order, again, sizeof order);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_short_and_unique),
        cmocka_unit_test(directories_are_below_their_own),
        cmocka_unit_test(the_command_lines_values_take_the_place_of_the_files),
        cmocka_unit_test(values_are_split_outside_of_brackets_and_quotes),
        cmocka_unit_test(any_text_is_kept),
        cmocka_unit_test(what_is_no_list_of_values_is_refused),
        cmocka_unit_test(mistakes_are_told_with_their_place),
        cmocka_unit_test(too_few_and_too_many_are_refused),
        cmocka_unit_test(a_rounds_order_is_a_fair_shuffle_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
