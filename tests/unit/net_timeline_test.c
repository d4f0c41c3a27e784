#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "finwait/clock.h"
#include "finwait/timeline.h"

enum { PAIRS = 5 };

/* A map as YAML gives it. */
struct pair {
    const char *key, *value;
};

static int make_fault(struct fault *fault, const struct pair pairs[PAIRS], struct error *error)
{
    *fault = (struct fault){0};
    *error = (struct error){0};
    for (size_t i = 0; i < PAIRS && pairs[i].key != NULL; i++) {
        if (fault_set(fault, pairs[i].key, pairs[i].value, error) != 0) {
            return -1;
        }
    }
    return fault_finish(fault, error);
}

static int make_event(struct event_spec *event, const struct pair pairs[PAIRS], struct error *error)
{
    *event = (struct event_spec){0};
    *error = (struct error){0};
    for (size_t i = 0; i < PAIRS && pairs[i].key != NULL; i++) {
        if (event_set(event, pairs[i].key, pairs[i].value, error) != 0) {
            return -1;
        }
    }
    return event_finish(event, error);
}

static const struct good_fault {
    struct pair pairs[PAIRS];
    const char *text, *says;
} good_faults[] = {
    {{{"drop", "fin"}}, "{at: 0s, drop: fin}", "drop fin"},
    {{{"toward", "client"}, {"drop", "any"}, {"at", "1s"}, {"for", "2s"}},
     "{at: 1s, drop: any, toward: client, for: 2s}",
     "drop any toward client"},
    {{{"drop", "5%"}, {"toward", "server"}},
     "{at: 0s, drop: 5%, toward: server}",
     "drop 5% toward server"},
    {{{"drop", "data"}, {"share", "0.0001%"}},
     "{at: 0s, drop: data, share: 0.0001%}",
     "drop 0.0001% of data"},
    {{{"share", "12.5%"}, {"reset", "syn-ack"}, {"at", "1.5s"}},
     "{at: 1500ms, reset: syn-ack, share: 12.5%}",
     "reset 12.5% of syn-ack"},
    {{{"share", "33.3333%"}, {"drop", "any"}}, "{at: 0s, drop: 33.3333%}", "drop 33.3333%"},
    {{{"drop", "ack"}, {"share", "100%"}}, "{at: 0s, drop: ack}", "drop ack"},
    {{{"drop", "rst"}, {"toward", "both"}}, "{at: 0s, drop: rst}", "drop rst"},
    {{{"reset", "syn"}}, "{at: 0s, reset: syn}", "reset syn"},
    {{{"at", "5s"}, {"partition", "true"}}, "{at: 5s, partition: on}", "partition"},
    {{{"partition", "on"}, {"for", "1ns"}}, "{at: 0s, partition: on, for: 1ns}", "partition"},
    {{{"at", "24h"}, {"heal", "on"}}, "{at: 24h, heal: on}", "heal"},
    {{{"delay", "50ms"}, {"toward", "client"}},
     "{at: 0s, delay: 50ms, toward: client}",
     "delay 50ms toward client"},
    {{{"rate", "1M/s"}}, "{at: 0s, rate: 1M/s}", "rate 1M/s"},
    {{{"rate", "1500/s"}}, "{at: 0s, rate: 1500/s}", "rate 1500/s"},
};

/* Read what fault_format wrote, "{KEY: VALUE, …}". */
static void parse_map(char *text, struct pair pairs[PAIRS + 1])
{
    size_t count = 0;
    char *rest = NULL;

    memset(pairs, 0, sizeof(struct pair) * (PAIRS + 1));
    for (char *item = strtok_r(text, "{},", &rest); item != NULL;
         item = strtok_r(NULL, "{},", &rest)) {
        char *colon = strchr(item, ':');
        assert_non_null(colon);
        assert_true(count < PAIRS);
        *colon = '\0';
        pairs[count++] = (struct pair){item + (item[0] == ' '), colon + 2};
    }
}

