#include "draft.h"

/* Whether what variants set are options.  What they set them to is told when they are loaded. */

static int check_setting(const struct draft *draft, const struct variant_setting *setting)
{
    if (option_is_comparison(setting->path)) {
        return draft_fail(draft, setting->where, "vary an option of what is run",
                          "%s cannot be varied", setting->path);
    }
    if (option_find(setting->path, NULL) == NULL) {
        option_unknown(setting->path, draft->error);
        return error_at(draft->error, setting->where);
    }
    return 0;
}

static int check_groups(const struct draft *draft, const struct variant_groups *groups)
{
    for (size_t i = 0; i < groups->count; i++) {
        for (size_t j = 0; j < groups->item[i].count; j++) {
            if (check_setting(draft, &groups->item[i].setting[j]) != 0) {
                return -1;
            }
        }
    }
    return 0;
}

int draft_check_variants(const struct draft *draft)
{
    const struct compare_spec *spec = &draft->scenario->compare;

    return check_groups(draft, &spec->vary) == 0 ? check_groups(draft, &spec->named) : -1;
}
