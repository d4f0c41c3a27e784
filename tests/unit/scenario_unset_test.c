#include "scenario_values.h"

#include <glob.h>

#include "options.h"

/* What null takes back: of every option, whoever gave it, all that its value had changed. */

#define CONTEXT_MAX 3

/* What is said besides, so that defaults that depend on it come back, too. */
static const struct scenario_override contexts[][CONTEXT_MAX] = {
    {{NULL}},
    {{"transport", "tls"}},
    {{"transport", "tls"}, {"protocol", "raw"}},
    {{"order", "simultaneous"}},
    {{"load.duration", "1s"}},
    {{"lab", "host"}, {"ip", "v6"}},
    {{"client.sockopt.linger", "0s"}, {"server.sockopt.linger2", "-1"}},
};
#define CONTEXTS (sizeof contexts / sizeof contexts[0])

static size_t count_context(const struct scenario_override *context)
{
    size_t count = 0;

    while (count < CONTEXT_MAX && context[count].path != NULL) {
        count++;
    }
    return count;
}

/* ---- comparing scenarios ---- */

static void assert_texts_equal(const char *a, const char *b)
{
    assert_string_equal(a != NULL ? a : "(none)", b != NULL ? b : "(none)");
}

static bool is_kept_as_text(enum value_kind kind)
{
    return kind == VALUE_TEXT || kind == VALUE_TEXT_OR_NONE || kind == VALUE_FILE ||
           kind == VALUE_KNOWN;
}

static void assert_fields_equal(const struct scenario *a, const struct scenario *b)
{
    for (size_t i = 0; i < option_count(); i++) {
        const struct option *option = option_at(i);
        const char *in_a = (const char *)a + option->offset;
        const char *in_b = (const char *)b + option->offset;

        if (is_kept_as_text(option->takes.kind)) {
            assert_texts_equal(*(char *const *)in_a, *(char *const *)in_b);
        } else if (option->size > 0) {
            assert_memory_equal(in_a, in_b, option->size);
        }
    }
}

static void assert_sides_equal(const struct side_spec *a, const struct side_spec *b)
{
    assert_memory_equal(&a->sockopt, &b->sockopt, sizeof a->sockopt);
    assert_int_equal(a->none, b->none);
    assert_memory_equal(&a->program, &b->program, sizeof a->program);
    assert_int_equal(a->program_where.line, b->program_where.line);
    assert_int_equal(a->sysctl.count, b->sysctl.count);
}

static void assert_scenarios_equal(const struct scenario *a, const struct scenario *b)
{
    struct pairs of_a = {0};
    struct pairs of_b = {0};

    assert_fields_equal(a, b);
    for (unsigned side = 0; side < SIDE_N; side++) {
        assert_sides_equal(&a->side[side], &b->side[side]);
    }
    assert_int_equal(a->fault_count, b->fault_count);
    assert_int_equal(a->event_count, b->event_count);
    assert_int_equal(a->expect_count, b->expect_count);
    scenario_each(a, pairs_add, &of_a);
    scenario_each(b, pairs_add, &of_b);
    assert_pairs_equal(&of_a, &of_b);
    pairs_fini(&of_a);
    pairs_fini(&of_b);
}

/* ---- who gave it ---- */

/* "a.b.c" and a value as a file has them, a line each; a new string. */
static char *as_yaml(const char *path, const char *value)
{
    bool quoted = value[0] == '[' && value[1] != '{'; /* an address */
    const char *quote = quoted ? "\"" : "";
    char *yaml = NULL;
    size_t size;
    FILE *out = open_memstream(&yaml, &size);
    int indent = 0;

    assert_non_null(out);
    for (const char *dot; (dot = strchr(path, '.')) != NULL; path = dot + 1) {
        fprintf(out, "%*s%.*s:\n", indent++, "", (int)(dot - path), path);
    }
    fprintf(out, "%*s%s: %s%s%s\n", indent, "", path, quote, value, quote);
    assert_int_equal(fclose(out), 0);
    return yaml;
}

struct give {
    const char *yaml;
    size_t count;
    struct scenario_override override[CONTEXT_MAX + 2];
};

