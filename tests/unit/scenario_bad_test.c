#include "scenario_testing.h"

#include <glob.h>
#include <sys/resource.h>
#include <unistd.h>

/*
 * Each tests/data/scenario/bad/NAME.yaml must be refused with exactly what NAME.expect says:
 * place, what is wrong, what to do.
 */

static char *read_text(const char *file, size_t *length)
{
    FILE *in = fopen(file, "rb");
    char *text = calloc(1, 65536);

    if (in == NULL) {
        fail_msg("%s cannot be read", file);
    }
    assert_non_null(text);
    *length = fread(text, 1, 65535, in);
    fclose(in);
    return text;
}

/* The error as users see it. */
static char *format_error(const struct error *error)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    error_print(error, out);
    fclose(out);
    return text;
}

static void check_bad(const char *file)
{
    struct error error = {0};
    const char *name = strrchr(file, '/') + 1;
    char expect_file[4096];
    size_t length;
    size_t expected_length;

    snprintf(expect_file, sizeof expect_file, "%.*s.expect", (int)(strlen(file) - 5), file);
    char *yaml = read_text(file, &length);
    struct scenario *scenario = scenario_parse(yaml, length, name, NULL, 0, &error);
    if (scenario != NULL) {
        fail_msg("%s was taken", name);
    }
    char *printed = format_error(&error);
    char *expected = read_text(expect_file, &expected_length);
    assert_int_equal(error.status, STATUS_USAGE);
    assert_string_equal(printed, expected);
    free(yaml);
    free(printed);
    free(expected);
}

