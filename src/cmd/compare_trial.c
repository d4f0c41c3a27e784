#include <stdlib.h>
#include <string.h>

#include "aside.h"
#include "compare.h"
#include "finwait/expect.h"
#include "finwait/file.h"
#include "finwait/grow.h"
#include "finwait/report.h"
#include "interrupts.h"

static char *directory_of(const struct compare *compare, size_t round, size_t variant)
{
    const char *folder = compare->variants.variants->item[variant].folder;

    return round == 0 ? grow_format("%s/" COMPARE_WARM_UP "/%s", compare->out, folder)
                      : grow_format("%s/" COMPARE_TRIALS "/%03zu-%s", compare->out, round, folder);
}

/* ---- what comes of it ---- */

static void keep_failure(const struct aside *aside, enum status status, const char *why)
{
    json_t *json = json_pack("{s:i, s:s}", "status", (int)status, "why", why);
    struct error unused;

    if (aside->directory != NULL && json != NULL) {
        file_write(aside->directory, FAILURE_FILE, compare_dump_json, json, &unused);
    }
    json_decref(json);
}

static int leave_out(struct compare *compare, size_t round, size_t variant, struct error *error)
{
    if (round > 0) {
        comparison_add_failure(compare->comparison, variant, round, error->status, error->what);
    }
    return -1;
}

/* Whether the trial counts; else `error` says why it does not. */
static bool counts(enum status status, const struct result *result, struct error *error)
{
    if (result == NULL || error->what[0] != '\0') {
        return false; /* it has been said */
    }
    if (result->partial) {
        char *why = report_partial(result);
        error_set(error, STATUS_INTERRUPTED, "%s", why);
        free(why);
        return false;
    }
    if (status > STATUS_UNMET) {
        error_set(error, status, "it ended with status %d", (int)status);
        return false;
    }
    return true;
}

static int take(struct compare *compare, size_t round, size_t variant, enum status status,
                const struct aside *aside, struct error *error)
{
    bool run = error->what[0] == '\0';
    struct result *result = run ? aside_read(aside, error) : NULL;
    bool good = counts(status, result, error);

    if (good && round > 0) {
        comparison_add_trial(compare->comparison, variant, round, status, result);
    }
    result_free(result);
    if (good) {
        return 0;
    }
    if (error->status != STATUS_MACHINE) {
        keep_failure(aside, error->status, error->what); /* a full disk may have room by --resume */
    }
    return leave_out(compare, round, variant, error);
}

int compare_trial(struct compare *compare, size_t round, size_t variant, struct error *error)
{
    bool watched = compare->line.terminal && !compare->quiet;
    struct aside aside = {.scenario = compare->variants.item[variant],
                          .line = watched ? &compare->line : NULL};
    int status = -1;

    if (compare->out != NULL) {
        aside.directory = directory_of(compare, round, variant);
    }
    if (aside_open(&aside, error) != 0) {
        leave_out(compare, round, variant, error);
    } else {
        enum status ended = apart_run(aside_run, &aside, error);
        status = interrupts_seen() ? -1 : take(compare, round, variant, ended, &aside, error);
    }
    aside_close(&aside);
    return status;
}

/* ---- one of an earlier part of the comparison ---- */

static bool take_failure(struct compare *compare, size_t round, size_t variant,
                         const char *directory)
{
    char *file = grow_format("%s/" FAILURE_FILE, directory);
    struct error error = {0};
    json_t *json = result_read_json(file, FAILURE_FILE, &error);
    const char *why = json_string_value(json_object_get(json, "why"));

    if (why != NULL) {
        json_int_t status = json_integer_value(json_object_get(json, "status"));
        error_set(&error, (enum status)status, "%s", why);
        leave_out(compare, round, variant, &error);
    }
    free(file);
    json_decref(json);
    return why != NULL;
}

static bool take_result(struct compare *compare, size_t round, size_t variant,
                        const char *directory)
{
    char *file = grow_format("%s/" RESULT_FILE, directory);
    struct error error = {0};
    struct result *result = result_read(file, &error);
    bool whole = result != NULL && !result->partial;

    if (whole) {
        comparison_add_trial(compare->comparison, variant, round, expect_status(result), result);
    }
    result_free(result);
    free(file);
    return whole;
}

bool compare_trial_again(struct compare *compare, size_t round, size_t variant)
{
    char *directory = directory_of(compare, round, variant);
    bool there = take_failure(compare, round, variant, directory) ||
                 take_result(compare, round, variant, directory);

    free(directory);
    return there;
}
