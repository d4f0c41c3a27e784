#include <errno.h>

#include "fixture.h"

/* The rate that a remark tells is the load's own: of what was begun, while it was begun. */

/* An open loop at 1,000/s for 5 s, of which the last connection ended after 40 s. */
static struct result *open_loop(void)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    set_scenario(result, "load.rate", "1000/s");
    set_scenario(result, "load.duration", "5s");
    set_scenario(result, "load.connections", "0");
    result->phase[PHASE_LOAD].end = 40 * NS_PER_S;
    result->phase[PHASE_SETTLE] = (struct phase_span){true, 40 * NS_PER_S, 41 * NS_PER_S};
    result->side[SIDE_CLIENT].account.last_begun = 4999 * NS_PER_MS;
    return result;
}

static void an_open_loop_that_kept_up_is_not_behind(void **state)
{
    struct result *result = open_loop();

    (void)state;
    SAYS(result, "on at 1,000 a second, 60,000 would stand");
    not_remarked(result, "load.behind");
    result_free(result);
}

/* Two thirds were refused while the server was away: the load is still 1,000/s. */
static void failures_do_not_slow_the_load(void **state)
{
    struct result *result = open_loop();
    struct account *client = &result->side[SIDE_CLIENT].account;

    (void)state;
    client->opened = client->outcome[OUTCOME_DONE] = 1700;
    client->outcome[OUTCOME_REFUSED] = 3300;
    fixture_state(result, SIDE_SERVER, TCP_STATE_TIME_WAIT, 1700, 1700);
    result->side[SIDE_SERVER].counters.item[1].after -= 3300;
    EXPLAINS(result, "on at 1,000 a second, 60,000 would stand");
}

/* connect(2) became slow as the ports ran out; the load would be what was asked for. */
static void a_load_without_ports_goes_on_as_asked(void **state)
{
    struct result *result = open_loop();
    struct account *client = &result->side[SIDE_CLIENT].account;

    (void)state;
    client->outcome[OUTCOME_DONE] = client->opened = 3000;
    client->outcome[OUTCOME_NO_PORT] = client->error[EADDRNOTAVAIL] = 2000;
    client->last_begun = 40 * NS_PER_S;
    fixture_state(result, SIDE_SERVER, TCP_STATE_TIME_WAIT, 3000, 3000);
    result->side[SIDE_SERVER].counters.item[1].after -= 2000;
    SAYS(result, "on at 1,000 a second, 60,000 would stand");
    assert_non_null(remark_of(result, "load.behind"));
    result_free(result);
}

/* Half of them met a server that was stopped, which will not go on. */
static void what_an_event_made_fail_is_no_part_of_the_rate(void **state)
{
    struct result *result = open_loop();
    struct account *client = &result->side[SIDE_CLIENT].account;

    (void)state;
    fixture_event(result, "{at: 2s, stop: server}");
    client->outcome[OUTCOME_DONE] = client->outcome[OUTCOME_TIMEOUT] = 2500;
    fixture_state(result, SIDE_SERVER, TCP_STATE_TIME_WAIT, 2500, 2500);
    result->side[SIDE_SERVER].counters.item[1].after -= 2500;
    EXPLAINS(result, "on at 1,000 a second, 60,000 would stand");
}

/* Some of its connections are reset: what is left in TIME_WAIT comes at half the rate. */
static void a_part_of_the_connections_is_a_part_of_the_rate(void **state)
{
    struct result *result = open_loop();

    (void)state;
    fixture_state(result, SIDE_SERVER, TCP_STATE_TIME_WAIT, 2500, 2500);
    result->side[SIDE_SERVER].counters.item[1].after -= 2500;
    EXPLAINS(result, "on at 500 such sockets a second, 30,000 would stand");
}

/* A closed loop begins none after load.duration, however long the last one lives. */
static void a_closed_loop_has_its_duration(void **state)
{
    struct result *result = open_loop();

    (void)state;
    set_scenario(result, "load.rate", "max");
    EXPLAINS(result, "on at 1,000 a second, 60,000 would stand");
}

/* ---- what was asked for and did not come ---- */

static struct result *behind(int64_t cpu)
{
    struct result *result = open_loop();

    result->phase[PHASE_LOAD].end = 20 * NS_PER_S;
    result->side[SIDE_CLIENT].account.last_begun = 20 * NS_PER_S;
    result->side[SIDE_CLIENT].account.cpu_user = cpu;
    return result;
}