static void bad_files_are_refused_with_place_and_advice(void **state)
{
    glob_t found;

    (void)state;
    assert_int_equal(glob(TEST_DATA "/scenario/bad/*.yaml", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        check_bad(found.gl_pathv[i]);
    }
    globfree(&found);
}

static void bad_overrides_are_refused_where_they_were_said(void **state)
{
    (void)state;
    static const struct {
        const char *path, *value, *where, *what, *hint;
    } cases[] = {
        {"load.conections", "5", "--set load.conections=5", "unknown option \"conections\" in load",
         "did you mean \"connections\"?"},
        {"connections", "5", "--set connections=5", "unknown option \"connections\"",
         "did you mean load.connections?"},
        {"load", "5", "--set load=5", "load is a map of options", "write --set load.NAME=VALUE"},
        {"client.sysctl", "1", "--set client.sysctl=1", "client.sysctl is a map of options",
         "write --set client.sysctl.NAME=VALUE"},
        {"server", "none", "--set server=none", "server is a map of options",
         "write --set server.NAME=VALUE"},
        {"load.rate", "fast", "--set load.rate=fast", "load.rate: \"fast\" is not a rate",
         "write e.g. 5000/s, 300/m or max"},
        {"lab", "hosts", "--set lab=hosts", "lab: \"hosts\" is not one of private|host",
         "did you mean \"host\"?"},
        {"name", "\xff", "--set name=\xff", "name is not plain text",
         "write UTF-8 without control characters"},
        {"name", "", "--set name=", "name is 0 bytes long",
         "it can be 1 to 100, blanks at its ends not counted"},
        {"client.sysctl.net.ipv4...evil", "1", "--set client.sysctl.net.ipv4...evil=1",
         "client.sysctl: \"net.ipv4...evil\" is not the name of a net.* sysctl",
         "write e.g. net.ipv4.tcp_tw_reuse: 1"},
        {"client.sysctl.kernel.panic", "1", "--set client.sysctl.kernel.panic=1",
         "client.sysctl: \"kernel.panic\" is not the name of a net.* sysctl",
         "write e.g. net.ipv4.tcp_tw_reuse: 1"},
        {"client.sysctl.net.ipv4.tcp_syn_retries", "0",
         "--set client.sysctl.net.ipv4.tcp_syn_retries=0",
         "net.ipv4.tcp_syn_retries: the kernel does not take \"0\"",
         "it takes 1 to 127 (times); its default is 6"},
        {"client.program", "connect close", "--set client.program=connect close",
         "client.program is given, server.program is not", "write both programs, or an order"},
        {"client.program", "connect sned close", "--set client.program=connect sned close",
         "there is no step `sned`", "did you mean `send`?"},
        {"client", "none", "--set client=none", "client: none needs load.duration",
         "nothing else tells when the load ends: write e.g. load: {duration: 10s}"},
        {"faults", "{at: 1s, dorp: fin}", "--set faults={at: 1s, dorp: fin}",
         "a fault has no key \"dorp\"", "did you mean \"drop\"?"},
        {"faults", "drop", "--set faults=drop", "faults cannot be a text",
         "write maps, e.g. [{at: 1s, drop: fin, toward: client}]"},
        {"faults", "", "--set faults=", "faults has no value",
         "write one, or null to leave it as by default"},
        {"faults", "{drop: fin}\nlab: host", "--set faults={drop: fin}\nlab: host",
         "faults: more than one value", "write several as a list, [{…}, {…}]"},
        {"events", "{kill: server", "--set events={kill: server",
         "not valid YAML: did not find expected ',' or '}' while parsing a flow mapping",
         "look at the indentation (blanks, no tabs), brackets and quotes from line 1 on"},
        {"events", "{start: server}", "--set events={start: server}",
         "{at: 0s, start: server} cannot happen",
         "it runs from the beginning: write a kill before it, or for a new one beside it server: "
         "{sockopt: {reuseport: on}}"},
        {"expect", "", "--expect \"\"", "expect: not an expectation",
         "write e.g. \"- server.time_wait.peak >= 5000\""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct scenario_override override = {cases[i].path, cases[i].value};
        struct error error = {0};
        assert_null(scenario_load(NULL, &override, 1, &error));
        assert_string_equal(error.what, cases[i].what);
        assert_string_equal(ERROR_PLACE_OF(&error), cases[i].where);
        assert_string_equal(error.hint, cases[i].hint);
        assert_int_equal(error.status, STATUS_USAGE);
    }
}

/* What people write after --set, where quotes and nothing at all mean something. */
static void bad_values_as_written_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *path, *value, *what, *hint;
    } cases[] = {
        {"load.connections", "", "load.connections has no value",
         "write one, or null to leave it as by default"},
        {"order", "", "order has no value", "write one, or null to leave it as by default"},
        {"client.sysctl.net.ipv4.tcp_tw_reuse", "",
         "client.sysctl.net.ipv4.tcp_tw_reuse has no value",
         "write one, or null to leave it as by default"},
        {"client.sysctl.net.ipv4.ip_local_port_range", "\"1024 65535",
         "client.sysctl.net.ipv4.ip_local_port_range: what follows the quote is not one text",
         "put all of the value in quotes, or nothing"},
        {"about", "'a' and 'b'", "about: what follows the quote is not one text",
         "put all of the value in quotes, or nothing"},
        {"about", "\"a\"\nb: c", "about: what follows the quote is not one text",
         "put all of the value in quotes, or nothing"},
        {"load.connections", "\"\"", "load.connections: \"\" is not a count",
         "write a whole number, e.g. 5000, 50k or 2M"},
        {"load.connections", "\"null\"", "load.connections: \"null\" is not a count",
         "write a whole number, e.g. 5000, 50k or 2M"},
        {"laod", "null", "unknown option \"laod\"", "did you mean \"load\"?"},
        {"load", "", "load is a map of options", "write --set load.NAME=VALUE"},
        {"expect", "", "expect: not an expectation",
         "write e.g. \"- server.time_wait.peak >= 5000\""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct scenario_override override = {cases[i].path, cases[i].value, true};
        struct error error = {0};
        assert_null(scenario_load(NULL, &override, 1, &error));
        assert_string_equal(error.what, cases[i].what);
        assert_string_equal(error.hint, cases[i].hint);
        assert_int_equal(error.status, STATUS_USAGE);
    }
}

static void a_file_that_cannot_be_read_says_why(void **state)
{
    (void)state;
    struct error error = {0};

    assert_null(scenario_load("/nonexistent.yaml", NULL, 0, &error));
    assert_int_equal(error.status, STATUS_USAGE);
    assert_string_equal(error.what,
                        "cannot read /nonexistent.yaml: ENOENT (No such file or directory)");
    assert_null(scenario_load("/", NULL, 0, &error));
    assert_string_equal(error.what, "cannot read /: EISDIR (Is a directory)");
    assert_null(scenario_load("/dev/zero", NULL, 0, &error));
    assert_string_equal(error.what, "cannot read /dev/zero: it is larger than 1 MiB");
    assert_null(scenario_load("/dev/null", NULL, 0, &error));
    assert_string_equal(error.what, "the scenario is empty");
}

static void a_machine_without_descriptors_is_no_mistake(void **state)
{
    (void)state;
    struct error error = {0};
    struct rlimit before;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    struct rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_null(scenario_load("/dev/null", NULL, 0, &error));
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(error.status, STATUS_MACHINE);
    assert_non_null(strstr(error.what, "cannot read /dev/null: EMFILE"));
    assert_non_null(strstr(error.hint, "ulimit -n"));
}

static char *repeat(const char *piece, size_t times)
{
    size_t length = strlen(piece);
    char *text = malloc(length * times + 1);

    assert_non_null(text);
    for (size_t i = 0; i < times; i++) {
        memcpy(text + i * length, piece, length);
    }
    text[length * times] = '\0';
    return text;
}

/* Small files that would cost much time, stack or memory. */
static void costly_files_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *piece;
        size_t times;
        const char *what;
    } cases[] = {
        {"[", 500000, "nested too deep"},       {"{a: ", 200000, "nested too deep"},
        {"- ", 200000, "nested too deep"},      {"- a\n", 200000, "too many values"},
        {"? ", 200000, "a key must be a word"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error = {0};
        char *yaml = repeat(cases[i].piece, cases[i].times);
        assert_null(parse_with(yaml, NULL, 0, &error));
        assert_string_equal(error.what, cases[i].what);
        free(yaml);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_files_are_refused_with_place_and_advice),
        cmocka_unit_test(bad_overrides_are_refused_where_they_were_said),
        cmocka_unit_test(bad_values_as_written_are_refused),
        cmocka_unit_test(a_file_that_cannot_be_read_says_why),
        cmocka_unit_test(a_machine_without_descriptors_is_no_mistake),
        cmocka_unit_test(costly_files_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