static void faults_are_read_and_written_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good_faults / sizeof good_faults[0]; i++) {
        struct fault fault;
        struct fault again;
        struct error error;
        struct pair pairs[PAIRS + 1];
        char text[TIMELINE_TEXT];

        if (make_fault(&fault, good_faults[i].pairs, &error) != 0) {
            fail_msg("%s: %s", good_faults[i].text, error.what);
        }
        assert_string_equal(fault_describe(text, sizeof text, &fault), good_faults[i].says);
        assert_string_equal(fault_format(text, sizeof text, &fault), good_faults[i].text);
        parse_map(text, pairs);
        assert_int_equal(make_fault(&again, pairs, &error), 0);
        assert_int_equal(again.at, fault.at);
        assert_int_equal(again.length, fault.length);
        assert_int_equal(again.kind, fault.kind);
        assert_int_equal(again.packets, fault.packets);
        assert_memory_equal(&again.share, &fault.share, sizeof fault.share);
        assert_memory_equal(again.toward, fault.toward, sizeof fault.toward);
        assert_int_equal(again.delay, fault.delay);
        assert_int_equal(again.rate, fault.rate);
    }
}

static void defaults_are_filled_in(void **state)
{
    (void)state;
    struct fault fault;
    struct error error;

    assert_int_equal(make_fault(&fault, (struct pair[PAIRS]){{"drop", "3%"}}, &error), 0);
    assert_int_equal(fault.packets, FAULT_ANY);
    assert_true(fault.share > 0.0299 && fault.share < 0.0301);
    assert_true(fault.toward[SIDE_CLIENT] && fault.toward[SIDE_SERVER]);
    assert_int_equal(make_fault(&fault, (struct pair[PAIRS]){{"drop", "syn"}}, &error), 0);
    assert_true(fault.share >= 1);
    assert_int_equal(make_fault(&fault, (struct pair[PAIRS]){{"rate", "2k/s"}}, &error), 0);
    assert_int_equal(fault.rate, 2048);
    assert_int_equal(fault.kind, FAULT_RATE);
    assert_int_equal(
        make_fault(&fault, (struct pair[PAIRS]){{"drop", "syn"}, {"toward", "server"}}, &error), 0);
    assert_true(!fault.toward[SIDE_CLIENT] && fault.toward[SIDE_SERVER]);
}

static const struct bad {
    struct pair pairs[PAIRS];
    const char *what, *hint;
} bad_faults[] = {
    {{{"dorp", "fin"}}, "a fault has no key \"dorp\"", "did you mean \"drop\"?"},
    {{{"", ""}},
     "a fault has no key \"\"",
     "its keys are at, for, toward, share, drop, reset, partition, delay, rate, heal"},
    {{{"drop", "fni"}},
     "drop: \"fni\" is not one of any|syn|syn-ack|ack|data|fin|rst",
     "did you mean \"fin\"?"},
    {{{"drop", "0%"}},
     "drop: \"0%\" is not a share",
     "write a percentage above 0, e.g. 5% or 0.01%"},
    {{{"drop", "101%"}},
     "drop: \"101%\" is not a share",
     "write a percentage above 0, e.g. 5% or 0.01%"},
    {{{"share", "0.00001%"}},
     "share: \"0.00001%\" is not a share",
     "write a percentage above 0, e.g. 5% or 0.01%"},
    {{{"drop", "fin"}, {"reset", "syn"}},
     "drop and reset in one map",
     "a fault does one thing: write a second map, {at: …, reset: …}"},
    {{{"at", "1s"}, {"at", "2s"}}, "at is given twice", "take one of them out"},
    {{{"drop", "5%"}, {"share", "5%"}},
     "two shares in one map",
     "write e.g. {drop: data, share: 5%}"},
    {{{"share", "5%"}, {"drop", "5%"}},
     "two shares in one map",
     "write e.g. {drop: data, share: 5%}"},
    {{{"at", "1s"}},
     "a fault that does nothing",
     "add one of drop, reset, partition, delay, rate, heal"},
    {{{"at", "-1s"}}, "at: -1s is out of bounds", "it can be 0s to 24h"},
    {{{"at", "25h"}}, "at: 25h is out of bounds", "it can be 0s to 24h"},
    {{{"for", "0s"}}, "for: 0s is out of bounds", "it can be 1ns to 24h"},
    {{{"heal", "on"}, {"for", "1s"}}, "for does not go with heal", "take it out"},
    {{{"toward", "client"}, {"partition", "on"}},
     "toward does not go with partition",
     "a partition cuts both ways: for one write {drop: any, toward: …}"},
    {{{"share", "5%"}, {"delay", "1ms"}}, "share does not go with delay", "take it out"},
    {{{"toward", "clinet"}},
     "toward: \"clinet\" is not one of client|server|both",
     "did you mean \"client\"?"},
    {{{"partition", "off"}}, "partition: \"off\" is not on", "write on"},
    {{{"rate", "1M"}}, "rate: \"1M\" is not bytes a second", "it has no unit: did you mean 1M/s?"},
    {{{"rate", "1023/s"}}, "rate: 1023/s is out of bounds", "it can be 1k/s to 1024G/s"},
    {{{"delay", "11m"}}, "delay: 11m is out of bounds", "it can be 1ns to 10m"},
    {{{"reset", "rst"}},
     "reset cannot strike rst",
     "no RST answers a RST (RFC 9293): write drop: rst"},
};

