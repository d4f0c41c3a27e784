#include <string.h>

#include "finwait/kernel_sysctl.h"
#include "story.h"

/* "client.sysctl.net.ipv4.tcp_rfc1337": the name, and whose it is; NULL: it is another option. */
static const char *sysctl_of(const char *path, enum side *side)
{
    static const char between[] = ".sysctl.";

    for (*side = SIDE_CLIENT; *side < SIDE_N; (*side)++) {
        size_t length = strlen(side_name(*side));
        if (strncmp(path, side_name(*side), length) == 0 &&
            strncmp(path + length, between, strlen(between)) == 0) {
            return path + length + strlen(between);
        }
    }
    return NULL;
}

/* What the scenario sets that had better not be set on a machine that serves. */
void observe_dangers(struct story *story)
{
    const struct text_pairs *scenario = &story->facts.result->scenario;

    for (size_t i = 0; i < scenario->count; i++) {
        const char *path = scenario->item[i].name;
        const char *value = scenario->item[i].value;
        enum side side;
        const char *name = sysctl_of(path, &side);
        const struct sysctl_danger *danger =
            name != NULL ? sysctl_danger(sysctl_info(name), value) : NULL;

        if (danger != NULL) {
            story_about(story, side);
            story_evidence(story, "%s", path);
            story_say(story, "Beware of %s at %s on a machine that serves: %s (%s).", name, value,
                      danger->what, danger->source);
        }
    }
}
