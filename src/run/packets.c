#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "finwait/grow.h"
#include "trial.h"

/* ---- before ---- */

/* In the directory of the result; -1 with STATUS_MACHINE.  Without one they are not written. */
static int open_file(const struct trial *trial, int *fd, struct error *error)
{
    char *path;

    *fd = -1;
    if (trial->options->out == NULL) {
        return 0;
    }
    path = grow_format("%s/%s", trial->options->out, RESULT_PACKETS);
    *fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (*fd < 0) {
        error_errno(error, STATUS_MACHINE, errno, "open %s", path);
    }
    free(path);
    return *fd < 0 ? -1 : 0;
}

int packets_begin(struct trial *trial, struct error *error)
{
    struct capture_plan plan = {
        .wanted = trial->scenario->capture,
        .port = plan_port(trial),
    };

    if (plan.wanted == 0) {
        return 0;
    }
    if (open_file(trial, &plan.packets, error) != 0) {
        return -1;
    }
    trial->capture = capture_start(&plan, trial->lab, error);
    if (plan.packets >= 0) {
        close(plan.packets);
    }
    return trial->capture != NULL ? 0 : -1;
}

void packets_foresee(struct trial *trial)
{
    if (trial->capture != NULL) {
        capture_foresee(trial->capture, result_foreseen(trial->result));
    }
}

/* ---- after ---- */

static void keep(const struct trial *trial, const struct captured *captured)
{
    struct result_capture *kept = &trial->result->capture;

    trial->result->has_capture = true;
    kept->tally = captured->tally;
    kept->file = grow_text(trial->options->out != NULL ? RESULT_PACKETS : NULL);
    kept->drawn = captured->drawn;
    kept->client = grow_text(captured->drawn > 0 ? captured->client : NULL);
    kept->foreseen = captured->foreseen;
    kept->skipped = captured->skipped;
    kept->count = captured->count;
    if (captured->count > 0) {
        kept->packet = grow_new(captured->count, sizeof *kept->packet);
        memcpy(kept->packet, captured->packet, captured->count * sizeof *kept->packet);
    }
}

void packets_end(struct trial *trial)
{
    struct captured captured;
    struct error error;

    if (trial->capture == NULL) {
        return;
    }
    if (capture_end(trial->capture, result_foreseen(trial->result), &captured, &error) == 0) {
        keep(trial, &captured);
    } else {
        text_pairs_add(&trial->result->unkept, "packets", error.what);
    }
}