static const struct bad bad_events[] = {
    {{{"kil", "server"}}, "an event has no key \"kil\"", "did you mean \"kill\"?"},
    {{{"kill", "sevrer"}},
     "kill: \"sevrer\" is not one of client|server|proxy",
     "did you mean \"server\"?"},
    {{{"kill", "both"}},
     "kill: \"both\" is not one of client|server|proxy",
     "write client or server or proxy"},
    {{{"kill", "server"}, {"start", "server"}},
     "kill and start in one map",
     "an event does one thing: write a second map, {at: …, start: …}"},
    {{{"at", "2s"}}, "an event that does nothing", "add one of kill, start, stop, cont, signal"},
    {{{"for", "2s"}},
     "an event has no key \"for\"",
     "its keys are at, kill, worker, start, stop, cont, signal, to, reuseaddr, reuseport, host"},
    {{{"start", "server"}, {"host", "both"}},
     "host: \"both\" is not one of client|server",
     "write client or server"},
    {{{"start", "server"}, {"reuseport", "1"}},
     "reuseport: \"1\" is not one of on|off",
     "did you mean \"on\"?"},
    {{{"start", "server"}, {"worker", "1"}}, "worker does not go with start", "take it out"},
    {{{"kill", "server"}, {"worker", "256"}}, "worker: 256 is out of bounds", "it can be 0 to 255"},
    {{{"kill", "server"}, {"host", "client"}}, "host does not go with kill", "take it out"},
    {{{"signal", "HUP"}}, "signal without to", "write e.g. {at: 2s, signal: HUP, to: server}"},
    {{{"kill", "server"}, {"to", "client"}}, "to does not go with kill", "take it out"},
    {{{"reuseport", "on"}, {"stop", "server"}}, "reuseport does not go with stop", "take it out"},
};

static void what_is_no_fault_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_faults / sizeof bad_faults[0]; i++) {
        struct fault fault;
        struct error error;

        assert_int_equal(make_fault(&fault, bad_faults[i].pairs, &error), -1);
        assert_int_equal(error.status, STATUS_USAGE);
        assert_string_equal(error.what, bad_faults[i].what);
        assert_string_equal(error.hint, bad_faults[i].hint);
    }
}

static void what_is_no_event_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_events / sizeof bad_events[0]; i++) {
        struct event_spec event;
        struct error error;

        assert_int_equal(make_event(&event, bad_events[i].pairs, &error), -1);
        assert_int_equal(error.status, STATUS_USAGE);
        assert_string_equal(error.what, bad_events[i].what);
        assert_string_equal(error.hint, bad_events[i].hint);
    }
}

static void events_are_read_and_written_back(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        enum event_kind kind;
    } kinds[] = {
        {"kill", EVENT_KILL}, {"start", EVENT_START}, {"stop", EVENT_STOP}, {"cont", EVENT_CONT}};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct event_spec event;
        struct error error;
        char text[TIMELINE_TEXT];
        char expected[TIMELINE_TEXT];

        assert_int_equal(make_event(&event,
                                    (struct pair[PAIRS]){{kinds[i].key, "server"}, {"at", "2.5s"}},
                                    &error),
                         0);
        assert_int_equal(event.kind, kinds[i].kind);
        assert_int_equal(event.side, SIDE_SERVER);
        assert_int_equal(event.at, 2500 * NS_PER_MS);
        snprintf(expected, sizeof expected, "{at: 2500ms, %s: server}", kinds[i].key);
        assert_string_equal(event_format(text, sizeof text, &event), expected);
        snprintf(expected, sizeof expected, "%s server", kinds[i].key);
        assert_string_equal(event_describe(text, sizeof text, &event), expected);
    }
}

