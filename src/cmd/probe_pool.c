#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "aside.h"
#include "finwait/file.h"
#include "finwait/grow.h"
#include "interrupts.h"
#include "probe.h"

/* A job under way. */
struct running {
    struct probe_job *job;
    struct scenario *scenario;
    struct aside aside;
    struct apart apart;
};

struct pool {
    const struct probe_terms *terms;
    struct progress_line line;
    size_t count, done;
    size_t under_way;
    struct running *running; /* terms->jobs of them; one without a job is free */
};

/* ---- what is kept ---- */

/* A scenario as it was run, its paths written out: a list or a map is YAML as it stands, all else a
 * text, which JSON and YAML quote alike. */
static void put_pair(void *context, const char *path, const char *value)
{
    FILE *out = context;
    json_t *text = json_string(value);
    char *quoted = text != NULL ? json_dumps(text, JSON_ENCODE_ANY) : NULL;
    bool is_list = strcmp(path, "expect") == 0 || strcmp(path, "faults") == 0 ||
                   strcmp(path, "events") == 0 || strncmp(path, "probe.", 6) == 0;

    if (!is_list && quoted != NULL) {
        fprintf(out, "%s: %s\n", path, value[0] == '[' || value[0] == '{' ? value : quoted);
    }
    free(quoted);
    json_decref(text);
}

struct listing {
    FILE *out;
    const char *path;
    bool begun;
};

static void put_item(void *context, const char *path, const char *value)
{
    struct listing *listing = context;

    if (strcmp(path, listing->path) == 0) {
        json_t *text = json_string(value);
        char *quoted = text != NULL ? json_dumps(text, JSON_ENCODE_ANY) : NULL;

        if (!listing->begun) {
            fprintf(listing->out, "%s:\n", path);
        }
        fprintf(listing->out, "  - %s\n", value[0] == '{' || quoted == NULL ? value : quoted);
        listing->begun = true;
        free(quoted);
        json_decref(text);
    }
}

static int write_scenario(const void *context, FILE *out)
{
    static const char *const lists[] = {"faults", "events", "expect"};
    const struct scenario *scenario = context;

    scenario_each(scenario, put_pair, out);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct listing listing = {out, lists[i], false};

        scenario_each(scenario, put_item, &listing);
    }
    return ferror(out) != 0 ? -1 : 0;
}

static char *directory_of(const struct pool *pool, const struct probe_job *job)
{
    return pool->terms->keep != NULL
               ? grow_format("%s/%s%s%s", pool->terms->keep, job->check->id,
                             job->mutant != NULL ? "-" : "", job->mutant != NULL ? job->mutant : "")
               : NULL;
}

/* ---- one job ---- */

static void give_up(const struct probe_job *job, const struct error *error)
{
    char *said = grow_text(error->lines); /* by the program, line by line */

    for (char *end = said; (end = strchr(end, '\n')) != NULL;) {
        *end = ' ';
    }
    card_skip(job->verdict, "it could not be run: %s%s%s%s%s", error->what,
              error->hint[0] != '\0' ? "; " : "", error->hint, said[0] != '\0' ? " " : "", said);
    free(said);
}

static void judge(const struct running *running, enum status status, struct error *error)
{
    const struct probe_job *job = running->job;
    struct result *result = error->what[0] == '\0' ? aside_read(&running->aside, error) : NULL;

    (void)status; /* by the expectations that pass: they are judged again, with the others */
    if (result == NULL ||
        card_judge(job->verdict, &job->check->scenario->probe, job->check->side,
                   job->target != NULL ? job->target->program : NULL, result, error) != 0) {
        give_up(job, error);
    }
    result_free(result);
}

static void forget(struct pool *pool, struct running *running)
{
    scenario_free(running->scenario);
    *running = (struct running){0};
    pool->done++;
}

static void end(struct pool *pool, struct running *running, int status)
{
    struct error error;
    enum status ended = apart_end(&running->apart, status, &error);

    judge(running, ended, &error);
    aside_close(&running->aside);
    forget(pool, running);
    pool->under_way--;
}

