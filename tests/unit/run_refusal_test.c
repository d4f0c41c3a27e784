#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/conduct.h"
#include "trial.h"

/* What the model says it cannot know, and what it takes upon itself. */

static const char *refusal_by(const char *(*predict)(const struct scenario *), const char *yaml)
{
    struct error error;
    struct scenario *scenario = scenario_parse(yaml, strlen(yaml), "test.yaml", NULL, 0, &error);
    const char *refusal;

    if (scenario == NULL) {
        fail_msg("%s: %s", yaml, error.what);
        return NULL;
    }
    refusal = predict(scenario); /* static: it outlives the scenario */
    scenario_free(scenario);
    return refusal;
}

static const char *refusal_of(const char *yaml)
{
    return refusal_by(predict_refusal, yaml);
}

/* Faults and events that strike too late are no reason, but the others are. */
static void what_never_struck_is_no_reason(void **state)
{
    (void)state;
    assert_null(refusal_by(predict_refusal_unstruck,
                           "faults: [{at: 1h, drop: fin}]\nevents: [{at: 1h, kill: server}]"));
    assert_non_null(refusal_by(predict_refusal_unstruck,
                               "faults: [{at: 1h, drop: fin}]\nclient: {port: 4000}"));
}

#define DRAINED(server, size)                                                                      \
    "client: {program: connect send send close}\nserver: {program: accept " server                 \
    " close}\nrequest: {size: " size "}"