static const struct good_start {
    struct pair pairs[PAIRS];
    const char *text, *says;
} good_starts[] = {
    {{{"start", "server"}, {"reuseaddr", "on"}},
     "{at: 0s, start: server, reuseaddr: on}",
     "start server, reuseaddr on"},
    {{{"reuseport", "off"}, {"start", "server"}, {"at", "1s"}},
     "{at: 1s, start: server, reuseport: off}",
     "start server, reuseport off"},
    {{{"start", "client"}, {"host", "server"}},
     "{at: 0s, start: client, host: server}",
     "start client, host server"},
    {{{"start", "server"},
      {"at", "24h"},
      {"host", "client"},
      {"reuseport", "off"},
      {"reuseaddr", "off"}},
     "{at: 24h, start: server, reuseaddr: off, reuseport: off, host: client}",
     "start server, reuseaddr off, reuseport off, host client"},
};

static void what_a_start_changes_is_read_and_written_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good_starts / sizeof good_starts[0]; i++) {
        struct event_spec event;
        struct event_spec again;
        struct error error;
        struct pair pairs[PAIRS + 1];
        char text[TIMELINE_TEXT];

        assert_int_equal(make_event(&event, good_starts[i].pairs, &error), 0);
        assert_string_equal(event_describe(text, sizeof text, &event), good_starts[i].says);
        assert_string_equal(event_format(text, sizeof text, &event), good_starts[i].text);
        parse_map(text, pairs);
        assert_int_equal(make_event(&again, pairs, &error), 0);
        assert_int_equal(again.reuseaddr, event.reuseaddr);
        assert_int_equal(again.reuseport, event.reuseport);
        assert_int_equal(again.moves, event.moves);
        assert_int_equal(again.host, event.host);
    }
}

static void keys_are_known(void **state)
{
    (void)state;
    assert_true(fault_has_key("drop") && fault_has_key("share"));
    assert_true(event_has_key("kill") && event_has_key("at"));
    assert_false(fault_has_key("kill") || event_has_key("drop") || fault_has_key(""));
}

static void every_key_has_a_line_in_the_reference(void **state)
{
    struct timeline_key_info key;
    size_t index = 0;

    (void)state;
    for (; timeline_key_get(index, &key); index++) {
        bool fault = strcmp(key.list, "faults") == 0;
        assert_true(fault ? fault_has_key(key.name) : event_has_key(key.name));
        assert_true(key.takes->kind != VALUE_NOTHING);
        assert_true(key.about[0] != '\0');
        if (strcmp(key.name, "toward") == 0) {
            assert_string_equal(key.with, "drop, reset, delay, rate");
        } else if (strcmp(key.name, "drop") == 0) {
            assert_string_equal(key.with, "");
        }
    }
    assert_int_equal(index, 21);
}

static void a_short_buffer_is_never_overrun(void **state)
{
    (void)state;
    struct fault fault = {.kind = FAULT_DROP, .share = 0.5, .packets = FAULT_DATA, .at = 1};
    char text[24];

    for (size_t size = 1; size < sizeof text; size++) {
        memset(text, '#', sizeof text);
        fault_format(text, size, &fault);
        assert_true(strlen(text) < size);
        assert_int_equal(text[size], '#');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_are_read_and_written_back),
        cmocka_unit_test(defaults_are_filled_in),
        cmocka_unit_test(what_is_no_fault_is_refused),
        cmocka_unit_test(events_are_read_and_written_back),
        cmocka_unit_test(what_a_start_changes_is_read_and_written_back),
        cmocka_unit_test(what_is_no_event_is_refused),
        cmocka_unit_test(keys_are_known),
        cmocka_unit_test(every_key_has_a_line_in_the_reference),
        cmocka_unit_test(a_short_buffer_is_never_overrun),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
