#include "finwait/explain.h"

#include "story.h"

/* What an observer takes for granted. */
enum { ANY = 0, HOST = 1, ENDS = 2, PEERS = HOST | ENDS };

#define X(observe, id, kind, host, about) {id, REMARK_##kind, about},
const struct remark_row remark_table[] = {REMARKS(X){0}};
#undef X

#define X(observe, id, kind, host, about) {observe, (host)},
static const struct {
    observer *observe;
    unsigned needs;
} observers[] = {REMARKS(X)};
#undef X

void explain(struct result *result)
{
    struct story story = {.result = result};

    result_forget_remarks(result);
    facts_gather(&story.facts, result);
    unsigned lacks = (story.facts.moved ? HOST : 0U) | (facts_proxied(&story.facts) ? ENDS : 0U);
    for (size_t i = 0; i < sizeof observers / sizeof observers[0]; i++) {
        if ((observers[i].needs & lacks) == 0) {
            story.row = &remark_table[i];
            story_next(&story);
            observers[i].observe(&story);
            story_next(&story);
        }
    }
}