static void it_says_what_it_cannot_know(void **state)
{
    static const struct {
        const char *yaml;
        const char *part;
    } cases[] = {
        {"faults: [{drop: fin}]", "faults"},
        {"events: [{at: 1s, kill: server}]", "events"},
        {"lab: host\nserver: {at: 127.0.0.1:80}", "not finwait's own"},
        {"client: {to: \"198.18.0.1:99\"}", "client.to"},
        {"client: {program: connect inherit(1s) close}\nserver: {program: accept wait-fin close}",
         "child"},
        {DRAINED("drain recv", "1001"), "`drain`"},
        {"client: {program: connect recv drain repeat(2) close}\nresponse: {size: 1M}\n"
         "server: {program: accept send repeat(9) close}",
         "`drain`"},
        {"client: {sockopt: {linger2: -1}}", "TCP_LINGER2"},
        {"server: {backlog: 2}\nload: {timeout: 2s}", "server.backlog"},
        {"client: {program: connect die}\nserver: {program: accept wait-fin close}", "`die`"},
        {"client: {program: connect wait-fin close}\nserver: {program: accept die}\n"
         "load: {connections: 20}",
         "`die`"},
        {"transport: tls\nclient: {tls: {verify: on, sni: other.example}}", "client.tls.verify"},
        {"transport: tls\nclient: {tls: {verify: on, ca: ca.pem}}", "client.tls.verify"},
        {"transport: tls\nclient: {tls: {generate: none}}\nserver: {tls: {verify: on}}",
         "server.tls.verify"},
        {"transport: tls\nclient: {tls: {cert: c, key: k}}\nserver: {tls: {verify: on, ca: a}}",
         "server.tls.verify"},
        {"server: {sockopt: {linger: 0s}}", "SO_LINGER"},
        {"client: {sockopt: {keepalive: on, keepidle: 1s}}", "keepalive"},
        {"client: {sockopt: {keepalive: on}, sysctl: {net.ipv4.tcp_keepalive_time: 1}}",
         "keepalive"},
        {"request: {size: 1M}\nclient: {sockopt: {user_timeout: 1s}}", "TCP_USER_TIMEOUT"},
        {"server: {sockopt: {defer_accept: 1s}}", "TCP_DEFER_ACCEPT"},
        {"server: {sysctl: {net.ipv4.tcp_max_tw_buckets: 4999}}", "tcp_max_tw_buckets"},
        {"client: {sysctl: {net.ipv4.tcp_rfc1337: 1}}", "tcp_rfc1337"},
        {"client: {sysctl: {net.ipv4.tcp_rfc1337: 0x2}}", "tcp_rfc1337"},
        {"server: {sysctl: {net.ipv4.tcp_abort_on_overflow: 1}}", "tcp_abort_on_overflow"},
        {"server: {descriptors: 100}", "descriptors"},
        {"client: {port: 4000}", "client.port"},
        {"client: {addresses: 1, sysctl: {net.ipv4.ip_local_port_range: \"4000 8998\"}}", "ports"},
        {"client: {addresses: 1, sockopt: {local_port_range: 4000-8998}}", "ports"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *refusal = refusal_of(cases[i].yaml);

        if (refusal == NULL || strstr(refusal, cases[i].part) == NULL) {
            fail_msg("%s: \"%s\", not of %s", cases[i].yaml, refusal != NULL ? refusal : "foreseen",
                     cases[i].part);
        }
    }
}

/* Each is next to a case above, on the other side of its bound. */
static void it_foresees_the_rest(void **state)
{
    static const char *const cases[] = {
        "{}",
        DRAINED("drain recv", "1000"),
        DRAINED("recv drain", "1M"),
        "client: {sockopt: {linger2: 2s}}",
        "server: {sockopt: {linger: 3s}}",
        "transport: tls\nclient: {tls: {verify: on}}",
        "transport: tls\nserver: {tls: {verify: on}}",
        "transport: tls\nclient: {tls: {generate: none}}",
        "client: {sockopt: {keepalive: on}}",
        "client: {sockopt: {user_timeout: 1s}}",
        "server: {sockopt: {defer_accept: 0s}}",
        "server: {sysctl: {net.ipv4.tcp_max_tw_buckets: 5000}}",
        "server: {sysctl: {net.ipv4.tcp_max_tw_buckets: 0x1388}}",
        "server: {sysctl: {net.ipv4.tcp_max_tw_buckets: -1}}",
        "client: {sysctl: {net.ipv4.tcp_rfc1337: 0}}",
        "server: {sysctl: {net.ipv4.tcp_abort_on_overflow: 0}}",
        "client: {addresses: 1, sysctl: {net.ipv4.ip_local_port_range: \"4000 8999\"}}",
        "client: {addresses: 2, sysctl: {net.ipv4.ip_local_port_range: \"4000 6499\"}}",
        "client: {addresses: 1, sockopt: {local_port_range: 4000-8999}}",
        "server: {sysctl: {net.ipv4.tcp_fin_timeout: 1}}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *refusal = refusal_of(cases[i]);

        if (refusal != NULL) {
            fail_msg("%s: %s", cases[i], refusal);
        }
    }
}

/* Of hosts with those values, whatever the scenario sets. */
static const char *limit_of(const char *yaml, const char *ports, const char *buckets)
{
    struct error error;
    struct scenario *scenario = scenario_parse(yaml, strlen(yaml), "test.yaml", NULL, 0, &error);
    struct result *result = result_new();

    if (scenario == NULL) {
        fail_msg("%s: %s", yaml, error.what);
        return NULL;
    }
    struct model *model;
    assert_int_equal(scenario_explore(scenario, &model, &error), 0);
    assert_non_null(model);
    text_pairs_add(&result->side[SIDE_CLIENT].sysctl, "net.ipv4.ip_local_port_range", ports);
    text_pairs_add(&result->side[SIDE_SERVER].sysctl, "net.ipv4.tcp_max_tw_buckets", buckets);
    const char *limit = predict_limit(scenario, result, model);
    free(model);
    result_free(result);
    scenario_free(scenario);
    return limit;
}

static void what_the_hosts_have_no_room_for_is_not_predicted(void **state)
{
    static const struct {
        const char *yaml;
        const char *part; /* NULL: there is room */
    } cases[] = {
        {"order: client-first\nclient: {addresses: 1}\nload: {connections: 1001}", "ports"},
        {"order: client-first\nclient: {addresses: 1}\nload: {connections: 1000}", NULL},
        {"order: client-first\nclient: {addresses: 2}\nload: {connections: 2000}", NULL},
        {"order: client-first\nclient: {addresses: 1}\nload: {rate: 600/s, duration: 2s}", "ports"},
        {"order: client-first\nclient: {addresses: 1}\nload: {rate: 10/s, duration: 600s}", NULL},
        {"order: client-first\nclient: {addresses: 1}\nload: {duration: 2s}", NULL},
        {"order: client-rst\nclient: {addresses: 1}\nload: {connections: 5000}", NULL},
        {"order: server-leak\nclient: {addresses: 1}\nload: {connections: 1001}", "ports"},
        {"order: server-first\nload: {connections: 5001}", "tcp_max_tw_buckets"},
        {"order: server-first\nload: {connections: 5000}", NULL},
        {"order: client-first\nload: {connections: 5001}", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *limit = limit_of(cases[i].yaml, "30001\t31000", "5000");
        bool room = cases[i].part == NULL;
        if (room ? limit != NULL : limit == NULL || strstr(limit, cases[i].part) == NULL) {
            fail_msg("%s: \"%s\"", cases[i].yaml, limit != NULL ? limit : "there is room");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_hosts_have_no_room_for_is_not_predicted),
        cmocka_unit_test(it_says_what_it_cannot_know),
        cmocka_unit_test(it_foresees_the_rest),
        cmocka_unit_test(what_never_struck_is_no_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
