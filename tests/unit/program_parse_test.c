#include "program_testing.h"

/* Parse what stands in pair.yaml from line 7, column 12 on, and have an error point there. */
static int parse_there(struct program *program, const char *text, enum side side,
                       struct error *error)
{
    struct where where = {"pair.yaml", 7, 12};
    struct program_places places;

    if (program_parse(program, text, side, &places, error) == 0) {
        return 0;
    }
    for (size_t i = 0; i < places.fault; i++) {
        where.column = text[i] == '\n' ? 1 : where.column + 1;
        where.line += text[i] == '\n';
    }
    return error_at(error, where);
}

static void a_program_is_read_step_by_step(void **state)
{
    struct program program;

    (void)state;
    parse_or_fail(&program,
                  "connect send recv repeat(3) drain shut-rd pause(250ms) linger(2s) close",
                  SIDE_CLIENT);
    static const struct step expected[] = {
        {STEP_CONNECT, 0},       {STEP_SEND, 0},   {STEP_RECV, 0},
        {STEP_REPEAT, 3},        {STEP_DRAIN, 0},  {STEP_SHUT_RD, 0},
        {STEP_PAUSE, 250000000}, {STEP_LINGER, 2}, {STEP_CLOSE, 0},
    };
    assert_int_equal(program.length, COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_int_equal(program.step[i].op, expected[i].op);
        assert_int_equal(program.step[i].arg, expected[i].arg);
    }
}

/* What is written in any of these ways is formatted in one. */
static void texts_have_one_canonical_form(void **state)
{
    static const struct {
        enum side side;
        const char *text, *canonical;
    } cases[] = {
        {SIDE_CLIENT, "connect close", "connect close"},
        {SIDE_CLIENT, "  connect,send ,\n\trecv\r\n close,", "connect send recv close"},
        {SIDE_SERVER, "accept recv send repeat(50k) wait-fin close",
         "accept recv send repeat(50000) wait-fin close"},
        {SIDE_SERVER, "accept pause( 1.5s ) hold", "accept pause(1500ms) hold"},
        {SIDE_SERVER, "accept pause(0s) pause(1h) die", "accept pause(0s) pause(1h) die"},
        {SIDE_CLIENT, "connect linger(off) linger(0s) linger(1h) close",
         "connect linger(off) linger(0s) linger(1h) close"},
        {SIDE_CLIENT, "connect linger(1m) close", "connect linger(1m) close"},
        {SIDE_CLIENT, "connect send repeat(1) rst", "connect send repeat(1) rst"},
        {SIDE_CLIENT, "connect send repeat(1000000) rst", "connect send repeat(1000000) rst"},
        {SIDE_SERVER, "accept recv( 5s ,head, or-fin ) wait-fin(1500ms) close",
         "accept recv(head,or-fin,5s) wait-fin(1500ms) close"},
        {SIDE_CLIENT, "connect(hello) pause(1s) hold", "connect(hello) pause(1s) hold"},
        {SIDE_CLIENT, "connect( partial ) drain rst", "connect(hello) drain rst"},
        {SIDE_CLIENT, "connect(flight) shut-wr wait-fin close",
         "connect(flight) shut-wr wait-fin close"},
        {SIDE_SERVER, "accept wait-fin send shut-wr shut-rd close",
         "accept wait-fin send shut-wr shut-rd close"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct program program, again;
        char text[PROGRAM_TEXT];
        parse_or_fail(&program, cases[i].text, cases[i].side);
        assert_string_equal(program_format(text, sizeof text, &program), cases[i].canonical);
        parse_or_fail(&again, text, cases[i].side);
        assert_memory_equal(&program, &again, sizeof program);
    }
}

struct refusal {
    enum side side;
    const char *text;
    const char *where; /* "" for the first character's */
    const char *what;  /* part of the message */
    const char *hint;  /* part of the hint */
};

static void check_refusals(const struct refusal *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct refusal *wanted = &cases[i];
        struct program program;
        struct error error = {0};
        if (parse_there(&program, wanted->text, wanted->side, &error) != -1) {
            fail_msg("`%s` was taken", wanted->text);
        }
        assert_int_equal(error.status, STATUS_USAGE);
        if (strcmp(ERROR_PLACE_OF(&error), wanted->where) != 0 ||
            strstr(error.what, wanted->what) == NULL || strstr(error.hint, wanted->hint) == NULL) {
            fail_msg("`%s` gave\n  %s: %s\n  %s\nnot\n  %s: %s\n  %s", wanted->text,
                     ERROR_PLACE_OF(&error), error.what, error.hint, wanted->where, wanted->what,
                     wanted->hint);
        }
    }
}

