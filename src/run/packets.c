#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "finwait/file.h"
#include "finwait/grow.h"
#include "trial.h"

enum {
    KEYS_PIPE = 1 << 20, /* what workers may write while nobody reads */
};

/* ---- before ---- */

/* In the directory of the result; -1 with STATUS_MACHINE. */
static int open_file(const struct trial *trial, const char *name, mode_t mode, int *fd,
                     struct error *error)
{
    char *path = grow_format("%s/%s", trial->options->out, name);

    *fd = file_create(path, mode);
    if (*fd < 0) {
        error_errno(error, STATUS_MACHINE, errno, "cannot write %s", path);
    }
    free(path);
    return *fd < 0 ? -1 : 0;
}

/* Whose TLS tells the secrets: one side's are those of the connection. */
static struct tls *teller_of(const struct trial *trial)
{
    return trial->tls[SIDE_CLIENT] != NULL ? trial->tls[SIDE_CLIENT] : trial->tls[SIDE_SERVER];
}

/* A pipe from the workers, who must never wait for it. */
static int open_keys(struct trial *trial, struct capture_plan *plan, struct error *error)
{
    int pair[2];

    if (teller_of(trial) == NULL) {
        return 0;
    }
    if (open_file(trial, RESULT_KEYS, S_IRUSR | S_IWUSR, &plan->keys_file, error) != 0) {
        return -1;
    }
    if (pipe2(pair, O_CLOEXEC | O_NONBLOCK) != 0) {
        return error_errno(error, STATUS_MACHINE, errno, "pipe2");
    }
    fcntl(pair[0], F_SETPIPE_SZ, KEYS_PIPE);
    plan->keys = pair[0];
    tls_log_keys(teller_of(trial), pair[1]);
    return 0;
}

static int open_all(struct trial *trial, struct capture_plan *plan, struct error *error)
{
    if (trial->options->out == NULL) {
        return 0; /* they are not written */
    }
    return open_file(trial, RESULT_PACKETS, 0666, &plan->packets, error) != 0
               ? -1
               : open_keys(trial, plan, error);
}

static void close_all(const struct capture_plan *plan)
{
    const int fd[] = {plan->packets, plan->keys, plan->keys_file};

    for (size_t i = 0; i < sizeof fd / sizeof fd[0]; i++) {
        if (fd[i] >= 0) {
            close(fd[i]);
        }
    }
}

int packets_begin(struct trial *trial, struct error *error)
{
    struct capture_plan plan = {
        .wanted = trial->scenario->capture,
        .port = plan_port(trial),
        .packets = -1,
        .keys = -1,
        .keys_file = -1,
    };

    if (plan.wanted == 0) {
        return 0;
    }
    if (open_all(trial, &plan, error) == 0) {
        trial->capture = capture_start(&plan, trial->lab, error);
    }
    close_all(&plan);
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
