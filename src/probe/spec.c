#include <stdlib.h>
#include <string.h>

#include "finwait/expect.h"
#include "finwait/grow.h"
#include "parts.h"

/* "client.opened == 0: it was not reached" without what is said of it. */
char *check_condition(const char *text)
{
    const char *words = strstr(text, ": ");

    return words != NULL ? grow_format("%.*s", (int)(words - text), text) : grow_text(text);
}

static int check_texts(const struct scenario *scenario, const char *path, const struct words *texts,
                       struct error *error)
{
    int status = 0;

    for (size_t i = 0; status == 0 && i < texts->count; i++) {
        char *condition = check_condition(texts->item[i]);

        status = expect_check(condition, scenario_where(scenario, path), error);
        free(condition);
    }
    return status;
}

/* The metric behind "NAME=", or NULL. */
const char *check_metric_of(const char *measured)
{
    const char *equals = strchr(measured, '=');

    return equals != NULL && equals != measured ? equals + 1 : NULL;
}

/* Each of a share's two metrics is one by itself. */
static int check_metric(const struct scenario *scenario, const char *metric, struct error *error)
{
    struct where where = scenario_where(scenario, "probe.measured");
    size_t length = strcspn(metric, "/");
    char *held = grow_format("%.*s >= 0", (int)length, metric);
    int status = expect_check(held, where, error);

    free(held);
    return status == 0 && metric[length] == '/' ? check_metric(scenario, metric + length + 1, error)
                                                : status;
}

static int check_measured(const struct scenario *scenario, struct error *error)
{
    const struct words *measured = &scenario->probe.measured;

    for (size_t i = 0; i < measured->count; i++) {
        const char *metric = check_metric_of(measured->item[i]);

        if (metric == NULL) {
            error_set(error, STATUS_USAGE, "probe.measured: \"%.80s\" is no NAME=METRIC",
                      measured->item[i]);
            return error_at(error, scenario_where(scenario, "probe.measured"));
        }
        if (check_metric(scenario, metric, error) != 0) {
            return -1;
        }
    }
    return 0;
}

int card_check_spec(const struct scenario *scenario, struct error *error)
{
    const struct check_spec *spec = &scenario->probe;

    if (spec->pass.count == 0) {
        error_set(error, STATUS_USAGE, "probe: it says no pass, so nothing could fail");
        error_hint(error, "write e.g. pass: [client.outcome.reset == 0]");
        return error_at(error, scenario_where(scenario, "probe.question"));
    }
    return check_texts(scenario, "probe.skip", &spec->skip, error) != 0 ||
                   check_texts(scenario, "probe.pass", &spec->pass, error) != 0 ||
                   check_texts(scenario, "probe.warn", &spec->warn, error) != 0 ||
                   check_texts(scenario, "probe.fail", &spec->fail, error) != 0
               ? -1
               : check_measured(scenario, error);
}