static void nothing_goes_through_a_handshake_that_was_given_up(void **state)
{
    static const struct refusal cases[] = {
        {SIDE_CLIENT, "connect(hello) send close", "pair.yaml:7:27",
         "`send` cannot follow `connect(hello)`", "`shut-wr`"},
        {SIDE_CLIENT, "connect(flight) drain recv close", "pair.yaml:7:34",
         "`recv` cannot follow `connect(flight)`", "`close`"},
        {SIDE_CLIENT, "connect(partial) notify close", "pair.yaml:7:29",
         "`notify` cannot follow `connect(hello)`", "`close`"},
        {SIDE_CLIENT, "connect(flight) wait-notify close", "pair.yaml:7:28",
         "`wait-notify` cannot follow", "`wait-fin`"},
        {SIDE_CLIENT, "connect(helo) close", "pair.yaml:7:12", "is not one of hello|flight|partial",
         "hello"},
        {SIDE_CLIENT, "connect() close", "pair.yaml:7:12", "is not one of", "hello or flight"},
        {SIDE_SERVER, "accept(hello) close", "pair.yaml:7:12", "takes no argument", "parentheses"},
    };

    (void)state;
    check_refusals(cases, COUNT(cases));
}

static void words_that_are_no_steps_are_refused(void **state)
{
    static const struct refusal cases[] = {
        {SIDE_CLIENT, "connect sned close", "pair.yaml:7:20", "no step `sned`", "`send`"},
        {SIDE_CLIENT, "connect send\n  wait-fn\nclose", "pair.yaml:8:3", "no step `wait-fn`",
         "`wait-fin`"},
        {SIDE_CLIENT, "connect Close", "pair.yaml:7:20", "no step `Close`", "`close`"},
        {SIDE_CLIENT, "connect frobnicate", "pair.yaml:7:20", "no step `frobnicate`",
         "finwait list steps"},
        {SIDE_CLIENT, "connect \x01\xff close", "pair.yaml:7:20", "no step `\?\?`", "list steps"},
        {SIDE_CLIENT, "connect (3) close", "pair.yaml:7:20", "`(` where a step should begin",
         "directly"},
        {SIDE_CLIENT, "connect send) close", "pair.yaml:7:24", "`)` where a step should begin",
         "directly"},
        {SIDE_CLIENT,
         "connect aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "pair.yaml:7:20", "aaa...`", "list steps"},
    };

    (void)state;
    check_refusals(cases, COUNT(cases));
}

static void arguments_are_checked(void **state)
{
    static const struct refusal cases[] = {
        {SIDE_CLIENT, "connect pause close", "pair.yaml:7:20", "`pause` needs an argument",
         "pause(10s)"},
        {SIDE_CLIENT, "connect send(2) close", "pair.yaml:7:20",
         "`send`: \"2\" is not one of head|rest", "write head or rest"},
        {SIDE_CLIENT, "connect send() close", "pair.yaml:7:20",
         "`send`: \"\" is not one of head|rest", "write head or rest"},
        {SIDE_CLIENT, "connect pause() close", "pair.yaml:7:20", "`pause`: \"\" is not a duration",
         "e.g. 10s"},
        {SIDE_CLIENT, "connect pause(10) close", "pair.yaml:7:20",
         "`pause`: \"10\" is not a duration", "did you mean 10s?"},
        {SIDE_CLIENT, "connect pause(61m) close", "pair.yaml:7:20", "`pause`: 61m is out of bounds",
         "0s to 1h"},
        {SIDE_CLIENT, "connect pause(-1s) close", "pair.yaml:7:20", "`pause`: -1s is out of bounds",
         "0s to 1h"},
        {SIDE_CLIENT, "connect pause(1s close", "pair.yaml:7:20", "no closing parenthesis",
         "pause(100ms)"},
        {SIDE_CLIENT, "connect pause((1s)) close", "pair.yaml:7:20", "no closing parenthesis",
         "pause(100ms)"},
        {SIDE_CLIENT, "connect send repeat close", "pair.yaml:7:25", "`repeat` needs an argument",
         "repeat(5000)"},
        {SIDE_CLIENT, "connect send repeat(0) close", "pair.yaml:7:25",
         "`repeat`: 0 is out of bounds", "1 to 1000000"},
        {SIDE_CLIENT, "connect send repeat(1000001) close", "pair.yaml:7:25",
         "1000001 is out of bounds", "1 to 1000000"},
        {SIDE_CLIENT, "connect send repeat(99999999999999999999999) close", "pair.yaml:7:25",
         "is out of bounds", "1 to 1000000"},
        {SIDE_CLIENT, "connect send repeat(2s) close", "pair.yaml:7:25",
         "`repeat`: \"2s\" is not a count", "e.g. 5000"},
        {SIDE_CLIENT, "connect linger(1.5s) close", "pair.yaml:7:20", "whole seconds", "e.g. 2s"},
        {SIDE_CLIENT, "connect linger(3601s) close", "pair.yaml:7:20", "3601s is out of bounds",
         "0s to 1h"},
        {SIDE_CLIENT, "connect linger(on) close", "pair.yaml:7:20", "off or whole seconds",
         "e.g. 2s"},
        /* Cut to what fits, this would be a valid 0. */
        {SIDE_CLIENT, "connect linger(00000000000000000000000000000000000000000000000001) close",
         "pair.yaml:7:20", "whole seconds", "e.g. 2s"},
    };

    (void)state;
    check_refusals(cases, COUNT(cases));
}

static void programs_begin_and_end_as_programs_do(void **state)
{
    static const struct refusal cases[] = {
        {SIDE_CLIENT, "", "pair.yaml:7:12", "the client's program is empty", "connect"},
        {SIDE_SERVER, " ,\n", "pair.yaml:7:12", "the server's program is empty", "accept"},
        {SIDE_CLIENT, "send close", "pair.yaml:7:12", "begins with `connect`, not with `send`",
         "put `connect` first"},
        {SIDE_CLIENT, "accept close", "pair.yaml:7:12", "begins with `connect`, not with `accept`",
         "put `connect` first"},
        {SIDE_SERVER, "connect close", "pair.yaml:7:12", "begins with `accept`, not with `connect`",
         "put `accept` first"},
        {SIDE_CLIENT, "connect send connect close", "pair.yaml:7:25", "can only begin",
         "leave it out"},
        {SIDE_CLIENT, "connect send accept close", "pair.yaml:7:25", "can only begin",
         "leave it out"},
        {SIDE_CLIENT, "connect", "pair.yaml:7:12", "does not end after `connect`", "`hold`"},
        {SIDE_CLIENT, "connect send recv", "pair.yaml:7:25", "does not end after `recv`",
         "`close`"},
        {SIDE_CLIENT, "connect send repeat(2)", "pair.yaml:7:25", "does not end after `repeat`",
         "`close`"},
        {SIDE_CLIENT, "connect close send", "pair.yaml:7:26", "`send` follows `close`",
         "make `close` the last"},
        {SIDE_CLIENT, "connect rst close", "pair.yaml:7:24", "`close` follows `rst`", "`rst`"},
        {SIDE_CLIENT, "connect hold close", "pair.yaml:7:25", "`close` follows `hold`", "`hold`"},
        {SIDE_CLIENT, "connect die hold", "pair.yaml:7:24", "`hold` follows `die`", "`die`"},
    };

    (void)state;
    check_refusals(cases, COUNT(cases));
}

static void what_a_socket_cannot_do_is_refused(void **state)
{
    static const struct refusal cases[] = {
        {SIDE_CLIENT, "connect shut-wr send close", "pair.yaml:7:28",
         "`send` cannot follow `shut-wr`", "before"},
        {SIDE_CLIENT, "connect shut-wr recv shut-wr close", "pair.yaml:7:33",
         "`shut-wr` cannot follow `shut-wr`", "leave one"},
        {SIDE_CLIENT, "connect shut-rd recv close", "pair.yaml:7:28",
         "`recv` cannot follow `shut-rd`", "drain"},
        {SIDE_CLIENT, "connect shut-rd wait-fin close", "pair.yaml:7:28",
         "`wait-fin` cannot follow `shut-rd`", "shut-rd"},
        {SIDE_CLIENT, "connect shut-rd shut-rd close", "pair.yaml:7:28",
         "`shut-rd` cannot follow `shut-rd`", "leave one"},
        {SIDE_SERVER, "accept wait-fin recv close", "pair.yaml:7:28",
         "`recv` cannot follow `wait-fin`", "before"},
        {SIDE_SERVER, "accept wait-fin wait-fin close", "pair.yaml:7:28",
         "`wait-fin` cannot follow `wait-fin`", "leave one"},
        {SIDE_SERVER, "accept recv(head) send recv(head) close", "pair.yaml:7:35",
         "`recv` cannot follow `recv(head)`: the rest of that message is unread", "plain `recv`"},
        {SIDE_SERVER, "accept recv(head) drain recv close", "pair.yaml:7:36",
         "`recv` cannot follow `recv(head) drain`: the rest of that message is gone", "plain"},
        {SIDE_SERVER, "accept recv(head) send repeat(2) close", "pair.yaml:7:35",
         "`repeat` cannot follow `recv(head)`: the rest", "plain `recv`"},
        {SIDE_CLIENT, "connect send(head) send close", "pair.yaml:7:31",
         "`send` cannot follow `send(head)`: the body of that message is due", "write `send`"},
        {SIDE_CLIENT, "connect send send(rest) close", "pair.yaml:7:25",
         "`send(rest)` follows no `send(head)`", "write `send(head)` before it"},
        {SIDE_CLIENT, "connect send(tail) close", "pair.yaml:7:20",
         "`send`: \"tail\" is not one of head|rest", "write head or rest"},
        {SIDE_SERVER, "accept wait-fin(1s) wait-notify close", "pair.yaml:7:32",
         "`wait-notify` cannot follow `wait-fin`: it throws bytes away", "before `wait-fin`"},
        {SIDE_CLIENT, "connect send linger(0s) hold", "pair.yaml:7:25",
         "`linger` does nothing in a program that ends in `hold`", "close"},
        {SIDE_CLIENT, "connect linger(0s) rst", "pair.yaml:7:20", "ends in `rst`", "close"},
        {SIDE_CLIENT, "connect repeat(2) close", "pair.yaml:7:20", "no steps before it",
         "after `connect`"},
        {SIDE_CLIENT, "connect send repeat(2) recv repeat(2) close", "pair.yaml:7:40",
         "only one `repeat`", "after `connect`"},
        {SIDE_CLIENT, "connect notify send close", "pair.yaml:7:27",
         "`send` cannot follow `notify`: close_notify has been sent", "before `notify`"},
        {SIDE_CLIENT, "connect notify notify close", "pair.yaml:7:27",
         "`notify` cannot follow `notify`", "leave one"},
        {SIDE_CLIENT, "connect shut-wr notify close", "pair.yaml:7:28",
         "`notify` cannot follow `shut-wr`", "put `notify` before"},
        {SIDE_CLIENT, "connect shut-rd wait-notify close", "pair.yaml:7:28",
         "`wait-notify` cannot follow `shut-rd`", "shut-rd"},
        {SIDE_SERVER, "accept wait-notify recv close", "pair.yaml:7:31",
         "`recv` cannot follow `wait-notify`", "receive before"},
        {SIDE_SERVER, "accept wait-notify wait-notify close", "pair.yaml:7:31",
         "`wait-notify` cannot follow `wait-notify`", "leave one"},
        {SIDE_SERVER, "accept wait-fin wait-notify close", "pair.yaml:7:28",
         "`wait-notify` cannot follow `wait-fin`", "before `wait-fin`"},
        /* A program with such a step is TLS, and reads nothing after drain. */
        {SIDE_SERVER, "accept drain wait-notify close", "pair.yaml:7:25",
         "`wait-notify` cannot follow `drain`", "discards as well"},
        {SIDE_SERVER, "accept drain recv notify close", "pair.yaml:7:25",
         "`recv` cannot follow `drain`", "receive before"},
        {SIDE_SERVER, "accept recv drain repeat(2) notify close", "pair.yaml:7:19",
         "`recv` cannot follow `drain` of the round before", "receive before"},
        /* A round meets what the one before left. */
        {SIDE_CLIENT, "connect recv notify repeat(2) close", "pair.yaml:7:25",
         "`notify` cannot follow `notify` of the round before", "leave one"},
        {SIDE_CLIENT, "connect send shut-wr repeat(2) close", "pair.yaml:7:20",
         "`send` cannot follow `shut-wr` of the round before", "before"},
        {SIDE_SERVER, "accept send wait-fin repeat(2) close", "pair.yaml:7:24",
         "`wait-fin` cannot follow `wait-fin` of the round before", "leave one"},
    };

    (void)state;
    check_refusals(cases, COUNT(cases));
}

static void what_a_socket_can_do_is_taken(void **state)
{
    static const struct {
        enum side side;
        const char *text;
    } cases[] = {
        {SIDE_SERVER, "accept wait-fin send close"},          /* CLOSE_WAIT can send */
        {SIDE_CLIENT, "connect shut-wr recv wait-fin close"}, /* so can the half-closed receive */
        {SIDE_CLIENT, "connect shut-rd send drain close"},    /* Linux still delivers */
        {SIDE_SERVER, "accept wait-fin drain shut-wr close"},
        {SIDE_CLIENT, "connect send shut-wr repeat(1) close"},
        {SIDE_SERVER, "accept recv(head) recv send repeat(2) close"},
        {SIDE_SERVER, "accept wait-fin(1s) recv wait-fin(1s) shut-wr wait-fin close"},
        {SIDE_CLIENT, "connect notify recv wait-notify wait-fin close"}, /* TLS half-closed */
        {SIDE_SERVER, "accept wait-notify send notify shut-wr drain wait-fin close"},
        {SIDE_SERVER, "accept recv send wait-fin notify close"},
        {SIDE_SERVER, "accept drain recv close"}, /* TCP, as far as it tells */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct program program;
        parse_or_fail(&program, cases[i].text, cases[i].side);
    }
}

static void what_tls_cannot_do_is_found_in_any_program(void **state)
{
    static const struct {
        const char *text;
        size_t step; /* 0: none is wrong */
        const char *what;
    } cases[] = {
        {"accept drain recv close", 2, "`recv` cannot follow `drain`: it throws bytes away"},
        {"accept send recv drain repeat(2) close", 2, "`recv` cannot follow `drain` of the round"},
        {"accept wait-fin(1s) recv close", 2, "`recv` cannot follow `wait-fin`: it throws"},
        {"accept recv drain repeat(1) close", 0, NULL},
        {"accept recv drain send wait-fin close", 0, NULL},
        {"accept recv notify drain close", 0, NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct program program;
        struct error error = {0};
        size_t step = 0;
        parse_or_fail(&program, cases[i].text, SIDE_SERVER);
        assert_int_equal(program_check_tls(&program, &step, &error), cases[i].step == 0 ? 0 : -1);
        assert_int_equal(step, cases[i].step);
        if (cases[i].step > 0) {
            assert_int_equal(error.status, STATUS_USAGE);
            assert_non_null(strstr(error.what, cases[i].what));
            assert_true(strlen(error.hint) > 0);
            assert_string_equal(ERROR_PLACE_OF(&error), "");
        }
    }
}

/* Behind the rounds; else behind all that is sent and received. */
static void an_exchange_that_is_over_is_left(void **state)
{
    static const struct {
        const char *text;
        size_t from, to;
    } cases[] = {
        {"accept recv send repeat(3) pause(1s) send close", 1, 4},
        {"accept recv send repeat(3) pause(1s) recv send shut-wr close", 5, 7},
        {"accept recv send shut-wr close", 1, 3},
        {"accept send recv close", 2, 3},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct program program;
        parse_or_fail(&program, cases[i].text, SIDE_SERVER);
        assert_int_equal(program_leave(&program, cases[i].from), cases[i].to);
    }
}

static void steps_of_tls_are_found(void **state)
{
    struct program program;
    size_t step;

    (void)state;
    parse_or_fail(&program, "connect send wait-notify notify close", SIDE_CLIENT);
    assert_true(program_needs_tls(&program, &step));
    assert_int_equal(step, 2);
    parse_or_fail(&program, "connect send recv wait-fin close", SIDE_CLIENT);
    assert_false(program_needs_tls(&program, &step));
}

/* A client's program of `length` steps. */
static void write_program(char text[PROGRAM_TEXT], size_t length)
{
    size_t at = (size_t)snprintf(text, PROGRAM_TEXT, "connect");

    for (size_t i = 2; i < length; i++) {
        at += (size_t)snprintf(text + at, PROGRAM_TEXT - at, " send");
    }
    snprintf(text + at, PROGRAM_TEXT - at, " close");
}

static void length_is_bounded(void **state)
{
    char text[PROGRAM_TEXT];
    struct program program;
    struct error error;

    (void)state;
    write_program(text, PROGRAM_MAX);
    assert_int_equal(parse_there(&program, text, SIDE_CLIENT, &error), 0);
    assert_int_equal(program.length, PROGRAM_MAX);
    write_program(text, PROGRAM_MAX + 1);
    assert_int_equal(parse_there(&program, text, SIDE_CLIENT, &error), -1);
    assert_non_null(strstr(error.what, "longer than 32 steps"));
    assert_non_null(strstr(error.hint, "repeat(N)"));
}

static void who_wrote_the_text_knows_the_place(void **state)
{
    struct program_places places;
    struct program program;
    struct error error;

    (void)state;
    assert_int_equal(program_parse(&program, "connect\nclse", SIDE_CLIENT, &places, &error), -1);
    assert_string_equal(ERROR_PLACE_OF(&error), "");
    assert_int_equal(places.fault, strlen("connect\n"));
    assert_non_null(strstr(error.what, "`clse`"));
}

static void steps_and_rounds_can_be_asked_for(void **state)
{
    struct program program;

    (void)state;
    parse_or_fail(&program, "connect send recv repeat(12) close", SIDE_CLIENT);
    assert_true(program_has(&program, STEP_RECV));
    assert_false(program_has(&program, STEP_RST));
    assert_int_equal(program_rounds(&program), 12);
    parse_or_fail(&program, "accept recv send close", SIDE_SERVER);
    assert_int_equal(program_rounds(&program), 1);
}

static void formats_never_overrun(void **state)
{
    struct program program;
    char text[16];

    (void)state;
    parse_or_fail(&program, "connect pause(3599999999999ns) send send send send close",
                  SIDE_CLIENT);
    memset(text, 'x', sizeof text);
    program_format(text, 12, &program);
    assert_string_equal(text, "connect pau");
    assert_int_equal(text[12], 'x');
}

/* Any text at all: it is refused with a message, or reads back as what was understood. */
static void any_text_is_answered(void **state)
{
    static const char *const pieces[] = {
        "connect",  "accept", "send",      "recv",   "repeat(",     "2)",   "shut-wr",
        "wait-fin", "pause(", "1s",        ")",      "linger(",     "off)", "close",
        "hold",     " ",      " ",         " ",      "\n",          ",",    "(",
        "\xc3\xa9", "drain",  "repeat(3)", "notify", "wait-notify",
    };
    unsigned seed = 20;
    size_t taken = 0;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        char text[256];
        size_t length =
            (size_t)snprintf(text, sizeof text, "%s ", round % 2 ? "connect" : "accept");
        for (int i = rand_r(&seed) % 8; i > 0; i--) {
            const char *piece = pieces[(size_t)rand_r(&seed) % COUNT(pieces)];
            length += (size_t)snprintf(text + length, sizeof text - length, "%s", piece);
        }
        enum side side = round % 2 ? SIDE_CLIENT : SIDE_SERVER;
        struct program program, again;
        struct error error = {0};
        if (parse_there(&program, text, side, &error) != 0) {
            assert_int_equal(error.status, STATUS_USAGE);
            assert_true(error.what[0] != '\0' && ERROR_PLACE_OF(&error)[0] != '\0' &&
                        error.hint[0] != '\0');
            continue;
        }
        char canonical[PROGRAM_TEXT];
        taken++;
        program_format(canonical, sizeof canonical, &program);
        parse_or_fail(&again, canonical, side);
        assert_memory_equal(&program, &again, sizeof program);
    }
    assert_true(taken > 20);
}

static void every_step_has_its_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < STEP_OP_N; i++) {
        assert_non_null(step_table[i].name);
        assert_true(strlen(step_table[i].about) > 0 && strlen(step_table[i].source) > 0);
        assert_true((step_table[i].traits & STEP_OF_BOTH) != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_is_read_step_by_step),
        cmocka_unit_test(texts_have_one_canonical_form),
        cmocka_unit_test(nothing_goes_through_a_handshake_that_was_given_up),
        cmocka_unit_test(words_that_are_no_steps_are_refused),
        cmocka_unit_test(an_exchange_that_is_over_is_left),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(programs_begin_and_end_as_programs_do),
        cmocka_unit_test(what_a_socket_cannot_do_is_refused),
        cmocka_unit_test(what_a_socket_can_do_is_taken),
        cmocka_unit_test(what_tls_cannot_do_is_found_in_any_program),
        cmocka_unit_test(steps_of_tls_are_found),
        cmocka_unit_test(length_is_bounded),
        cmocka_unit_test(who_wrote_the_text_knows_the_place),
        cmocka_unit_test(steps_and_rounds_can_be_asked_for),
        cmocka_unit_test(formats_never_overrun),
        cmocka_unit_test(any_text_is_answered),
        cmocka_unit_test(every_step_has_its_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
