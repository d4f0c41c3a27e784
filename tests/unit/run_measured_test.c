#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka.h needs the four above first
#include <arpa/inet.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "finwait/conduct.h"

static unsigned free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t length = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, length), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &length), 0);
    close(fd);
    return ntohs(at.sin_port);
}

struct told {
    int times;
    size_t metrics, remarks;
    double completed;
};

static void on_measured(void *context, struct result *result)
{
    struct told *told = context;

    told->times++;
    told->metrics = result->metric_count;
    told->remarks = result->remark_count;
    result_metric(result, "connections.completed", &told->completed);
}

/* What explains it, and whatever may end finwait there, comes later. */
static void it_is_told_before_anything_is_explained(void **state)
{
    (void)state;
    struct told told = {0};
    const struct conduct_options options = {.context = &told, .measured = on_measured};
    struct error error = {0};
    char yaml[160];

    snprintf(yaml, sizeof yaml,
             "lab: host\nserver: {port: %u}\nload: {connections: 20}\nsettle: 0s\n", free_port());
    struct scenario *scenario = scenario_parse(yaml, strlen(yaml), "test.yaml", NULL, 0, &error);
    assert_non_null(scenario);
    struct result *result = conduct(scenario, &options, &error);
    assert_non_null(result);
    assert_int_equal(told.times, 1);
    assert_true(told.completed > 19 && told.completed < 21);
    assert_int_equal(told.metrics, result->metric_count);
    assert_int_equal(told.remarks, 0);
    assert_true(result->remark_count > 0);
    result_free(result);
    scenario_free(scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_told_before_anything_is_explained),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
