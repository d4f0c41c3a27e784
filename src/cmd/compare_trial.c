#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "apart.h"
#include "compare.h"
#include "finwait/conduct.h"
#include "finwait/expect.h"
#include "finwait/file.h"
#include "finwait/grow.h"
#include "finwait/report.h"
#include "interrupts.h"
#include "trial.h"

/* ---- where a trial's result goes ---- */

/* A directory of its own, or a file without a name. */
struct place {
    char *directory; /* NULL: */
    int memory;
    char *file; /* to read it from */
};

static char *directory_of(const struct compare *compare, size_t round, size_t variant)
{
    const char *folder = compare->variants.variants->item[variant].folder;

    return round == 0 ? grow_format("%s/" COMPARE_WARM_UP "/%s", compare->out, folder)
                      : grow_format("%s/" COMPARE_TRIALS "/%03zu-%s", compare->out, round, folder);
}

static int place_open(struct place *place, const struct compare *compare, size_t round,
                      size_t variant, struct error *error)
{
    *place = (struct place){.memory = -1};
    if (compare->out != NULL) {
        place->directory = directory_of(compare, round, variant);
        place->file = grow_format("%s/" RESULT_FILE, place->directory);
        return file_directory(place->directory, error);
    }
    place->memory = memfd_create("finwait-result", MFD_CLOEXEC);
    place->file = grow_format("/proc/self/fd/%d", place->memory);
    return place->memory >= 0 ? 0 : error_errno(error, STATUS_MACHINE, errno, "memfd_create");
}

static void place_fini(struct place *place)
{
    if (place->memory >= 0) {
        close(place->memory);
    }
    free(place->directory);
    free(place->file);
}

static int keep_result(const struct place *place, const struct result *result, struct error *error)
{
    FILE *file;

    if (place->directory != NULL) {
        return result_write(result, place->directory, error);
    }
    file = fdopen(dup(place->memory), "w");
    if (file == NULL || result_dump(result, file) != 0 || fclose(file) != 0) {
        return error_errno(error, STATUS_MACHINE, errno, "keep a result in memory");
    }
    return 0;
}

/* ---- the trial, in its own process ---- */

struct errand {
    const struct scenario *scenario;
    const struct place *place;
    struct progress_line *line; /* NULL: nobody looks on */
};

static void on_progress(void *context, const struct progress *progress)
{
    progress_line_show(context, progress);
}

static enum status run_trial(void *context, struct error *error)
{
    const struct errand *errand = context;
    struct conduct_options options = {.cut_by = interrupts_name, .out = errand->place->directory};
    struct result *result;
    enum status status;

    if (trial_prepare(errand->scenario, error) != 0) {
        return error->status;
    }
    if (errand->line != NULL) {
        options.progress = on_progress;
        options.progress_every = progress_line_every(errand->line);
        options.context = errand->line;
    }
    result = conduct(errand->scenario, &options, error);
    if (result == NULL) {
        return error->status;
    }
    status = trial_judge(result, errand->scenario, error);
    if (keep_result(errand->place, result, error) != 0) {
        status = error->status;
    }
    result_free(result);
    return interrupts_seen() ? STATUS_INTERRUPTED : status;
}

/* ---- what comes of it ---- */

static void keep_failure(const struct place *place, enum status status, const char *why)
{
    json_t *json = json_pack("{s:i, s:s}", "status", (int)status, "why", why);
    struct error unused;

    if (place->directory != NULL && json != NULL) {
        file_write(place->directory, FAILURE_FILE, compare_dump_json, json, &unused);
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
                const struct place *place, struct error *error)
{
    bool run = error->what[0] == '\0';
    struct result *result = run ? result_read(place->file, error) : NULL;
    bool good = counts(status, result, error);

    if (good && round > 0) {
        comparison_add_trial(compare->comparison, variant, round, status, result);
    }
    result_free(result);
    if (good) {
        return 0;
    }
    if (error->status != STATUS_MACHINE) {
        keep_failure(place, error->status, error->what); /* a full disk may have room by --resume */
    }
    return leave_out(compare, round, variant, error);
}

int compare_trial(struct compare *compare, size_t round, size_t variant, struct error *error)
{
    struct place place;
    bool watched = compare->line.terminal && !compare->quiet;
    struct errand errand = {compare->variants.item[variant], &place,
                            watched ? &compare->line : NULL};
    int status = -1;

    if (place_open(&place, compare, round, variant, error) != 0) {
        leave_out(compare, round, variant, error);
    } else {
        enum status ended = apart_run(run_trial, &errand, error);
        status = interrupts_seen() ? -1 : take(compare, round, variant, ended, &place, error);
    }
    place_fini(&place);
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
