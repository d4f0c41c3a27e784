#include "finwait/explain.h"

#include "story.h"

enum { ANY, HOST };

#define X(observe, id, kind, host, about) {id, REMARK_##kind, about},
const struct remark_row remark_table[] = {REMARKS(X){0}};
#undef X

#define X(observe, id, kind, host, about) {observe, (host) == HOST},
static const struct {
    observer *observe;
    bool by_host;
} observers[] = {REMARKS(X)};
#undef X

void explain(struct result *result)
{
    struct story story = {.result = result};

    result_forget_remarks(result);
    facts_gather(&story.facts, result);
    for (size_t i = 0; i < sizeof observers / sizeof observers[0]; i++) {
        if (!observers[i].by_host || !story.facts.moved) {
            story.row = &remark_table[i];
            story_next(&story);
            observers[i].observe(&story);
            story_next(&story);
        }
    }
}
