#include "fixture.h"

/* Whose the sockets are that a remark tells of. */

static struct result *foreign_leak(void)
{
    struct result *result = fixture_leaked_by(SIDE_SERVER);

    result->side[SIDE_SERVER].played = false;
    return result;
}

static void the_process_that_leaks_is_named(void **state)
{
    struct result *result = foreign_leak();

    (void)state;
    fixture_owner(result, SIDE_SERVER, TCP_STATE_CLOSE_WAIT, CONNECTIONS);
    SAYS(result, "as a leak does",
         "On the server 5,000 are held by python3 (pid 4711, 1 thread), descriptors 5-5004.",
         "!has stood there");
    assert_string_equal(remarked(result, "close_wait.leak", CERTAINTY_LIKELY)->advice,
                        "let python3 close a connection once read(2) or recv(2) has returned 0");
    result_free(result);
}

static void how_long_they_have_stood_there_is_told(void **state)
{
    struct result *result = foreign_leak();
    struct owner *owner = fixture_owner(result, SIDE_SERVER, TCP_STATE_CLOSE_WAIT, CONNECTIONS);

    (void)state;
    owner->has_age = true;
    owner->age_least = 1010 * NS_PER_MS;
    owner->age = 9 * NS_PER_S;
    EXPLAINS(result, "Each has stood there for 1.01 s at least.");
}

/* Who it is of two that does not close, nobody knows. */
static void several_are_named_and_none_is_advised(void **state)
{
    struct result *result = foreign_leak();

    (void)state;
    fixture_owner(result, SIDE_SERVER, TCP_STATE_CLOSE_WAIT, 4000);
    strcpy(fixture_owner(result, SIDE_SERVER, TCP_STATE_CLOSE_WAIT, 1000)->comm, "nginx");
    SAYS(result, "On the server 4,000 are held by python3",
         "On the server 1,000 are held by nginx");
    assert_null(remarked(result, "close_wait.leak", CERTAINTY_LIKELY)->advice);
    result_free(result);
}

static void many_that_are_alike_are_told_as_one(void **state)
{
    struct result *result = foreign_leak();

    (void)state;
    for (int i = 0; i < 50; i++) {
        fixture_owner(result, SIDE_SERVER, TCP_STATE_CLOSE_WAIT, CONNECTIONS / 50);
    }
    EXPLAINS(result, "On the server 5,000 are held by 50 processes called python3.");
}

static void a_few_names_are_enough(void **state)
{
    struct result *result = foreign_leak();

    (void)state;
    for (int i = 0; i < 10; i++) {
        snprintf(fixture_owner(result, SIDE_SERVER, TCP_STATE_CLOSE_WAIT, 500)->comm, OWNER_COMM,
                 "program-%d", i);
    }
    EXPLAINS(result, "program-2", "!program-3", "More of them are told as owners in result.json.");
}

/* A close of one of the processes is none, ours or not. */
static void what_was_inherited_is_told_of_ours_too(void **state)
{
    (void)state;
    for (int ours = 0; ours < 2; ours++) {
        struct result *result = fixture_leaked_by(SIDE_SERVER);
        struct owner *owner = fixture_owner(result, SIDE_SERVER, TCP_STATE_CLOSE_WAIT, CONNECTIONS);

        result->side[SIDE_SERVER].played = ours != 0;
        fixture_inherit(owner, 3);
        SAYS(result,
             "On the server 5,000 are held by 3 processes each: python3 (pid 4711), python3 (pid "
             "4712) and python3 (pid 4713), descriptors 5-5004 of the first: a close in one of "
             "them sends nothing as long as another has the descriptor.");
        assert_null(remark_of(result, "close_wait.leak")->advice);
        result_free(result);
    }
}

