#include "owners.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/clock.h"
#include "finwait/grow.h"
#include "processes.h"

/* As many ranges of descriptors are told. */
enum { RANGES = 16 };

/* Why nobody was found. */
enum why { WHY_NOT, WHY_CLOSED, WHY_NOBODY, WHY_NOT_QUEUED };

static const char *const why_texts[] = {
    [WHY_CLOSED] = "no permission to look",
    [WHY_NOBODY] = "no process found in this PID namespace",
    [WHY_NOT_QUEUED] = "no descriptor names it, and no listener's Recv-Q counts it",
};

/* ---- where a socket is ---- */

/* One that nobody has a descriptor of waits to be accepted, or has been closed. */
static enum owner_place place_of_nobodys(struct socket *socket, uint32_t *queued)
{
    if (socket->state != TCP_STATE_ESTABLISHED && socket->state != TCP_STATE_CLOSE_WAIT) {
        return OWNER_ORPHAN;
    }
    if (*queued > 0) {
        --*queued;
        return OWNER_ACCEPT_QUEUE;
    }
    socket->why = WHY_NOT_QUEUED;
    return OWNER_UNKNOWN;
}

static enum owner_place place_of(struct socket *socket, const struct processes *processes,
                                 uint32_t *queued)
{
    if (socket->inode == 0) {
        return place_of_nobodys(socket, queued);
    }
    if (socket->hands == 0) {
        socket->why = processes->closed > 0 ? WHY_CLOSED : WHY_NOBODY;
        return OWNER_UNKNOWN;
    }
    return processes->hands[socket->hands].depth > 1 ? OWNER_INHERITED : OWNER_PROCESS;
}

static void place(struct sockets *sockets, const struct processes *processes,
                  const uint32_t queued[ENDS_N])
{
    uint32_t left[ENDS_N];

    memcpy(left, queued, sizeof left);
    for (uint32_t i = 0; i < sockets->count; i++) {
        struct socket *socket = &sockets->item[i];
        socket->where = (uint8_t)place_of(socket, processes, &left[socket->side]);
        socket->uid = socket->where == OWNER_UNKNOWN ? socket->uid : 0;
    }
}

/* ---- groups: sockets in the same hands, which lie behind one another ---- */

struct group {
    const struct socket *first;
    uint32_t count;
};

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_lists(const struct socket *a, const struct socket *b)
{
    int order = COMPARE(a->side, b->side);

    order = order != 0 ? order : COMPARE(a->state, b->state);
    return order != 0 ? order : COMPARE(a->where, b->where);
}

static int compare_hands(const struct socket *a, const struct socket *b)
{
    int order = compare_lists(a, b);

    order = order != 0 ? order : COMPARE(a->hands, b->hands);
    order = order != 0 ? order : COMPARE(a->why, b->why);
    return order != 0 ? order : COMPARE(a->uid, b->uid);
}

static int compare_sockets(const void *a, const void *b)
{
    const struct socket *left = a;
    const struct socket *right = b;
    int order = compare_hands(left, right);

    return order != 0 ? order : COMPARE(left->fd, right->fd);
}

/* The most first, else as they were. */
static int compare_groups(const void *a, const void *b)
{
    const struct group *left = a;
    const struct group *right = b;
    int order = COMPARE(right->count, left->count);

    return order != 0 ? order : COMPARE(left->first, right->first);
}

static uint32_t find_groups(const struct sockets *sockets, struct group *groups)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < sockets->count; i++) {
        const struct socket *socket = &sockets->item[i];
        if (count == 0 || compare_hands(groups[count - 1].first, socket) != 0) {
            groups[count++] = (struct group){.first = socket};
        }
        groups[count - 1].count++;
    }
    return count;
}

/* ---- rows ---- */

static void add_ages(struct owner *row, const struct group *group)
{
    for (uint32_t i = 0; i < group->count; i++) {
        int64_t age = (int64_t)group->first[i].heard * NS_PER_MS;
        if (group->first[i].heard == SOCKETS_NO_AGE) {
            continue;
        }
        row->age = !row->has_age || age > row->age ? age : row->age;
        row->age_least = !row->has_age || age < row->age_least ? age : row->age_least;
        row->has_age = true;
    }
}

/* "5-304,310"; the sockets are in order of their descriptors. */
static char *descriptors_of(const struct group *group)
{
    struct grow_stream text;
    uint32_t i = 0;

    grow_stream_open(&text);
    for (int range = 0; i < group->count && range < RANGES; range++) {
        uint32_t first = group->first[i].fd;
        uint32_t last = first;
        while (++i < group->count && group->first[i].fd == last + 1) {
            last++;
        }
        fprintf(text.out, "%s%u", range > 0 ? "," : "", first);
        if (last > first) {
            fprintf(text.out, "-%u", last);
        }
    }
    fputs(i < group->count ? ",..." : "", text.out);
    return grow_stream_close(&text);
}

static void tell_process(struct owner *row, const struct process *process)
{
    row->pid = (uint64_t)process->pid;
    row->pid_inside = process->inside != process->pid ? (uint64_t)process->inside : 0;
    row->threads = process->threads;
    memcpy(row->comm, process->comm, sizeof row->comm);
}

/* The processes of the set, the first that was found first, as many as are told. */
static void tell_holders(struct owner *row, const struct processes *processes, uint32_t hands)
{
    row->holder_count = row->processes < OWNER_HOLDERS ? row->processes : OWNER_HOLDERS;
    row->holder = grow_new(row->holder_count, sizeof *row->holder);
    for (; hands != 0; hands = processes->hands[hands].before) {
        uint32_t index = processes->hands[hands].depth - 1;
        const struct process *process = &processes->item[processes->hands[hands].process];
        if (index < row->holder_count) {
            row->holder[index].pid = (uint64_t)process->pid;
            memcpy(row->holder[index].comm, process->comm, sizeof process->comm);
        }
    }
}