static void a_load_that_came_late_is_told(void **state)
{
    struct result *busy = behind(19 * NS_PER_S);
    struct result *idle = behind(3 * NS_PER_S);

    (void)state;
    SAYS(busy,
         "was to begin 1,000 connections a second and began 250: 5,000, due within 5 s, took "
         "the client 20 s. Its worker was on a CPU for 95 % of that time",
         "raise client.workers", "on at 250 a second");
    assert_evidence(remarked(busy, "load.behind", CERTAINTY_PROVEN), "client.last_begun", 20);
    assert_evidence(remark_of(busy, "load.behind"), "load.rate", 1000);
    SAYS(idle, "what kept them is not known", "!raise client.workers");
    remarked(idle, "load.behind", CERTAINTY_UNKNOWN);
    busy->side[SIDE_CLIENT].account.cpu_user = 21 * NS_PER_S; /* with what it had before the load */
    SAYS(busy, "on a CPU for 100 % of that time");
    busy->side[SIDE_CLIENT].account.last_begun = 10 * NS_PER_S; /* and the last ended at 20 s */
    SAYS(busy, "Its worker was on a CPU for 100 % of the whole load");
    remarked(busy, "load.behind", CERTAINTY_LIKELY);
    result_free(busy);
    result_free(idle);
}

/* Where every port is tried in turn, a search is not long because half of them are taken. */
static void a_long_search_takes_the_ports_that_are_tried_first(void **state)
{
    struct result *halves = behind(19 * NS_PER_S);
    struct result *all = behind(19 * NS_PER_S);

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct result *result = i == 0 ? halves : all;
        set_scenario(result, "client.addresses", "1");
        free(result->side[SIDE_CLIENT].sysctl.item[1].value);
        result->side[SIDE_CLIENT].sysctl.item[1].value = strdup("30001 38000");
        fixture_state(result, SIDE_CLIENT, TCP_STATE_TIME_WAIT, CONNECTIONS, CONNECTIONS);
    }
    text_pairs_add(&all->scenario, "client.sockopt.local_port_range", "30001-38000");
    SAYS(halves, "connect(2) searches them one after another", "!raise client.workers");
    assert_evidence(remarked(halves, "load.behind", CERTAINTY_LIKELY), "client.last_begun", 20);
    SAYS(all, "!one after another");
    assert_evidence(remarked(all, "load.behind", CERTAINTY_PROVEN), "client.last_begun", 20);
    result_free(halves);
    result_free(all);
}

static void connections_that_were_not_begun_are_missed(void **state)
{
    struct result *result = open_loop();

    (void)state;
    result->side[SIDE_CLIENT].account.attempted = 3000;
    result->side[SIDE_CLIENT].workers_died = 1;
    SAYS(result,
         "and began 600: of 5,000 that were due within 5 s it began 3,000, within 5 s, and "
         "2,000 never.",
         "had yet to begin was not begun");
    remarked(result, "load.behind", CERTAINTY_PROVEN);
    result_free(result);
}

static void what_was_due_to_a_killed_client_is_told(void **state)
{
    struct result *gone = open_loop();
    struct result *again = open_loop();
    struct result *stopped = behind(3 * NS_PER_S);

    (void)state;
    gone->side[SIDE_CLIENT].account.attempted = 4000;
    again->side[SIDE_CLIENT].account.attempted = 4183;
    fixture_event(gone, "{at: 4s, kill: client}");
    fixture_event(again, "{at: 1s, kill: client}");
    fixture_event(again, "{at: 2s, start: client}");
    fixture_event(stopped, "{at: 1s, stop: client}");
    SAYS(again, "of 5,000 that were due within 5 s it began 4,183, within 5 s, and 817 never.",
         "what was due before it was started again was not begun.");
    assert_evidence(remarked(again, "load.behind", CERTAINTY_PROVEN), "connections.attempted",
                    4183);
    assert_evidence(remark_of(again, "load.behind"), "connections.scheduled", 5000);
    EXPLAINS(gone, "and 1,000 never.", "what was due from then on was not begun.");
    EXPLAINS(stopped, "5,000, due within 5 s, took the client 20 s.", "!never", "!not begun",
             "The client was killed or stopped meanwhile.");
    result_free(again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_open_loop_that_kept_up_is_not_behind),
        cmocka_unit_test(failures_do_not_slow_the_load),
        cmocka_unit_test(a_load_without_ports_goes_on_as_asked),
        cmocka_unit_test(what_an_event_made_fail_is_no_part_of_the_rate),
        cmocka_unit_test(a_part_of_the_connections_is_a_part_of_the_rate),
        cmocka_unit_test(a_closed_loop_has_its_duration),
        cmocka_unit_test(a_load_that_came_late_is_told),
        cmocka_unit_test(a_long_search_takes_the_ports_that_are_tried_first),
        cmocka_unit_test(connections_that_were_not_begun_are_missed),
        cmocka_unit_test(what_was_due_to_a_killed_client_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
