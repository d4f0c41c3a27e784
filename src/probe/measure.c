#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/expect.h"
#include "finwait/grow.h"
#include "parts.h"

/* The interval of a share by Wilson (1927), for a normal deviate of 1.96. */
static void bound(struct card_measure *share)
{
    double z = 1.96;
    double n = share->tries;
    double middle = share->value + z * z / (2 * n);
    double half = z * sqrt(share->value * (1 - share->value) / n + z * z / (4 * n * n));

    share->low = fmax(0, (middle - half) / (1 + z * z / n));
    share->high = fmin(1, (middle + half) / (1 + z * z / n));
}

/* "METRIC/METRIC": false where one was not measured, or nothing was tried. */
static bool measure_share(struct card_measure *share, const char *metrics,
                          const struct result *result)
{
    char *part = grow_format("%.*s", (int)strcspn(metrics, "/"), metrics);
    double count = 0;
    bool measured = result_metric(result, part, &count) &&
                    result_metric(result, strchr(metrics, '/') + 1, &share->tries) &&
                    share->tries > 0;

    free(part);
    if (measured) {
        share->value = fmin(1, count / share->tries);
        share->unit = grow_text("share");
        bound(share);
    }
    return measured;
}

/* By an expectation that its metric is part of: it knows the unit. */
static bool measure_metric(struct card_measure *measure, const char *metric, struct result *result)
{
    static const char *const units[QUANTITY_N] = {[QUANTITY_COUNT] = "",
                                                  [QUANTITY_TIME] = "s",
                                                  [QUANTITY_SIZE] = "bytes",
                                                  [QUANTITY_RATE] = "1/s"};
    char *text = grow_format("%s >= 0", metric);
    struct error unused;
    bool measured = false;

    if (expect_judge(result, text, (struct where){0}, &unused) == 0) {
        const struct expectation_result *one = &result->expectation[result->expectation_count - 1];

        measured = one->compared;
        measure->value = one->left;
        measure->unit = measured ? grow_text(units[one->quantity]) : NULL;
    }
    free(text);
    return measured;
}

void card_measure_add(struct card_check *check, const char *measured, struct result *result)
{
    const char *metric = check_metric_of(measured);
    struct card_measure one = {0};

    if (strchr(metric, '/') != NULL ? measure_share(&one, metric, result)
                                    : measure_metric(&one, metric, result)) {
        one.name = grow_format("%.*s", (int)strcspn(measured, "="), measured);
        check->measure = grow_by_one(check->measure, check->measure_count, sizeof *check->measure);
        check->measure[check->measure_count++] = one;
    }
}

/* What result.json has of the packets, of the sockets at the end, and of who held them. */
json_t *card_evidence(const struct result *result)
{
    json_t *whole = result_to_json(result);
    json_t *evidence = json_object();

    for (size_t i = 0; i < 4; i++) {
        static const char *const parts[] = {"capture", "owners", "moments", "expectations"};
        json_t *part = json_object_get(whole, parts[i]);

        if (part != NULL) {
            json_object_set(evidence, parts[i], part);
        }
    }
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        json_t *final = json_object_get(json_object_get(whole, side_name(side)), "final");

        if (final != NULL) {
            json_object_set(evidence, side_name(side), final);
        }
    }
    json_decref(whole);
    return evidence;
}
