#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "finwait/grow.h"
#include "finwait/order.h"

/* ---- what is asked of a comparison ---- */

static int find_baseline(const struct compare *compare, size_t *baseline, struct error *error)
{
    const struct comparison *comparison = compare->comparison;
    const char *name = compare->base->compare.baseline;
    const char *names[VARIANTS_MAX];
    const char *near;

    size_t count = 0;

    if (name == NULL) {
        return 0;
    }
    for (; count < comparison->variant_count && count < VARIANTS_MAX; count++) {
        names[count] = comparison->variant[count].name;
        if (strcmp(names[count], name) == 0) {
            *baseline = count;
            return 0;
        }
    }
    near = nearest_spelling(name, names, count);
    error_set(error, STATUS_USAGE, "no variant is called %s", name);
    error_hint(error, "%s%s", near != NULL ? "did you mean " : "the first is ",
               near != NULL ? near : names[0]);
    return error_at(error, scenario_where(compare->base, "compare.baseline"));
}

int compare_take_terms(struct compare *compare, struct error *error)
{
    const struct compare_spec *spec = &compare->base->compare;

    compare->terms = (struct comparison_terms){
        .margin = spec->margin,
        .metric_count = spec->metric.count,
        .metric = (const char *const *)spec->metric.item,
        .all = compare->all,
        .fail_if_count = spec->fail_if.count,
        .fail_if = (const char *const *)spec->fail_if.item,
    };
    if (comparison_check_terms(&compare->terms, error) != 0) {
        return -1;
    }
    return find_baseline(compare, &compare->comparison->baseline, error);
}

/* ---- the variants ---- */

static void add_variants(struct compare *compare)
{
    const struct variants *variants = compare->variants.variants;

    for (size_t i = 0; i < variants->count; i++) {
        struct text_pairs set = {0};
        for (size_t j = 0; j < variants->item[i].count; j++) {
            const struct variant_setting *setting = variants->item[i].setting[j];
            text_pairs_add(&set, setting->path, setting->value);
        }
        comparison_add_variant(compare->comparison, variants->item[i].name, &set);
        text_pairs_fini(&set);
    }
}

void compare_find_study(struct compare *compare)
{
    struct error unused;

    if (compare->name == NULL) {
        return;
    }
    char *study = grow_format("compare/%s", compare->name);
    char *file = library_find(compare->name, &unused);
    char *study_file = NULL;

    if (file == NULL && order_find(compare->name) == NULL) {
        study_file = library_find(study, &unused);
    }
    if (study_file != NULL) {
        compare->name = compare->study = study;
    } else {
        free(study);
    }
    free(study_file);
    free(file);
}

int compare_load(struct compare *compare, struct error *error)
{
    compare->base = command_scenario(compare->name, &compare->overrides, error);
    if (compare->base == NULL ||
        variant_scenarios_load(&compare->variants, compare->name, &compare->overrides,
                               compare->base, error) != 0) {
        return -1;
    }
    compare->comparison = comparison_new(compare->base->name, true);
    compare->comparison->seed = compare->seed;
    add_variants(compare);
    return compare_take_terms(compare, error);
}

void compare_fini(struct compare *compare)
{
    variant_scenarios_fini(&compare->variants);
    scenario_free(compare->base);
    comparison_free(compare->comparison);
    json_decref(compare->plan);
    free(compare->study);
    free(compare->place);
    overrides_fini(&compare->overrides);
}
