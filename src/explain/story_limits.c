#include <errno.h>
#include <string.h>

#include "ports.h"
#include "story.h"

/* What came of it is then told with advice of its own. */
static bool has_struck(const struct facts *facts, const struct result_limit *limit)
{
    const struct account *account;

    if (strcmp(limit->name, "local ports") == 0) {
        return ports_failed(facts) > 0;
    }
    if (!limit->has_side || strcmp(limit->name, "descriptors") != 0) {
        return false;
    }
    account = &facts->result->side[limit->side].account;
    return account->outcome[OUTCOME_NO_FD] + account->error[EMFILE] > 0;
}

/* Worked out by who conducted the run, and told before it began. */
void observe_foretold(struct story *story)
{
    const struct result *result = story->facts.result;

    for (size_t i = 0; i < result->limit_count; i++) {
        const struct result_limit *limit = &result->limit[i];

        if (limit->text == NULL) {
            continue;
        }
        if (limit->has_side) {
            story_about(story, limit->side);
        } else {
            story_next(story);
        }
        story_say(story, "Foretold before the load: %s", limit->text);
        if (limit->advice != NULL && !has_struck(&story->facts, limit)) {
            story_advise(story, "%s", limit->advice);
        }
    }
}
