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

/* Whether what was found is what had to be. */
static bool is_right(const struct probe_job *job)
{
    bool fails = job->mutant != NULL && names_mutant(job->check, job->mutant);

    return fails ? job->verdict->found == CARD_FAIL || job->verdict->found == CARD_WARN
                 : job->verdict->found == CARD_PASS;
}

static void tell_wrong(const struct probe_job *job, FILE *out)
{
    fprintf(out, "    %s: %s%s%s\n", job->mutant != NULL ? job->mutant : "sound",
            card_verdict_word(job->verdict->found), job->verdict->reason != NULL ? ": " : "",
            job->verdict->reason != NULL ? job->verdict->reason : "");
}

/* The jobs of one check, which follow each other.  True: all came out as they had to. */
static bool tell(const struct probe_job *jobs, size_t count, FILE *out)
{
    size_t right = 0;
    size_t failing = 0;

    for (size_t i = 0; i < count; i++) {
        right += is_right(&jobs[i]);
        failing += jobs[i].mutant != NULL && names_mutant(jobs[i].check, jobs[i].mutant);
    }
    fprintf(out, "  %s  %-26s sound passes, %zu to fail, %zu others to pass\n",
            right == count ? "ok   " : "WRONG", jobs[0].check->id, failing, count - 1 - failing);
    for (size_t i = 0; i < count; i++) {
        if (!is_right(&jobs[i])) {
            tell_wrong(&jobs[i], out);
        }
    }
    return right == count;
}

/* The checks of a mutant's own alone, unless all are asked for. */
enum status probe_self_test(const struct probe_checks *checks, const struct probe_terms *terms)
{
    struct words mutants = {0};
    struct card card = {0};
    bool good = true;

    gather(checks, &mutants);
    size_t each = mutants.count + 1;
    size_t count = checks->count * each;
    struct probe_job *jobs = grow_new(count, sizeof *jobs);

    for (size_t i = 0; i < count; i++) {
        card_add(&card, checks->item[i / each].id, &checks->item[i / each].scenario->probe);
    }
    for (size_t i = 0; i < count; i++) {
        jobs[i] = (struct probe_job){.check = &checks->item[i / each],
                                     .mutant = i % each > 0 ? mutants.item[i % each - 1] : NULL,
                                     .verdict = &card.check[i]};
    }
    bool whole = probe_run(jobs, count, terms);
    for (size_t i = 0; whole && i < checks->count; i++) {
        good &= tell(&jobs[i * each], each, stdout);
    }
    free(jobs);
    card_fini(&card);
    words_fini(&mutants);
    return !whole ? STATUS_INTERRUPTED : good ? STATUS_OK : STATUS_UNMET;
}
