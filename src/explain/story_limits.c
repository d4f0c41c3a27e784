#include "story.h"

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
        if (limit->advice != NULL) {
            story_advise(story, "%s", limit->advice);
        }
    }
}