/* The context comes last: it may name the option itself. */
static struct scenario *build(struct give *give, const struct scenario_override *context)
{
    size_t count = count_context(context);
    struct error error = {0};

    memcpy(&give->override[give->count], context, count * sizeof *context);
    struct scenario *scenario = parse_with(give->yaml, give->override, give->count + count, &error);
    if (scenario == NULL) {
        error_print(&error, stderr);
    }
    assert_non_null(scenario);
    return scenario;
}

static void assert_given_back(struct give *give, const struct scenario_override *context)
{
    struct give nothing = {.yaml = "{}"};
    struct scenario *never = build(&nothing, context);
    struct scenario *again = build(give, context);

    assert_scenarios_equal(again, never);
    scenario_free(never);
    scenario_free(again);
}

/* A value by the file or by the command line, and null for `path`. */
static void try_null(const struct scenario_override *other, const char *path,
                     const struct scenario_override *context)
{
    char *yaml = as_yaml(other->path, other->value);
    const struct scenario_override null = {path, "null", true};
    struct give by_file = {.yaml = yaml, .count = 1, .override = {null}};
    struct give by_set = {.yaml = "{}", .count = 2, .override = {*other, null}};

    assert_given_back(&by_file, context);
    assert_given_back(&by_set, context);
    free(yaml);
}

static void every_option_is_given_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < option_count(); i++) {
        const char *path = option_at(i)->path;
        const struct scenario_override *other = other_value(path);

        assert_non_null(other);
        for (size_t c = 0; c < CONTEXTS; c++) {
            try_null(other, path, contexts[c]);
            try_null(other, other->path, contexts[c]);
        }
    }
}

/* Whatever map the option is in, null takes the map back with it. */
static void every_map_is_given_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < option_count(); i++) {
        const struct scenario_override *other = other_value(option_at(i)->path);
        char map[128];

        snprintf(map, sizeof map, "%s", other->path);
        for (char *dot; (dot = strrchr(map, '.')) != NULL;) {
            *dot = '\0';
            try_null(other, map, contexts[0]);
        }
    }
}

/* A map of sysctls is taken back by its parts, and what only begins alike stays. */
static void sysctls_are_given_back_by_their_map(void **state)
{
    static const char yaml[] = "client: {sysctl: {net.ipv4.tcp_tw_reuse: 1, net.ipv4.tcp_rmem: 1 2 "
                               "3, net.ipv4.tcp_syn_retries: 2, net.core.somaxconn: 9}}";
    const struct scenario_override overrides[] = {
        {"client.sysctl.net.ipv4.tcp_tw", "null", true},
        {"client.sysctl.net.core", "null", true},
        {"client.sysctl.net.ipv4.tcp_rmem", "~", true},
    };
    struct error error = {0};
    struct scenario *scenario = parse_with(yaml, overrides, 3, &error);

    (void)state;
    assert_non_null(scenario);
    const struct sysctl_settings *sysctl = &scenario->side[SIDE_CLIENT].sysctl;
    assert_int_equal(sysctl->count, 2);
    assert_string_equal(sysctl->item[0].name, "net.ipv4.tcp_tw_reuse");
    assert_string_equal(sysctl->item[1].name, "net.ipv4.tcp_syn_retries");
    scenario_free(scenario);
}

/* Whatever the scenarios that ship say. */
static void nothing_of_a_file_stays(void **state)
{
    struct scenario_override nulls[OPTION_MAX];
    struct error error;
    glob_t found;

    (void)state;
    for (size_t i = 0; i < option_count(); i++) {
        nulls[i] = (struct scenario_override){option_at(i)->path, "null", true};
    }
    assert_int_equal(glob(SOURCE_DIR "/configs/*/*.yaml", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct scenario *emptied = load_good(found.gl_pathv[i], nulls, option_count());
        struct scenario *never = scenario_parse("{}", 2, found.gl_pathv[i], NULL, 0, &error);

        assert_non_null(never);
        assert_scenarios_equal(emptied, never);
        scenario_free(emptied);
        scenario_free(never);
    }
    globfree(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_is_given_back),
        cmocka_unit_test(every_map_is_given_back),
        cmocka_unit_test(sysctls_are_given_back_by_their_map),
        cmocka_unit_test(nothing_of_a_file_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