static int start(struct running *running, struct error *error)
{
    struct aside *aside = &running->aside;

    if (aside_open(aside, error) == 0 &&
        (aside->directory == NULL || file_write(aside->directory, "scenario.yaml", write_scenario,
                                                running->scenario, error) == 0) &&
        apart_begin(&running->apart, aside_run, aside, error) == 0) {
        return 0;
    }
    aside_close(aside);
    return -1;
}

static void begin(struct pool *pool, struct running *running, struct probe_job *job)
{
    struct error error = {0};

    *running = (struct running){.job = job, .scenario = probe_scenario(job, pool->terms, &error)};
    running->aside =
        (struct aside){.scenario = running->scenario, .directory = directory_of(pool, job)};
    if (running->scenario != NULL && start(running, &error) == 0) {
        pool->under_way++;
        return;
    }
    if (error.what[0] != '\0') {
        give_up(job, &error);
    }
    forget(pool, running);
}

/* ---- all of them ---- */

static void show(struct pool *pool)
{
    char text[80];

    if (pool->line.terminal && !pool->terms->quiet) {
        snprintf(text, sizeof text, "%zu of %zu done, %zu under way", pool->done, pool->count,
                 pool->under_way);
        progress_line_put(&pool->line, text);
    }
}

static struct running *find(struct pool *pool, pid_t child)
{
    for (size_t i = 0; i < pool->terms->jobs; i++) {
        struct running *running = &pool->running[i];

        if (child == 0 ? running->job == NULL
                       : running->job != NULL && running->apart.child == child) {
            return running;
        }
    }
    return NULL;
}

/* What comes to this process alone goes to all of them. */
static void pass_on(struct pool *pool)
{
    for (size_t i = 0; i < pool->terms->jobs; i++) {
        if (pool->running[i].job != NULL) {
            interrupts_send(pool->running[i].apart.child);
        }
    }
}

static void await_one(struct pool *pool)
{
    bool passed = false;

    for (;;) {
        int status;

        if (interrupts_seen() && !passed) { /* before or while it waits */
            pass_on(pool);
            passed = true;
        }
        pid_t child = waitpid(-1, &status, 0);
        struct running *running = child > 0 ? find(pool, child) : NULL;

        if (running != NULL) {
            end(pool, running, status);
            return;
        }
        if (child < 0 && errno != EINTR) {
            return;
        }
    }
}

static bool is_patient(const struct probe_job *job)
{
    return job->check->scenario->probe.patient != PATIENCE_NONE;
}

static void run_those(struct pool *pool, struct probe_job *jobs, bool patient, size_t most)
{
    for (size_t i = 0; i < pool->count && !interrupts_seen(); i++) {
        if (is_patient(&jobs[i]) != patient) {
            continue;
        }
        while (pool->under_way >= most) {
            await_one(pool);
        }
        begin(pool, find(pool, 0), &jobs[i]);
        show(pool);
    }
}

static void await_all(struct pool *pool)
{
    while (pool->under_way > 0) {
        await_one(pool);
        show(pool);
    }
}

/* Who waits longest begins first.  But those that share a server disturb each other's counts: they
 * run by themselves, and who only waits, and counts nothing, does so behind them. */
static void run_all(struct pool *pool, struct probe_job *jobs)
{
    bool shared = jobs[0].target != NULL && jobs[0].target->remote;

    if (shared) {
        run_those(pool, jobs, false, 1);
        await_all(pool);
    }
    run_those(pool, jobs, true, pool->terms->jobs);
    if (!shared) {
        run_those(pool, jobs, false, pool->terms->jobs);
    }
    await_all(pool);
}

bool probe_run(struct probe_job *jobs, size_t count, const struct probe_terms *terms)
{
    struct pool pool = {
        .terms = terms, .count = count, .running = grow_new(terms->jobs, sizeof *pool.running)};

    progress_line_init(&pool.line);
    interrupts_wake(true);
    run_all(&pool, jobs);
    interrupts_wake(false);
    progress_line_end(&pool.line);
    free(pool.running);
    return !interrupts_seen();
}
