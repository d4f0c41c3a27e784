#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compare.h"
#include "finwait/codec.h"
#include "finwait/file.h"
#include "finwait/grow.h"

/* plan.json: what was asked for, and what it meant when it was begun. */

enum { PLAN_SCHEMA = 1 };

/* ---- writing ---- */

static void append_pair(void *context, const char *path, const char *value)
{
    json_array_append_new(context, json_pack("[s, s]", path, value));
}

static json_t *pairs_of(const struct scenario *scenario)
{
    json_t *pairs = json_array();

    scenario_each(scenario, append_pair, pairs);
    return pairs;
}

static json_t *variants_of(const struct variant_scenarios *set)
{
    json_t *list = json_array();

    for (size_t i = 0; i < set->variants->count; i++) {
        json_array_append_new(list, json_pack("{s:s, s:o}", "name", set->variants->item[i].name,
                                              "scenario", pairs_of(set->item[i])));
    }
    return list;
}

/* All but the flag that no file may give: who goes on says it again. */
static json_t *overrides_of(const struct overrides *overrides)
{
    json_t *list = json_array();

    for (size_t i = 0; i < overrides->count; i++) {
        const struct scenario_override *item = &overrides->item[i];
        if (strcmp(item->path, OVERRIDE_REMOTE) == 0) {
            continue;
        }
        json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "path", item->path, "value",
                                              item->value, "written", (int)item->written));
    }
    return list;
}

int compare_dump_json(const void *json, FILE *out)
{
    return codec_dump(json, out);
}

static char *path_in(const char *directory, const char *name)
{
    return grow_format("%s/%s", directory, name);
}

bool compare_holds(const char *directory, const char *name)
{
    char *path = path_in(directory, name);
    bool there = access(path, F_OK) == 0;

    free(path);
    return there;
}

/* The scenario's file as --resume finds it from anywhere; an order has none, the defaults no name.
 */
static char *lasting_name(const char *name)
{
    struct error unused;
    char *file = name != NULL ? library_find(name, &unused) : NULL;
    char *path = file != NULL ? realpath(file, NULL) : NULL;

    free(file);
    return path != NULL ? path : grow_text(name != NULL ? name : "");
}

int compare_plan_write(const struct compare *compare, struct error *error)
{
    char *name;
    json_t *json;
    int status;

    name = lasting_name(compare->name);
    json = json_pack("{s:i, s:s, s:s, s:I, s:b, s:o, s:o}", "plan", PLAN_SCHEMA, "version",
                     FINWAIT_VERSION, "scenario", name, "seed", (json_int_t)compare->seed, "all",
                     (int)compare->all, "overrides", overrides_of(&compare->overrides), "variants",
                     variants_of(&compare->variants));
    free(name);
    if (json == NULL) {
        return error_set(error, STATUS_USAGE, "what was asked for is no UTF-8");
    }
    status = file_write(compare->out, COMPARE_PLAN, compare_dump_json, json, error);
    json_decref(json);
    return status;
}

/* ---- reading ---- */

/* Whether all is there that the trials to come are made by. */
static bool is_whole(const json_t *plan)
{
    const json_t *seed = json_object_get(plan, "seed");
    const json_t *overrides = json_object_get(plan, "overrides");
    bool whole = json_is_string(json_object_get(plan, "scenario")) && json_is_integer(seed) &&
                 json_integer_value(seed) >= 0 && json_is_array(overrides);

    for (size_t i = 0; whole && i < json_array_size(overrides); i++) {
        const json_t *item = json_array_get(overrides, i);
        whole = json_is_string(json_object_get(item, "path")) &&
                json_is_string(json_object_get(item, "value"));
    }
    return whole;
}

