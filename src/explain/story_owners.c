#include <stdlib.h>

#include "story.h"

/* Whose the sockets are that a remark tells of. */

/* More than that are in result.json. */
#define TOLD 3

/* Of our own program there is nothing to tell but that another process has the socket, too. */
static bool is_worth_telling(const struct facts *facts, const struct owner *row)
{
    return row->where == OWNER_INHERITED ||
           (!facts->result->side[row->side].played &&
            (row->where == OWNER_PROCESS || row->where == OWNER_UNKNOWN));
}

static void say_owner(struct story *story, const struct owner *row)
{
    char *who = facts_owner(row);
    const char *side = side_name(row->side);
    const char *are = PLURAL(row->count, "is", "are");

    switch (row->where) {
    case OWNER_INHERITED:
        story_say(story,
                  "On the %s %s %s %s: a close in one of them sends nothing as long as another has "
                  "the descriptor.",
                  side, COUNT(row->count), are, who);
        break;
    case OWNER_PROCESS:
        story_say(story, "On the %s %s %s held by %s.", side, COUNT(row->count), are, who);
        break;
    default:
        story_say(story, "Who holds %s of those on the %s is not known: %s.", COUNT(row->count),
                  side, row->why != NULL ? row->why : "nothing is told of it");
    }
    free(who);
}

void story_owners(struct story *story, enum side side, enum tcp_state state)
{
    const struct owners *owners = &story->facts.result->owners;
    struct owner row;
    unsigned told = 0;

    for (size_t next = 0; next < owners->count && told <= TOLD;) {
        next += facts_owners_next(owners, next, &row);
        if (row.side != side || row.state != state || !is_worth_telling(&story->facts, &row)) {
            continue;
        }
        if (told++ < TOLD) {
            say_owner(story, &row);
        } else {
            story_say(story, "More of them are told as owners in result.json.");
        }
    }
}

/* The one process that has not closed what it holds: it alone can be told to. */
static const struct owner *only_holder(const struct owners *owners, enum side side)
{
    const struct owner *only = NULL;

    for (size_t i = 0; i < owners->count; i++) {
        const struct owner *row = &owners->item[i];
        if (row->side != side || row->state != TCP_STATE_CLOSE_WAIT ||
            row->where == OWNER_ACCEPT_QUEUE) {
            continue;
        }
        if (only != NULL || row->where != OWNER_PROCESS || row->pid == 0) {
            return NULL;
        }
        only = row;
    }
    return only;
}

void story_leaker(struct story *story, enum side side)
{
    const struct owner *row = only_holder(&story->facts.result->owners, side);

    if (row == NULL) {
        return;
    }
    if (row->has_age && row->age_least >= NS_PER_S / 10) {
        story_say(story, "%s stood there for %s at least.",
                  PLURAL(row->count, "It has", "Each has"), DURATION(row->age_least));
    }
    story_advise(story, "let %s close a connection once read(2) or recv(2) has returned 0",
                 row->comm);
}
