#include "story.h"

/* lab: host: what an earlier run or another program left on the server's port. */

void observe_before(struct story *story)
{
    const struct facts *facts = &story->facts;
    char where[SERVER_TEXT];
    double sum = 0;

    for (unsigned side = 0; side < SIDE_N; side++) {
        double count = (double)facts->result->side[side].stood_before;
        if (count > 0) {
            story_evidence(story, "%s.stood_before", side_name(side));
        }
        sum += count;
    }
    if (sum > 0) {
        story_say(story,
                  "%s to or of the server %s stood before this run, from an earlier one or another "
                  "program: no count of sockets includes %s.",
                  COUNTED(sum, "socket", "sockets"), facts_server(where, sizeof where, facts),
                  PLURAL(sum, "it", "them"));
    }
}