/* Its sockets in the hands of a parent, 4711, and its children. */
static const char *advice_to_a_parent(const char *child, uint64_t alone)
{
    static char advice[256];
    struct result *result = foreign_leak();

    fixture_owner(result, SIDE_SERVER, TCP_STATE_CLOSE_WAIT, CONNECTIONS / 2)->pid = alone;
    for (int i = 0; i < 2; i++) {
        struct owner *owner =
            fixture_owner(result, SIDE_SERVER, TCP_STATE_CLOSE_WAIT, CONNECTIONS / 4);
        fixture_inherit(owner, 2);
        owner->parent = 4711;
        snprintf(owner->holder[1].comm, OWNER_COMM, "%s", child);
    }
    SAYS(result, "a close in one of them sends nothing");
    const struct remark *leak = remarked(result, "close_wait.leak", CERTAINTY_LIKELY);
    snprintf(advice, sizeof advice, "%s", leak->advice != NULL ? leak->advice : "none");
    result_free(result);
    return advice;
}

static void a_parent_that_keeps_what_its_children_have_is_advised(void **state)
{
    (void)state;
    assert_string_equal(advice_to_a_parent("python3", 4711),
                        "after fork(2) let python3 (pid 4711) close what a child of it serves, and "
                        "the child what it does not: the last close alone sends a FIN");
    assert_string_equal(advice_to_a_parent("sleep", 4711),
                        "let python3 (pid 4711) open its sockets with SOCK_CLOEXEC: programs that "
                        "it has executed have inherited them");
    assert_string_equal(advice_to_a_parent("python3", 99), "none");
}

static void our_own_process_goes_without_saying(void **state)
{
    struct result *result = fixture_leaked_by(SIDE_SERVER);

    (void)state;
    fixture_owner(result, SIDE_SERVER, TCP_STATE_CLOSE_WAIT, CONNECTIONS);
    EXPLAINS(result, "as a leak does", "!python3");
}

static void it_is_said_when_nobody_could_look(void **state)
{
    struct result *result = foreign_leak();
    struct owner *owner = fixture_owner(result, SIDE_SERVER, TCP_STATE_CLOSE_WAIT, CONNECTIONS);

    (void)state;
    owner->where = OWNER_UNKNOWN;
    owner->why = strdup("no permission to look");
    SAYS(result, "Who holds 5,000 of those on the server is not known: no permission to look.",
         "!python3");
    assert_null(remarked(result, "close_wait.leak", CERTAINTY_LIKELY)->advice);
    result_free(result);
}

/* A program that does not accept does not leak. */
static void what_waits_to_be_accepted_is_nobodys(void **state)
{
    struct result *result = foreign_leak();
    struct owner *owner = fixture_owner(result, SIDE_SERVER, TCP_STATE_CLOSE_WAIT, CONNECTIONS);

    (void)state;
    owner->where = OWNER_ACCEPT_QUEUE;
    result->side[SIDE_SERVER].final.close_wait_unaccepted = CONNECTIONS;
    result->side[SIDE_SERVER].final.accept_queue = CONNECTIONS;
    EXPLAINS(result, "<close_wait.unaccepted server>", "!<close_wait.leak", "!python3");
}

static void other_states_are_told_as_well(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    result->side[SIDE_SERVER].played = false;
    fixture_state(result, SIDE_CLIENT, TCP_STATE_ESTABLISHED, 40, 40);
    fixture_state(result, SIDE_SERVER, TCP_STATE_ESTABLISHED, 40, 40);
    fixture_state(result, SIDE_SERVER, TCP_STATE_FIN_WAIT2, 7, 7);
    fixture_owner(result, SIDE_SERVER, TCP_STATE_ESTABLISHED, 40);
    strcpy(fixture_owner(result, SIDE_SERVER, TCP_STATE_FIN_WAIT2, 7)->comm, "haproxy");
    EXPLAINS(result, "On the server 40 are held by python3", "On the server 7 are held by haproxy");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_process_that_leaks_is_named),
        cmocka_unit_test(how_long_they_have_stood_there_is_told),
        cmocka_unit_test(several_are_named_and_none_is_advised),
        cmocka_unit_test(many_that_are_alike_are_told_as_one),
        cmocka_unit_test(a_few_names_are_enough),
        cmocka_unit_test(what_was_inherited_is_told_of_ours_too),
        cmocka_unit_test(a_parent_that_keeps_what_its_children_have_is_advised),
        cmocka_unit_test(our_own_process_goes_without_saying),
        cmocka_unit_test(it_is_said_when_nobody_could_look),
        cmocka_unit_test(what_waits_to_be_accepted_is_nobodys),
        cmocka_unit_test(other_states_are_told_as_well),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