/* The process of the set, of two at least, whose children all others are; 0: there is none. */
static pid_t parent_in(const struct processes *processes, uint32_t hands)
{
    const struct process *last = &processes->item[processes->hands[hands].process];
    uint32_t before = processes->hands[hands].before;
    bool heads = processes->item[processes->hands[before].process].parent == last->pid;
    pid_t parent = heads ? last->pid : last->parent;
    bool found = false;

    for (; hands != 0; hands = processes->hands[hands].before) {
        const struct process *process = &processes->item[processes->hands[hands].process];
        if (process->pid != parent && process->parent != parent) {
            return 0;
        }
        found = found || process->pid == parent;
    }
    return found ? parent : 0;
}

static uint32_t first_of(const struct processes *processes, uint32_t hands)
{
    while (processes->hands[hands].before != 0) {
        hands = processes->hands[hands].before;
    }
    return processes->hands[hands].process;
}

static void tell_hands(struct owner *row, const struct processes *processes,
                       const struct group *group)
{
    uint32_t hands = group->first->hands;

    row->processes = processes->hands[hands].depth;
    if (hands != 0) {
        tell_process(row, &processes->item[first_of(processes, hands)]);
        row->descriptors = descriptors_of(group);
    }
    if (row->where == OWNER_INHERITED) {
        tell_holders(row, processes, hands);
        row->parent = (uint64_t)parent_in(processes, hands);
    }
}

static struct owner *add_row(struct owners *owners, const struct socket *like)
{
    struct owner *row = owners_add(owners);

    row->side = (enum side)like->side;
    row->state = (enum tcp_state)like->state;
    row->where = (enum owner_place)like->where;
    return row;
}

static void tell_group(struct owners *owners, const struct processes *processes,
                       const struct group *group)
{
    struct owner *row = add_row(owners, group->first);

    row->count = group->count;
    add_ages(row, group);
    tell_hands(row, processes, group);
    if (row->where == OWNER_UNKNOWN) {
        row->why = grow_text(why_texts[group->first->why]);
        row->uid = group->first->uid;
        row->has_uid = true;
    }
}

/* Count each process of the set once, and forget the name when they do not share one. */
static void merge_hands(struct owner *row, struct processes *processes, uint32_t hands,
                        uint32_t mark)
{
    for (; hands != 0; hands = processes->hands[hands].before) {
        struct process *process = &processes->item[processes->hands[hands].process];
        if (process->mark == mark) {
            continue;
        }
        process->mark = mark;
        if (row->processes++ == 0) {
            memcpy(row->comm, process->comm, sizeof row->comm);
        } else if (strcmp(row->comm, process->comm) != 0) {
            row->comm[0] = '\0';
        }
    }
}

/* In one row what would be more than are told. */
static void tell_rest(struct owners *owners, struct processes *processes, const struct group *group,
                      uint32_t count)
{
    struct owner *row = add_row(owners, group->first);

    for (uint32_t i = 0; i < count; i++) {
        row->count += group[i].count;
        add_ages(row, &group[i]);
        merge_hands(row, processes, group[i].first->hands, (uint32_t)owners->count);
    }
    if (row->where == OWNER_UNKNOWN) {
        row->why = grow_text(why_texts[group->first->why]);
    }
}

/* Groups of one side, state and place. */
static void tell_list(struct owners *owners, struct processes *processes, struct group *group,
                      uint32_t count)
{
    uint32_t told = count > OWNER_ROWS ? OWNER_ROWS - 1 : count;

    qsort(group, count, sizeof *group, compare_groups);
    for (uint32_t i = 0; i < told; i++) {
        tell_group(owners, processes, &group[i]);
    }
    if (told < count) {
        tell_rest(owners, processes, group + told, count - told);
    }
}

static int tell(struct owners *owners, struct processes *processes, struct sockets *sockets)
{
    struct group *groups = calloc(sockets->count, sizeof *groups);
    uint32_t next;

    if (groups == NULL) {
        return -1;
    }
    qsort(sockets->item, sockets->count, sizeof *sockets->item, compare_sockets);
    uint32_t count = find_groups(sockets, groups);
    for (uint32_t i = 0; i < count; i = next) {
        next = i + 1;
        while (next < count && compare_lists(groups[i].first, groups[next].first) == 0) {
            next++;
        }
        tell_list(owners, processes, &groups[i], next - i);
    }
    free(groups);
    return 0;
}

int owners_find(struct owners *owners, struct sockets *sockets, const uint32_t queued[ENDS_N],
                struct error *error)
{
    struct processes processes = {.count = 0};
    int result;

    if (sockets->failed != 0 || sockets_index(sockets) < 0) {
        return error_errno(error, STATUS_MACHINE, sockets->failed != 0 ? sockets->failed : ENOMEM,
                           "listing the sockets that somebody may hold");
    }
    if (sockets->count == 0) {
        return 0;
    }
    result = processes_look(&processes, sockets, error);
    if (result == 0) {
        place(sockets, &processes, queued);
        result = tell(owners, &processes, sockets);
        if (result < 0) {
            error_errno(error, STATUS_MACHINE, ENOMEM, "grouping the sockets by who holds them");
        }
    }
    processes_fini(&processes);
    return result;
}
