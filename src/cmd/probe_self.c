#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "probe.h"

/* Each check is to fail for the mutants that it names, and to pass for all others of its program.
 */

static bool names_mutant(const struct probe_check *check, const char *mutant)
{
    const struct words *mutants = &check->scenario->probe.mutant;

    for (size_t i = 0; i < mutants->count; i++) {
        if (strcmp(mutants->item[i], mutant) == 0) {
            return true;
        }
    }
    return false;
}

/* All that are known, each once. */
static void gather(const struct probe_checks *checks, struct words *all)
{
    for (size_t i = 0; i < checks->count; i++) {
        const struct words *mutants = &checks->item[i].scenario->probe.mutant;

        for (size_t j = 0; j < mutants->count; j++) {
            bool known = false;

            for (size_t k = 0; k < all->count; k++) {
                known |= strcmp(all->item[k], mutants->item[j]) == 0;
            }
            if (!known) {
                words_add(all, mutants->item[j]);
            }
        }
    }
}

/* Whether what was found is what had to be.  Another's mutant may leave nothing to ask. */
static bool is_right(const struct probe_job *job)
{
    bool fails = job->mutant != NULL && names_mutant(job->check, job->mutant);

    return fails ? job->verdict->found == CARD_FAIL || job->verdict->found == CARD_WARN
                 : job->verdict->found == CARD_PASS ||
                       (job->mutant != NULL && job->verdict->found == CARD_SKIP);
}

static void tell_wrong(const struct probe_job *job, FILE *out)
{
    fprintf(out, "    %s: %s%s%s\n", job->mutant != NULL ? job->mutant : "sound",
            card_verdict_word(job->verdict->found), job->verdict->reason != NULL ? ": " : "",
            job->verdict->reason != NULL ? job->verdict->reason : "");
}

/* A check and its jobs, which follow each other. */
struct trial {
    const struct probe_check *check;
    size_t first, count;
};

/* True: all came out as they had to. */
static bool tell(const struct trial *trial, const struct probe_job *jobs, FILE *out)
{
    size_t right = 0;
    size_t failing = 0;

    for (size_t i = trial->first; i < trial->first + trial->count; i++) {
        right += is_right(&jobs[i]);
        failing += jobs[i].mutant != NULL && names_mutant(jobs[i].check, jobs[i].mutant);
    }
    fprintf(out, "  %s  %-26s sound passes, %zu to fail, %zu others to pass\n",
            right == trial->count ? "ok   " : "WRONG", trial->check->id, failing,
            trial->count - 1 - failing);
    for (size_t i = trial->first; i < trial->first + trial->count; i++) {
        if (!is_right(&jobs[i])) {
            tell_wrong(&jobs[i], out);
        }
    }
    return right == trial->count;
}

struct self_test {
    struct words mutants;
    struct card card; /* a row a job */
    struct probe_job *job;
    size_t count;
    struct trial *trial; /* one a check */
};

static void add_job(struct self_test *test, const struct probe_check *check, const char *mutant)
{
    test->job = grow_by_one(test->job, test->count, sizeof *test->job);
    test->job[test->count++] = (struct probe_job){.check = check, .mutant = mutant};
    card_add(&test->card, check->id, &check->scenario->probe);
}

static void plan(struct self_test *test, const struct probe_checks *checks, bool own)
{
    gather(checks, &test->mutants);
    test->trial = grow_new(checks->count + 1, sizeof *test->trial);
    for (size_t i = 0; i < checks->count; i++) {
        const struct probe_check *check = &checks->item[i];
        size_t first = test->count;

        add_job(test, check, NULL);
        for (size_t j = 0; j < test->mutants.count; j++) {
            if (!own || names_mutant(check, test->mutants.item[j])) {
                add_job(test, check, test->mutants.item[j]);
            }
        }
        test->trial[i] = (struct trial){check, first, test->count - first};
    }
    for (size_t i = 0; i < test->count; i++) {
        test->job[i].verdict = &test->card.check[i];
    }
}

enum status probe_self_test(const struct probe_checks *checks, const struct probe_terms *terms)
{
    struct self_test test = {0};
    bool good = true;

    plan(&test, checks, terms->own);
    bool whole = probe_run(test.job, test.count, terms);
    for (size_t i = 0; whole && i < checks->count; i++) {
        good &= tell(&test.trial[i], test.job, stdout);
    }
    card_fini(&test.card);
    words_fini(&test.mutants);
    free(test.job);
    free(test.trial);
    return !whole ? STATUS_INTERRUPTED : good ? STATUS_OK : STATUS_UNMET;
}