static json_t *read_plan(const struct compare *compare, struct error *error)
{
    char *file = path_in(compare->resume, COMPARE_PLAN);
    json_t *json = result_read_json(file, COMPARE_PLAN, error);
    const char *wrong = NULL;

    if (json != NULL) {
        wrong = json_integer_value(json_object_get(json, "plan")) != PLAN_SCHEMA
                    ? "no plan of a comparison, or a later finwait's"
                : !is_whole(json) ? "its scenario, seed or overrides are not whole"
                                  : NULL;
    }
    if (wrong != NULL) {
        error_set(error, STATUS_USAGE, "%s", wrong);
        error_hint(error, "begin a new comparison in another directory");
        error_at(error, (struct where){.file = file});
        json_decref(json);
        json = NULL;
    }
    free(file);
    return json;
}

/* The plan's come first: of two the last one counts. */
static void take_overrides(struct compare *compare, const json_t *list)
{
    struct overrides given = compare->overrides;
    struct overrides all = {0};
    const json_t *item;
    size_t i;

    json_array_foreach (list, i, item) {
        struct scenario_override override = {
            json_string_value(json_object_get(item, "path")),
            json_string_value(json_object_get(item, "value")),
            json_is_true(json_object_get(item, "written")),
        };
        if (strcmp(override.path, OVERRIDE_REMOTE) != 0) {
            overrides_copy(&all, &override);
        }
    }
    for (i = 0; i < given.count; i++) {
        overrides_copy(&all, &given.item[i]);
    }
    overrides_fini(&given);
    compare->overrides = all;
}

int compare_plan_read(struct compare *compare, struct error *error)
{
    json_t *json = read_plan(compare, error);

    if (json == NULL) {
        return -1;
    }
    compare->plan = json;
    const char *name = json_string_value(json_object_get(json, "scenario"));
    compare->name = name[0] != '\0' ? name : NULL;
    compare->seed = (uint64_t)json_integer_value(json_object_get(json, "seed"));
    compare->all |= json_is_true(json_object_get(json, "all"));
    take_overrides(compare, json_object_get(json, "overrides"));
    return 0;
}

/* ---- has it changed? ---- */

static const char *word(const json_t *pair, size_t index)
{
    const char *text = json_string_value(json_array_get(pair, index));

    return text != NULL ? text : "nothing";
}

static int fail_changed(const char *variant, const json_t *then, const json_t *now,
                        struct error *error)
{
    if (then != NULL && strcmp(word(then, 0), word(now, 0)) == 0) {
        error_set(error, STATUS_USAGE,
                  "the scenario has changed since the comparison was begun: in variant %s %s is "
                  "%s, and was %s",
                  variant, word(now, 0), word(now, 1), word(then, 1));
    } else {
        error_set(error, STATUS_USAGE,
                  "the scenario has changed since the comparison was begun: variant %s", variant);
    }
    return error_hint(error, "begin a new one: trials of two scenarios are no pairs");
}

static int check_variant(const json_t *then, const json_t *now, struct error *error)
{
    const json_t *old = json_object_get(then, "scenario");
    const json_t *new = json_object_get(now, "scenario");
    const char *name = json_string_value(json_object_get(now, "name"));
    size_t count = json_array_size(new);

    if (json_equal(json_object_get(then, "name"), json_object_get(now, "name")) == 0) {
        return fail_changed(name, NULL, NULL, error); /* its trials lie under the other name */
    }
    for (size_t i = 0; i < count || i < json_array_size(old); i++) {
        if (json_equal(json_array_get(old, i), json_array_get(new, i)) == 0) {
            return fail_changed(name, json_array_get(old, i), json_array_get(new, i), error);
        }
    }
    return 0;
}

int compare_plan_check(const struct compare *compare, struct error *error)
{
    const json_t *then = json_object_get(compare->plan, "variants");
    json_t *now = variants_of(&compare->variants);
    int status = 0;

    if (json_array_size(then) != json_array_size(now)) {
        status = error_set(error, STATUS_USAGE,
                           "there were %zu variants when the comparison was begun, and are %zu",
                           json_array_size(then), json_array_size(now));
    }
    for (size_t i = 0; status == 0 && i < json_array_size(now); i++) {
        status = check_variant(json_array_get(then, i), json_array_get(now, i), error);
    }
    json_decref(now);
    return status;
}
