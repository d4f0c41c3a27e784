#ifndef TESTS_FIXTURE_TIMELINE_H
#define TESTS_FIXTURE_TIMELINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "finwait/result.h"

/* Faults and events, and the moments they make, written as a scenario has them: "{at: 1s, drop:
 * fin}". */

/* The next KEY: VALUE of a map's text, which is cut up; false: there is none. */
static inline bool fixture_pair(char **map, char **key, char **value)
{
    *key = *map + strspn(*map, "{, ");
    if (**key == '}' || **key == '\0') {
        return false;
    }
    *value = *key + strcspn(*key, ":");
    *(*value)++ = '\0';
    *value += strspn(*value, " ");
    *map = *value + strcspn(*value, ",}");
    if (**map != '\0') {
        *(*map)++ = '\0';
    }
    return true;
}

static inline struct moment *fixture_happened(struct moment *moment)
{
    moment->happened = true;
    moment->at = moment->due;
    return moment;
}

/* A fault that struck; its moment. */
static inline struct moment *fixture_fault(struct result *result, const char *map)
{
    struct fault fault = {0};
    struct error error = {0};
    char *text = strdup(map);
    char *rest = text;

    for (char *key, *value; fixture_pair(&rest, &key, &value);) {
        assert_int_equal(fault_set(&fault, key, value, &error), 0);
    }
    assert_int_equal(fault_finish(&fault, &error), 0);
    free(text);
    result_add_fault(result, &fault);
    return fixture_happened(
        result_add_moment(result, MOMENT_FAULT_BEGINS, result->fault_count - 1));
}

/* An event that happened; its moment. */
static inline struct moment *fixture_event(struct result *result, const char *map)
{
    struct event_spec event = {0};
    struct error error = {0};
    char *text = strdup(map);
    char *rest = text;

    for (char *key, *value; fixture_pair(&rest, &key, &value);) {
        assert_int_equal(event_set(&event, key, value, &error), 0);
    }
    assert_int_equal(event_finish(&event, &error), 0);
    free(text);
    result_add_event(result, &event);
    return fixture_happened(result_add_moment(result, MOMENT_EVENT, result->event_count - 1));
}

#endif
