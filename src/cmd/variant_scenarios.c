#include "variant_scenarios.h"

#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "trial.h"

/* A variant is no comparison itself. */
static const struct scenario_override alone[] = {
    {"vary", "null", .written = true},
    {"variants", "null", .written = true},
    {"compare", "null", .written = true},
};
#define ALONE (sizeof alone / sizeof alone[0])

static struct scenario *load_one(const char *name, const struct overrides *overrides,
                                 const struct variant *variant, struct error *error)
{
    struct overrides all = {0};
    struct scenario *scenario;

    all.item = grow_new(overrides->count + ALONE + variant->count, sizeof *all.item);
    for (size_t i = 0; i < overrides->count; i++) {
        all.item[all.count++] = overrides->item[i];
    }
    for (size_t i = 0; i < ALONE; i++) {
        all.item[all.count++] = alone[i];
    }
    for (size_t i = 0; i < variant->count; i++) {
        const struct variant_setting *setting = variant->setting[i];
        all.item[all.count++] =
            (struct scenario_override){setting->path, setting->value, true, setting->where};
    }
    scenario = command_scenario(name, &all, error);
    free(all.item);
    return scenario;
}

/* `error` is told to be of the variant. */
static int fail_in(const struct variant *variant, struct error *error)
{
    struct error of = *error;

    error_set(error, of.status, "variant %s: %s", variant->name, of.what);
    error_hint(error, "%s", of.hint);
    return error_at(error, (struct where){of.file[0] != '\0' ? of.file : NULL, of.line, of.column});
}

static bool same_sysctls(const struct scenario *a, const struct scenario *b)
{
    bool same = a->lab == b->lab;

    for (enum side side = SIDE_CLIENT; same && side < SIDE_N; side++) {
        const struct sysctl_settings *x = &a->side[side].sysctl;
        const struct sysctl_settings *y = &b->side[side].sysctl;

        same = x->count == y->count;
        for (size_t i = 0; same && i < x->count; i++) {
            same = strcmp(x->item[i].name, y->item[i].name) == 0 &&
                   strcmp(x->item[i].value, y->item[i].value) == 0;
        }
    }
    return same;
}

/* Each set of sysctls once: to try one takes two labs. */
static int try_sysctls(const struct variant_scenarios *set, size_t index, struct error *error)
{
    struct error untried;

    for (size_t i = 0; i < index; i++) {
        if (same_sysctls(set->item[i], set->item[index])) {
            return 0;
        }
    }
    if (trial_try_sysctls(set->item[index], &untried) != LAB_CANNOT) {
        return 0;
    }
    *error = untried;
    return -1;
}

int variant_scenarios_load(struct variant_scenarios *set, const char *name,
                           const struct overrides *overrides, const struct scenario *base,
                           struct error *error)
{
    set->variants = variants_new(&base->compare, error);
    if (set->variants == NULL) {
        return -1;
    }
    for (size_t i = 0; i < set->variants->count; i++) {
        const struct variant *variant = &set->variants->item[i];

        set->item[i] = load_one(name, overrides, variant, error);
        if (set->item[i] == NULL || try_sysctls(set, i, error) != 0) {
            return fail_in(variant, error);
        }
    }
    return 0;
}

void variant_scenarios_fini(struct variant_scenarios *set)
{
    for (size_t i = 0; set->variants != NULL && i < set->variants->count; i++) {
        scenario_free(set->item[i]);
    }
    variants_free(set->variants);
    *set = (struct variant_scenarios){0};
}
