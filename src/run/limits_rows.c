#include "limits_rows.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "finwait/clock.h"
#include "finwait/facts.h"
#include "finwait/kernel_sysctl.h"
#include "trial.h"

static void set_count(struct limit *limit, double most)
{
    limit->most = most;
    if (!isinf(most)) {
        units_human_count(limit->value, sizeof limit->value, most);
    }
}

static void need_held_of_both(const struct limits_scene *scene, struct limit *limit)
{
    const struct limits_pile *client = &scene->pile[SIDE_CLIENT];
    const struct limits_pile *server = &scene->pile[SIDE_SERVER];

    limit->needed = client->held + server->held;
    limit->at_a_time = !client->holds && !server->holds;
}

/* ---- ports ---- */

/* "8080,9000-9010": those from `low` to `high`. */
static double reserved(const char *list, double low, double high)
{
    double count = 0;
    int length = 0;

    for (unsigned first = 0, last = 0; *list != '\0'; list += length, list += *list == ',') {
        if (sscanf(list, "%u-%u%n", &first, &last, &length) != 2) { // NOLINT(cert-err34-c)
            if (sscanf(list, "%u%n", &first, &length) != 1) {       // NOLINT(cert-err34-c)
                break;
            }
            last = first;
        }
        double from = fmax(first, low);
        double to = fmin(last, high);
        count += to >= from ? to - from + 1 : 0;
    }
    return count;
}

struct budget {
    double low, high, ports, addresses, destinations;
    bool first; /* those of one parity are tried first */
};

/* bind(2) before connect(2) takes a port for all destinations. */
static bool binds_early(const struct scenario *scenario)
{
    const struct side_spec *client = &scenario->side[SIDE_CLIENT];
    bool binds = scenario->client_bind || client->addresses > 1;

    return binds && client->sockopt.set[SOCKOPT_BIND_NO_PORT] &&
           client->sockopt.value[SOCKOPT_BIND_NO_PORT] == 0;
}

static struct budget budget_of(const struct limits_scene *scene)
{
    const struct side_spec *client = &scene->scenario->side[SIDE_CLIENT];
    const struct sockopts *options = &client->sockopt;
    const char *range = "net.ipv4.ip_local_port_range";
    uint32_t low;
    uint32_t high;
    bool own = sockopt_port_range(options, &low, &high);
    struct budget budget = {
        .low = limits_number(scene, SIDE_CLIENT, range, 0),
        .high = limits_number(scene, SIDE_CLIENT, range, 1),
        .addresses = fmax(client->addresses, 1),
        .destinations = binds_early(scene->scenario)
                            ? 1
                            : fmax(scene->scenario->side[SIDE_SERVER].addresses, 1),
        .first = !own && scene->scenario->client_ports == PORTS_KERNEL,
    };

    if (own) {
        budget.low = low;
        budget.high = high;
    }
    budget.ports = budget.high - budget.low + 1;
    if (scene->scenario->client_ports != PORTS_WALK) { /* bind(2) takes a reserved one, too */
        budget.ports -=
            reserved(limits_sysctl(scene, SIDE_CLIENT, "net.ipv4.ip_local_reserved_ports"),
                     budget.low, budget.high);
    }
    return budget;
}

static bool knows_ports(const struct limits_scene *scene)
{
    return scenario_plays(scene->scenario, SIDE_CLIENT) && scene->scenario->client_port == 0;
}

static void say_budget(const struct budget *budget, struct limit *limit)
{
    snprintf(limit->value, sizeof limit->value, "%.0f-%.0f x %.0f address%s x %.0f of the server's",
             budget->low, budget->high, budget->addresses, budget->addresses == 1 ? "" : "es",
             budget->destinations);
}

/* connect(2) takes ports back from TIME_WAIT (tcp_twsk_unique()); with 2 on loopback alone, and one
 * that was bound to always. */
static bool takes_back(const struct limits_scene *scene)
{
    double reuse = limits_number(scene, SIDE_CLIENT, "net.ipv4.tcp_tw_reuse", 0);
    bool loopback = scene->scenario->lab == LAB_HOST && scene->scenario->at == NULL;

    return (reuse == 1 || (reuse == 2 && loopback) ||
            scene->scenario->client_ports == PORTS_WALK) &&
           limits_number(scene, SIDE_CLIENT, "net.ipv4.tcp_timestamps", 0) != 0 &&
           limits_number(scene, SIDE_SERVER, "net.ipv4.tcp_timestamps", 0) != 0;
}

