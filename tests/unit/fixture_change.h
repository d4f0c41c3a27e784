#ifndef TESTS_FIXTURE_CHANGE_H
#define TESTS_FIXTURE_CHANGE_H

#include <stdio.h>

#include "fixture_tls.h"

/*
 * What differs from a result of the fixtures, a text each:
 *   {at: 1s, kill: server}         a fault or an event that struck
 *   load.rate=1000/s               an option of the scenario
 *   client.time_wait=40            sockets in a state, at the end and at most
 *   client.counter.TcpExtTW=40     a counter of the host; host.counter.… in lab: host
 *   client.sysctl.net.ipv4.x=1     a sysctl of the host
 *   client.outcome.eof=9           connections that ended so, of those that were done
 *   client.due.eof=9               the same while a message was due
 *   client.status.503=9            HTTP responses with that status
 *   client.error.EMFILE=9          an errno that the role met
 *   client.tls.notify_sent=9       what it counted of TLS
 *   client.latency.connect=2s      how long one connection took
 */

static inline size_t change_index(const char *name, const char *(*name_of)(size_t index),
                                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (name_of(i) != NULL && strcmp(name_of(i), name) == 0) {
            return i;
        }
    }
    fail_msg("there is no %s", name);
    abort(); /* fail_msg is not known to end the test */
}

static inline const char *change_outcome(size_t index)
{
    return outcome_name((enum outcome)index);
}

static inline const char *change_tls(size_t index)
{
    return tls_count_name((enum tls_count)index);
}

static inline const char *change_latency(size_t index)
{
    return latency_name((enum latency)index);
}

static inline void change_counter(struct counters *counters, const char *name, const char *value)
{
    uint64_t moved = strtoull(value, NULL, 10);

    for (size_t i = 0; i < counters->count; i++) {
        if (strcmp(counters->item[i].name, name) == 0) {
            counters->item[i].after = counters->item[i].before + moved;
            return;
        }
    }
    fixture_counter(counters, name, moved);
}

static inline int change_errno(const char *name)
{
    int errnum = 1;

    while (errnum < ERRNO_LIMIT && strcmp(errno_name(errnum), name) != 0) {
        errnum++;
    }
    assert_true(errnum < ERRNO_LIMIT);
    return errnum;
}

static inline void change_account(struct account *account, const char *group, const char *name,
                                  const char *value)
{
    uint64_t count = strtoull(value, NULL, 10);
    int64_t ns;

    if (strcmp(group, "account") == 0) {
#define X(row, unit, about) account->row = strcmp(name, #row) == 0 ? count : account->row;
        ACCOUNT(X)
#undef X
    } else if (strcmp(group, "outcome") == 0) {
        account->outcome[change_index(name, change_outcome, OUTCOME_N)] += count;
        account->outcome[OUTCOME_DONE] -= count;
    } else if (strcmp(group, "due") == 0) {
        account->due[change_index(name, change_outcome, OUTCOME_N)] += count;
    } else if (strcmp(group, "status") == 0) {
        account->status[strtoull(name, NULL, 10) - HTTP_STATUS_MIN] = count;
    } else if (strcmp(group, "error") == 0) {
        account->error[change_errno(name)] += count;
    } else if (strcmp(group, "tls") == 0) {
        account->tls.count[change_index(name, change_tls, TLS_COUNT_N)] = count;
    } else if (strcmp(group, "latency") == 0) {
        assert_int_equal(units_parse_duration(value, &ns), 0);
        histogram_record(&account->latency[change_index(name, change_latency, LATENCY_N)], ns);
    } else {
        fail_msg("there is no %s", group);
    }
}

/* False: it is an option of the scenario. */
static inline bool change_side(struct result *result, enum side side, char *what, const char *value)
{
    struct result_side *at = &result->side[side];
    uint32_t count = (uint32_t)strtoul(value, NULL, 10);
    char *name = strchr(what, '.');

    if (name == NULL) {
        enum tcp_state state = TCP_STATE_N - 1;
        while (state > 0 && strcmp(tcp_state_name(state), what) != 0) {
            state--;
        }
        if (state == 0) {
            return false;
        }
        fixture_state(result, side, state, count, count);
        return true;
    }
    *name++ = '\0';
    if (strcmp(what, "sockopt") == 0) {
        return false;
    }
    if (strcmp(what, "counter") == 0) {
        change_counter(&at->counters, name, value);
    } else if (strcmp(what, "sysctl") == 0) {
        text_pairs_add(&at->sysctl, name, value);
    } else {
        change_account(&at->account, what, name, value);
    }
    return true;
}

static inline void fixture_change(struct result *result, const char *change)
{
    char where[96];
    char *value;

    if (change[0] == '{') {
        bool event = strstr(change, "kill:") != NULL || strstr(change, "start:") != NULL;
        (event ? fixture_event : fixture_fault)(result, change);
        return;
    }
    snprintf(where, sizeof where, "%s", change);
    value = strchr(where, '=');
    assert_non_null(value);
    *value++ = '\0';
    if (strncmp(where, "host.counter.", strlen("host.counter.")) == 0) {
        change_counter(&result->host_counters, where + strlen("host.counter."), value);
        return;
    }
    for (unsigned side = 0; side < SIDE_N; side++) {
        size_t length = strlen(side_name((enum side)side));
        char rest[96];
        snprintf(rest, sizeof rest, "%s", where + length + (where[length] == '.'));
        if (strncmp(where, side_name((enum side)side), length) == 0 &&
            change_side(result, (enum side)side, rest, value)) {
            return;
        }
    }
    set_scenario(result, where, value);
}

#endif
