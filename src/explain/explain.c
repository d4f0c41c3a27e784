#include "finwait/explain.h"

#include "story.h"
#include "tls.h"

/* What an observer takes for granted, and which ends it looks at, one after another. */
enum {
    ANY = 0,
    HOST = 1U << 0,
    ENDS = 1U << 1,
    PEERS = HOST | ENDS,
    TLS = 1U << 2,
#define AT(end) (8U << (end))
    CLIENT = AT(SIDE_CLIENT),
    SERVER = AT(SIDE_SERVER),
    PROXY = AT(SIDE_PROXY),
    SIDES = CLIENT | SERVER,
    PLAYERS = SIDES | PROXY,
    LISTENERS = SERVER | AT(SIDE_FRONT),
    ALL = SIDES | AT(SIDE_FRONT) | AT(SIDE_BACK),
};

#define X(observe, id, kind, needs, about) {id, REMARK_##kind, about},
const struct remark_row remark_table[] = {REMARKS(X){0}};
#undef X

#define X(observe, id, kind, needs, about) {observe, (needs)},
static const struct {
    observer *observe;
    unsigned needs;
} observers[] = {REMARKS(X)};
#undef X

static void look(struct story *story, observer *observe, unsigned needs)
{
    story_next(story);
    if (needs < AT(SIDE_CLIENT)) {
        observe(story);
    }
    for (enum side end = SIDE_CLIENT; end < ENDS_N; end++) {
        if ((needs & AT(end)) != 0) {
            story_about(story, end);
            observe(story);
        }
    }
    story_next(story);
}

void explain(struct result *result)
{
    struct story story = {.result = result};

    result_forget_remarks(result);
    facts_gather(&story.facts, result);
    unsigned lacks = (story.facts.moved ? HOST : 0U) | (facts_proxied(&story.facts) ? ENDS : 0U) |
                     (tls_told(&story.facts) ? 0U : TLS);
    for (size_t i = 0; i < sizeof observers / sizeof observers[0]; i++) {
        if ((observers[i].needs & lacks) == 0) {
            story.row = &remark_table[i];
            look(&story, observers[i].observe, observers[i].needs);
        }
    }
}
