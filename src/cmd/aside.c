#include "aside.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "finwait/conduct.h"
#include "finwait/file.h"
#include "finwait/grow.h"
#include "interrupts.h"
#include "trial.h"

int aside_open(struct aside *aside, struct error *error)
{
    aside->memory = -1;
    if (aside->directory != NULL) {
        aside->file = grow_format("%s/" RESULT_FILE, aside->directory);
        return file_directory(aside->directory, error);
    }
    aside->memory = memfd_create("finwait-result", MFD_CLOEXEC);
    aside->file = grow_format("/proc/self/fd/%d", aside->memory);
    return aside->memory >= 0 ? 0 : error_errno(error, STATUS_MACHINE, errno, "memfd_create");
}

void aside_close(struct aside *aside)
{
    if (aside->memory >= 0) {
        close(aside->memory);
    }
    free(aside->directory);
    free(aside->file);
}

struct result *aside_read(const struct aside *aside, struct error *error)
{
    return result_read(aside->file, error);
}

static int keep_result(const struct aside *aside, const struct result *result, struct error *error)
{
    FILE *file;

    if (aside->directory != NULL) {
        return result_write(result, aside->directory, error);
    }
    file = fdopen(dup(aside->memory), "w");
    if (file == NULL || result_dump(result, file) != 0 || fclose(file) != 0) {
        return error_errno(error, STATUS_MACHINE, errno, "keep a result in memory");
    }
    return 0;
}

static void on_progress(void *context, const struct progress *progress)
{
    progress_line_show(context, progress);
}

enum status aside_run(void *context, struct error *error)
{
    const struct aside *aside = context;
    struct conduct_options options = {.cut_by = interrupts_name, .out = aside->directory};
    struct result *result;
    enum status status;

    if (trial_prepare(aside->scenario, error) != 0) {
        return error->status;
    }
    if (aside->line != NULL) {
        options.progress = on_progress;
        options.progress_every = progress_line_every(aside->line);
        options.context = aside->line;
    }
    result = conduct(aside->scenario, &options, error);
    if (result == NULL) {
        return error->status;
    }
    status = trial_judge(result, aside->scenario, error);
    if (keep_result(aside, result, error) != 0) {
        status = error->status;
    }
    result_free(result);
    return interrupts_seen() ? STATUS_INTERRUPTED : status;
}