bool limit_ports(const struct limits_scene *scene, enum side side, struct limit *limit)
{
    struct budget budget = budget_of(scene);
    const struct limits_pile *client = &scene->pile[SIDE_CLIENT];

    if (side != SIDE_CLIENT || !knows_ports(scene)) {
        return false;
    }
    limit->most = budget.ports * budget.addresses * budget.destinations;
    if (client->time_wait > 0 && takes_back(scene)) {
        limit->needed = client->held;
        limit->at_a_time = !client->holds;
    } else {
        limit->needed = client->ports;
        limit->at_a_time = !client->leaves;
    }
    say_budget(&budget, limit);
    return true;
}

bool limit_pairs(const struct limits_scene *scene, enum side side, struct limit *limit)
{
    struct budget budget = budget_of(scene);

    if (side != SIDE_SERVER || !knows_ports(scene)) {
        return false;
    }
    limit->most =
        floor(budget.ports / (budget.first ? 2 : 1)) * budget.addresses * budget.destinations;
    limit->needed = scene->pile[SIDE_CLIENT].closes ? scene->pile[SIDE_SERVER].time_wait : 0;
    say_budget(&budget, limit);
    if (budget.first) {
        strncat(limit->value, ", one parity", sizeof limit->value - strlen(limit->value) - 1);
    }
    return true;
}

/* ---- the kernel's own ---- */

/* A private lab makes room for all that may come, unless it is told how much. */
static bool is_sized(const struct limits_scene *scene, enum side side, const char *sysctl)
{
    return scene->scenario->lab == LAB_PRIVATE &&
           scenario_sysctl(&scene->scenario->side[side], sysctl) == NULL;
}

bool limit_tw_buckets(const struct limits_scene *scene, enum side side, struct limit *limit)
{
    if (side == SIDE_N || is_sized(scene, side, "net.ipv4.tcp_max_tw_buckets")) {
        return false;
    }
    set_count(limit, limits_number(scene, side, "net.ipv4.tcp_max_tw_buckets", 0));
    limit->needed = scene->pile[side].minis;
    return true;
}

bool limit_orphans(const struct limits_scene *scene, enum side side, struct limit *limit)
{
    set_count(limit, scene->machine->orphans);
    limit->needed = scene->pile[SIDE_CLIENT].orphans + scene->pile[SIDE_SERVER].orphans;
    return side == SIDE_N;
}

bool limit_tcp_mem(const struct limits_scene *scene, enum side side, struct limit *limit)
{
    set_count(limit, scene->machine->tcp_pages);
    limit->needed = scene->pile[SIDE_CLIENT].unread + scene->pile[SIDE_SERVER].unread;
    return side == SIDE_N;
}

/* Of both ends' sockets: as many as are needed take that much. */
bool limit_memory(const struct limits_scene *scene, enum side side, struct limit *limit)
{
    const double socket = 3584; /* one that a descriptor names, when nothing is known */
    double bytes = scene->pile[SIDE_CLIENT].bytes + scene->pile[SIDE_SERVER].bytes;
    double each = bytes > 0 ? bytes / scene->connections : 2 * socket;

    limit->most = floor(scene->machine->memory / each);
    limit->needed = bytes > 0 ? scene->connections : 0;
    snprintf(limit->value, sizeof limit->value, "%.1f GiB, %.0f bytes a connection",
             scene->machine->memory / 1073741824, each);
    return side == SIDE_N;
}

bool limit_ehash(const struct limits_scene *scene, enum side side, struct limit *limit)
{
    bool private = scene->scenario->lab == LAB_PRIVATE;

    if (side == SIDE_N) {
        return false;
    }
    set_count(limit, private ? (double)lab_table_entries(UINT64_MAX)
                             : limits_number(scene, side, "net.ipv4.tcp_ehash_entries", 0));
    return true;
}

/* In a namespace nothing is tracked until a rule asks for it (nf_ct_netns_get()). */
bool limit_conntrack(const struct limits_scene *scene, enum side side, struct limit *limit)
{
    if (side != SIDE_N || scene->scenario->lab == LAB_PRIVATE) {
        return false;
    }
    set_count(limit, limits_untracked());
    limit->needed = scene->pile[SIDE_CLIENT].ports;
    limit->at_a_time = !scene->pile[SIDE_CLIENT].leaves;
    return true;
}

/* ---- descriptors and processes ---- */

static uint32_t listeners_of(const struct limits_scene *scene, enum side side)
{
    return side == SIDE_SERVER ? scene->scenario->side[side].addresses : 0;
}

