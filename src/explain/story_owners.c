#include <stdlib.h>
#include <string.h>

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
    const char *side = side_told(row->side);
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

static bool is_accepted(const struct owner *row, enum side side)
{
    return row->side == side && row->state == TCP_STATE_CLOSE_WAIT &&
           row->where != OWNER_ACCEPT_QUEUE;
}

/* The one process that has not closed what it holds: it alone can be told to. */
static const struct owner *only_holder(const struct owners *owners, enum side side)
{
    const struct owner *only = NULL;

    for (size_t i = 0; i < owners->count; i++) {
        const struct owner *row = &owners->item[i];
        if (!is_accepted(row, side)) {
            continue;
        }
        if (only != NULL || row->where != OWNER_PROCESS || row->pid == 0) {
            return NULL;
        }
        only = row;
    }
    return only;
}

/* A row of the one process that has all of them and has given them to children of its own, or NULL.
 */
static const struct owner *only_parent(const struct owners *owners, enum side side)
{
    const struct owner *shared = NULL;
    uint64_t parent = 0;

    for (size_t i = 0; i < owners->count; i++) {
        const struct owner *row = &owners->item[i];
        if (!is_accepted(row, side) || (row->pid == 0 && row->where == OWNER_INHERITED)) {
            continue; /* no row, or one of those that are more than are told */
        }
        uint64_t has = row->where == OWNER_PROCESS ? row->pid : row->parent;
        if (has == 0 || (parent != 0 && has != parent)) {
            return NULL;
        }
        parent = has;
        shared = row->where == OWNER_INHERITED ? row : shared;
    }
    return shared;
}

static void advise_parent(struct story *story, const struct owner *row)
{
    const char *parent = row->comm;
    bool executed = true;

    for (size_t i = 0; i < row->holder_count; i++) {
        parent = row->holder[i].pid == row->parent ? row->holder[i].comm : parent;
    }
    for (size_t i = 0; i < row->holder_count; i++) {
        executed = executed &&
                   (row->holder[i].pid == row->parent || strcmp(row->holder[i].comm, parent) != 0);
    }
    story_advise(story,
                 executed
                     ? "let %s (pid %llu) open its sockets with SOCK_CLOEXEC: programs that it "
                       "has executed have inherited them"
                     : "after fork(2) let %s (pid %llu) close what a child of it serves, and "
                       "the child what it does not: the last close alone sends a FIN",
                 parent, (unsigned long long)row->parent);
}

void story_leaker(struct story *story, enum side side)
{
    const struct owners *owners = &story->facts.result->owners;
    const struct owner *row = only_holder(owners, side);
    const struct owner *shared = only_parent(owners, side);

    if (shared != NULL) {
        advise_parent(story, shared);
    }
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
