#include <string.h>

#include "finwait/facts.h"
#include "finwait/grow.h"

/* Who holds sockets, in words. */

static void tell_descriptors(const struct owner *owner, const char *whose, FILE *out)
{
    if (owner->descriptors != NULL) {
        fprintf(out, ", %s %s%s",
                strpbrk(owner->descriptors, "-,") != NULL ? "descriptors" : "descriptor",
                owner->descriptors, whose);
    }
}

static void tell_process(const struct owner *owner, FILE *out)
{
    fprintf(out, "%s (pid %llu", owner->comm[0] != '\0' ? owner->comm : "a process",
            (unsigned long long)owner->pid);
    if (owner->pid_inside > 0) {
        fprintf(out, ", %llu in its PID namespace", (unsigned long long)owner->pid_inside);
    }
    if (owner->threads > 0) {
        fprintf(out, ", %s", COUNTED(owner->threads, "thread", "threads"));
    }
    fputc(')', out);
    tell_descriptors(owner, "", out);
}

static void list_holders(const struct owner *owner, FILE *out)
{
    size_t count = owner->holder_count;

    for (size_t i = 0; i < count; i++) {
        bool last = i + 1 == count && owner->processes == count;
        fprintf(out, "%s%s (pid %llu)",
                i == 0 ? ": "
                : last ? " and "
                       : ", ",
                owner->holder[i].comm, (unsigned long long)owner->holder[i].pid);
    }
    fputs(owner->processes > count ? ", ..." : "", out);
    tell_descriptors(owner, " of the first", out);
}

/* Several hold each of them, or one each; with a pid they are the same ones. */
static void tell_processes(const struct owner *owner, FILE *out)
{
    bool inherited = owner->where == OWNER_INHERITED;
    bool each = owner->holder_count > 0;

    fprintf(out, "%s%s%s",
            !inherited ? ""
            : each     ? "held by "
                       : "held by several of ",
            COUNTED(owner->processes, "process", "processes"),
            each && owner->count > 1 ? " each" : "");
    if (owner->pid > 0) {
        list_holders(owner, out);
    } else if (owner->comm[0] != '\0') {
        fprintf(out, "%s called %s", each ? "," : "", owner->comm);
    }
}

static void tell_place(const struct owner *owner, FILE *out)
{
    switch (owner->where) {
    case OWNER_ACCEPT_QUEUE:
        fputs("in the accept queue, not accepted yet", out);
        return;
    case OWNER_ORPHAN:
        fprintf(out, "%s, closed by %s: the kernel's own",
                PLURAL(owner->count, "an orphan", "orphans"),
                PLURAL(owner->count, "its process", "their processes"));
        return;
    case OWNER_UNKNOWN:
        fprintf(out, "not known whose: %s", owner->why != NULL ? owner->why : "not told");
        if (owner->has_uid) {
            fprintf(out, " (user %llu)", (unsigned long long)owner->uid);
        }
        return;
    default:
        break;
    }
    if (owner->pid > 0 && owner->holder_count == 0) {
        tell_process(owner, out);
    } else {
        tell_processes(owner, out);
    }
}

char *facts_owner(const struct owner *owner)
{
    struct grow_stream text;

    grow_stream_open(&text);
    tell_place(owner, text.out);
    return grow_stream_close(&text);
}

/* ---- rows that are alike ---- */

/* From so many on they are told as one. */
#define ALIKE 4

static bool is_alike(const struct owner *a, const struct owner *b)
{
    bool in_hands = a->where == OWNER_PROCESS || a->where == OWNER_INHERITED;
    bool as_many = a->where == OWNER_PROCESS ||
                   (a->processes == b->processes && a->holder_count == b->holder_count);

    return in_hands && as_many && a->side == b->side && a->state == b->state &&
           a->where == b->where && strcmp(a->comm, b->comm) == 0;
}

static void add_age(struct owner *row, const struct owner *more)
{
    if (!row->has_age) {
        row->has_age = more->has_age;
        row->age = more->age;
        row->age_least = more->age_least;
    } else if (more->has_age) {
        row->age = more->age > row->age ? more->age : row->age;
        row->age_least = more->age_least < row->age_least ? more->age_least : row->age_least;
    }
}

size_t facts_owners_next(const struct owners *owners, size_t at, struct owner *row)
{
    const struct owner *first = &owners->item[at];
    size_t count = 1;

    *row = *first;
    while (at + count < owners->count && is_alike(first, &first[count])) {
        count++;
    }
    if (count < ALIKE) {
        return 1;
    }
    row->pid = 0;
    for (size_t i = 1; i < count; i++) {
        row->count += first[i].count;
        row->processes += row->where == OWNER_PROCESS ? first[i].processes : 0;
        add_age(row, &first[i]);
    }
    return count;
}
