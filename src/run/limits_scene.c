#include "limits_scene.h"

#include <math.h>
#include <string.h>

#include "finwait/clock.h"
#include "finwait/conduct.h"
#include "finwait/kernel_sysctl.h"
#include "finwait/lab.h"
#include "finwait/model.h"

/* Bytes of the kernel's objects of a socket, Linux 6.18 on x86-64; <side>.kernel_memory.<state>
 * has what a run measured. */
enum {
    BYTES_SOCKET = 2368,                /* tcp_sock */
    BYTES_MINI = 256,                   /* tcp_timewait_sock */
    BYTES_DESCRIPTOR = 832 + 192 + 192, /* inode, file, dentry */
    BYTES_SEGMENT = 832,                /* a sk_buff with a FIN */
};

/* ---- sysctls ---- */

const char *limits_sysctl(const struct limits_scene *scene, enum side side, const char *name)
{
    static char text[256];
    const char *value =
        scene->recorded != NULL ? text_pairs_get(scene->recorded[side], name) : NULL;

    if (value == NULL) {
        value = scenario_sysctl(&scene->scenario->side[side], name);
    }
    if (value != NULL) {
        return value;
    }
    if (scene->scenario->lab == LAB_PRIVATE) { /* a new namespace has the defaults */
        const struct sysctl_info *info = sysctl_info(name);
        return info != NULL ? info->value : "";
    }
    return sysctl_read_public(name, text, sizeof text) == 0 ? text : "";
}

double limits_number(const struct limits_scene *scene, enum side side, const char *name,
                     unsigned index)
{
    const char *value = limits_sysctl(scene, side, name);
    int64_t number = value[0] != '\0' ? sysctl_number(value, index) : -1;

    return number < 0 ? INFINITY : (double)number;
}

/* ---- what piles up ---- */

static void raise_to(double *most, double value)
{
    *most = value > *most ? value : *most;
}

/* Those begun within so many seconds of each other, at the most. */
static double within(const struct limits_scene *scene, double seconds)
{
    double most = scene->connections;

    if (scene->rate > 0) {
        most = fmin(most, scene->rate * seconds + scene->at_a_time);
    }
    return most;
}

static double fin_timeout(const struct limits_scene *scene, enum side side)
{
    const struct sockopts *options = &scene->scenario->side[side].sockopt;
    double own = options->set[SOCKOPT_LINGER2] ? (double)options->value[SOCKOPT_LINGER2] : 0;

    return own > 0 ? own : limits_number(scene, side, "net.ipv4.tcp_fin_timeout", 0);
}

/* A FIN that came after the last step that would have read it. */
static bool leaves_fin(const struct limits_scene *scene, enum side side,
                       const struct model_side *end)
{
    bool reads = false;

    for (size_t i = 0; i < scenario_programs(scene->scenario, side); i++) {
        const struct program *program = scenario_program(scene->scenario, side, i);
        reads |= program_has(program, STEP_WAIT_FIN) || program_has(program, STEP_WAIT_NOTIFY);
    }
    return end->final == TCP_STATE_CLOSE_WAIT && end->fate == MODEL_HELD && !reads;
}

static void pile_minis(struct limits_pile *pile, double count)
{
    raise_to(&pile->minis, count);
    raise_to(&pile->bytes, count * BYTES_MINI);
}

/* tcp_close(): beyond TIME_WAIT's 60 s it stays whole until those are left. */
static void pile_fin_wait2(const struct limits_scene *scene, struct limits_pile *pile)
{
    const double mini = LIMITS_TIME_WAIT;
    double stay = pile->fin_timeout;

    raise_to(&pile->fin_wait2, within(scene, stay));
    raise_to(&pile->ports, within(scene, stay));
    pile_minis(pile, within(scene, fmin(stay, mini)));
    if (stay > mini) {
        double whole = within(scene, stay - mini);
        raise_to(&pile->orphans, whole);
        raise_to(&pile->bytes, whole * BYTES_SOCKET);
    }
}

static void pile_end(struct limits_scene *scene, enum side side, const struct model_side *end)
{
    struct limits_pile *pile = &scene->pile[side];
    double all = scene->connections;

    if (end->fate == MODEL_HELD) {
        bool unread = leaves_fin(scene, side, end);
        raise_to(&pile->held, all);
        raise_to(&pile->stays, end->final != TCP_STATE_CLOSE ? all : 0);
        raise_to(&pile->unread, unread ? all : 0);
        raise_to(&pile->ports, end->final != TCP_STATE_CLOSE ? all : 0);
        raise_to(&pile->bytes,
                 all * (BYTES_SOCKET + BYTES_DESCRIPTOR + (unread ? BYTES_SEGMENT : 0)));
    } else if (end->final == TCP_STATE_TIME_WAIT) {
        double count = within(scene, LIMITS_TIME_WAIT);
        raise_to(&pile->time_wait, count);
        raise_to(&pile->ports, count);
        pile_minis(pile, count);
    } else if (end->final == TCP_STATE_FIN_WAIT2 && end->orphan) {
        pile_fin_wait2(scene, pile);
    } else if (end->final != TCP_STATE_CLOSE && end->orphan) {
        raise_to(&pile->orphans, all);
        raise_to(&pile->ports, all);
        raise_to(&pile->bytes, all * BYTES_SOCKET);
    }
    pile->closes |= end->final == TCP_STATE_CLOSE;
    pile->holds |= end->fate == MODEL_HELD;
    pile->leaves |= end->final != TCP_STATE_CLOSE;
}

static double connections_of(const struct load_spec *load)
{
    double seconds = (double)load->duration / (double)NS_PER_S;
    double by_time = load->rate > 0 && seconds > 0 ? load->rate * seconds : 0;
    double count = (double)load->connections;

    return count > 0 && by_time > 0 ? fmin(count, by_time) : count + by_time;
}

void limits_scene(struct limits_scene *scene, const struct scenario *scenario,
                  const struct model *model, const struct text_pairs *const recorded[SIDE_N])
{
    const struct load_spec *load = &scenario->load;
    bool foreseen = predict_refusal_unlimited(scenario) == NULL; /* nothing else decides */

    *scene = (struct limits_scene){
        .scenario = scenario,
        .recorded = recorded,
        .machine = limits_machine(),
        .connections = connections_of(load),
        .rate = load->rate,
    };
    if (load->rate == 0) {
        double all = scene->connections > 0 ? scene->connections : INFINITY;
        scene->at_a_time = fmin(load->concurrency, all);
    }
    for (enum side side = SIDE_CLIENT; side < SIDE_N && model != NULL; side++) {
        struct limits_pile *pile = &scene->pile[side];
        pile->fin_timeout = fin_timeout(scene, side);
        pile->held = pile->ports = scene->at_a_time;
        for (size_t i = 0; foreseen && i < model->end_count; i++) {
            pile_end(scene, side, &model->end[i].side[side]);
        }
    }
}