bool limit_descriptors(const struct limits_scene *scene, enum side side, struct limit *limit)
{
    uint32_t own = side < SIDE_N ? scene->scenario->side[side].descriptors : 0;
    uint32_t workers[SIDE_N];
    struct error unused;

    if (side == SIDE_N || !scenario_plays(scene->scenario, side)) {
        return false;
    }
    limit->needed = scene->pile[side].held;
    limit->at_a_time = !scene->pile[side].holds;
    if (own > 0 && plan_workers(scene->scenario, workers, &unused) == 0) {
        limit->most = fit_most_of(own, listeners_of(scene, side), workers[side]);
        snprintf(limit->value, sizeof limit->value, "%s.descriptors %u x %u worker%s",
                 side_name(side), own, workers[side], workers[side] == 1 ? "" : "s");
    } else {
        limit->most = fit_most(scene->machine->nofile, listeners_of(scene, side));
        snprintf(limit->value, sizeof limit->value, "RLIMIT_NOFILE %.0f x %u workers",
                 scene->machine->nofile, FIT_WORKERS_MAX);
        workers[side] = FIT_WORKERS_MAX;
    }
    if (side == SIDE_SERVER && scenario_listens_each(scene->scenario)) {
        limit->sure = fit_sure(limit->most, workers[side]);
    }
    return true;
}

bool limit_nr_open(const struct limits_scene *scene, enum side side, struct limit *limit)
{
    limit->most = fit_most(scene->machine->nr_open, 0);
    snprintf(limit->value, sizeof limit->value, "%.0f x %u workers", scene->machine->nr_open,
             FIT_WORKERS_MAX);
    return side == SIDE_N;
}

bool limit_files(const struct limits_scene *scene, enum side side, struct limit *limit)
{
    set_count(limit, scene->machine->files);
    if (lab_user() != 0) {
        need_held_of_both(scene, limit);
    }
    return side == SIDE_N;
}

/* More than both sides may have workers bound nothing. */
bool limit_processes(const struct limits_scene *scene, enum side side, struct limit *limit)
{
    double each = fit_most(scene->machine->nofile, 0) / FIT_WORKERS_MAX;

    limit->most = scene->machine->processes * each;
    need_held_of_both(scene, limit);
    snprintf(limit->value, sizeof limit->value, "%.0f processes of %.0f descriptors",
             scene->machine->processes, each);
    return side == SIDE_N && scene->machine->processes < SIDE_N * (double)FIT_WORKERS_MAX;
}

/* ---- queues and times ---- */

bool limit_backlog(const struct limits_scene *scene, enum side side, struct limit *limit)
{
    double most = limits_number(scene, SIDE_SERVER, "net.core.somaxconn", 0);

    if (side != SIDE_SERVER || !scenario_plays(scene->scenario, side)) {
        return false;
    }
    most = fmin(most, scene->scenario->backlog);
    limit->most = most + 1; /* sk_acceptq_is_full() asks for more than it */
    limit->needed = scene->at_a_time;
    snprintf(limit->value, sizeof limit->value, "%.0f, and one more", most);
    return true;
}

/* `count` sockets that last so many seconds. */
static void set_rate(const struct limits_scene *scene, double seconds, double count,
                     struct limit *limit)
{
    if (scene->rate > 0) {
        limit->most = scene->rate * seconds;
        snprintf(limit->value, sizeof limit->value, "%.0f s x %.0f/s", seconds, scene->rate);
    } else {
        limit->rate = seconds > 0 ? count / seconds : 0;
        snprintf(limit->value, sizeof limit->value, "%.0f s", seconds);
    }
    limit->needed = count;
}

bool limit_time_wait(const struct limits_scene *scene, enum side side, struct limit *limit)
{
    bool piles = side < SIDE_N && scene->pile[side].time_wait > 0;

    if (piles) {
        set_rate(scene, LIMITS_TIME_WAIT, scene->connections, limit);
    }
    return piles;
}

bool limit_fin_wait2(const struct limits_scene *scene, enum side side, struct limit *limit)
{
    bool piles = side < SIDE_N && scene->pile[side].fin_wait2 > 0;

    if (piles) {
        set_rate(scene, scene->pile[side].fin_timeout, scene->connections, limit);
    }
    return piles;
}

/* The client's FIN_WAIT2 ends by itself, the server's socket does not. */
bool limit_port_return(const struct limits_scene *scene, enum side side, struct limit *limit)
{
    const struct limits_pile *client = &scene->pile[SIDE_CLIENT];
    bool piles = side == SIDE_SERVER && client->fin_wait2 > 0 && scene->pile[side].stays > 0;

    if (piles) {
        set_rate(scene, client->fin_timeout, scene->connections, limit);
    }
    return piles;
}
