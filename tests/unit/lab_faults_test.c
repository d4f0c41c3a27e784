#include "lab_testing.h"

#include "finwait/timeline.h"
#include "ruleset.h"

static const struct fault fin_toward_server = {
    .kind = FAULT_DROP, .packets = FAULT_FIN, .share = 1, .toward = {[SIDE_SERVER] = true}};

enum { WORDS = 2 * FAULT_PACKETS_N }; /* each word, dropped and reset */

static struct lab *make_lab(bool private)
{
    struct lab_config config = {.private = private, .sockets = 1000, .addresses = {1, 1}};
    struct error error;
    struct lab *lab = lab_new(&config, &error);

    CHECK_CALL(lab != NULL, &error);
    return lab;
}

static void a_rule_stands_where_it_strikes(void)
{
    static const bool active[] = {true};
    char *client = ruleset_write(&fin_toward_server, active, 1, SIDE_CLIENT);
    char *server = ruleset_write(&fin_toward_server, active, 1, SIDE_SERVER);
    char *ended = ruleset_write(&fin_toward_server, (bool[]){false}, 1, SIDE_SERVER);

    CHECK(client != NULL && server != NULL && ended != NULL);
    CHECK(strstr(server, "fin != 0 drop") != NULL);
    CHECK(strcmp(client, ended) == 0 && strstr(client, "drop") == NULL);
    free(client);
    free(server);
    free(ended);
}

/* Older kernels cannot tell: they shall not be asked in vain. */
static void data_is_looked_for_only_when_it_matters(void)
{
    static const bool active[] = {true};
    struct fault fault = fin_toward_server;

    for (unsigned packets = 0; packets < FAULT_PACKETS_N; packets++) {
        fault.packets = (enum fault_packets)packets;
        char *text = ruleset_write(&fault, active, 1, SIDE_SERVER);
        CHECK(text != NULL);
        CHECK((strstr(text, "@ih") != NULL) == (packets == FAULT_ACK || packets == FAULT_DATA));
        free(text);
    }
}

/* The kernel takes each kind of rule, alone and with all others. */
static void the_kernel_takes_them(void)
{
    struct fault faults[WORDS];
    bool active[WORDS];
    struct error error;

    prepare_or_skip();
    struct lab *lab = make_lab(true);
    for (unsigned i = 0; i < WORDS; i++) {
        faults[i] = fin_toward_server;
        faults[i].packets = (enum fault_packets)(i % FAULT_PACKETS_N);
        faults[i].kind = i < FAULT_PACKETS_N ? FAULT_DROP : FAULT_RESET;
        faults[i].share = i % 2 == 0 ? 1 : 0.000001;
        active[i] = true;
    }
    CHECK_CALL(lab_check_faults(lab, faults, WORDS, &error) == 0, &error);
    CHECK_CALL(lab_set_faults(lab, faults, active, WORDS, &error) == 0, &error);
    CHECK_CALL(lab_set_faults(lab, faults, (bool[WORDS]){false}, WORDS, &error) == 0, &error);
    lab_free(lab);
}

/* From any shape of the link to any other; where the kernel has no netem, of rates alone. */
static void queues_come_and_go(void)
{
    static const struct fault faults[] = {
        {.kind = FAULT_RATE, .rate = 1 << 20, .toward = {true, true}},
        {.kind = FAULT_RATE, .rate = 1024, .toward = {true, false}},
        {.kind = FAULT_DELAY, .delay = 1000000, .toward = {true, true}},
    };
    struct error error;

    prepare_or_skip();
    struct lab *lab = make_lab(true);
    size_t count = lab_check_faults(lab, faults, 3, &error) == 0 ? 3 : 2;
    CHECK(count == 3 || strstr(error.what, "sch_netem") != NULL);
    for (unsigned from = 0; from < 1U << count; from++) {
        for (unsigned to = 0; to < 1U << count; to++) {
            const bool before[] = {from & 1, from & 2, from & 4};
            const bool after[] = {to & 1, to & 2, to & 4};
            CHECK_CALL(lab_set_faults(lab, faults, before, count, &error) == 0, &error);
            CHECK_CALL(lab_set_faults(lab, faults, after, count, &error) == 0, &error);
        }
    }
    lab_free(lab);
}

static void the_host_is_spared(void)
{
    struct error error;
    struct lab *lab = make_lab(false);

    CHECK(lab_check_faults(lab, &fin_toward_server, 1, &error) == -1);
    CHECK(error.status == STATUS_USAGE);
    CHECK_CALL(lab_check_faults(lab, NULL, 0, &error) == 0, &error);
    lab_free(lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        AS_SELF(a_rule_stands_where_it_strikes),
        AS_SELF(data_is_looked_for_only_when_it_matters),
        AS_SELF(the_kernel_takes_them),
        AS_NOBODY(the_kernel_takes_them),
        AS_SELF(queues_come_and_go),
        AS_NOBODY(queues_come_and_go),
        AS_SELF(the_host_is_spared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
