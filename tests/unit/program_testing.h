#ifndef FINWAIT_TEST_PROGRAM_TESTING_H
#define FINWAIT_TEST_PROGRAM_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "finwait/model.h"
#include "finwait/order.h"
#include "finwait/program.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A pair of programs and what the model makes of it. */
struct pair {
    struct program program[SIDE_N];
    struct model_input input;
    struct model *model;
    struct error error;
};

static inline void parse_or_fail(struct program *program, const char *text, enum side side)
{
    struct error error;

    if (program_parse(program, text, side, NULL, &error) != 0) {
        fail_msg("`%s`: %s", text, error.what);
    }
}

static inline void pair_init(struct pair *pair, const char *client, const char *server)
{
    memset(pair, 0, sizeof *pair);
    parse_or_fail(&pair->program[SIDE_CLIENT], client, SIDE_CLIENT);
    parse_or_fail(&pair->program[SIDE_SERVER], server, SIDE_SERVER);
    pair->input.program[SIDE_CLIENT] = &pair->program[SIDE_CLIENT];
    pair->input.program[SIDE_SERVER] = &pair->program[SIDE_SERVER];
    pair->model = calloc(1, sizeof *pair->model);
    assert_non_null(pair->model);
}

/* Have a message of `side` not fit in the peer's receive window, but in the send buffer. */
static inline void pair_fill(struct pair *pair, enum side side, bool fills)
{
    if (fills) {
        pair->input.flow[side] = (struct model_flow){
            .message = 2, .at_once = 1000, .queue = {1, 1}, .total = {1000, 1000}};
    }
}

/* Explore; returns what model_explore did.  pair_fini is due either way. */
static inline int pair_explore(struct pair *pair, const char *client, const char *server,
                               bool client_fills, bool server_fills)
{
    pair_init(pair, client, server);
    pair_fill(pair, SIDE_CLIENT, client_fills);
    pair_fill(pair, SIDE_SERVER, server_fills);
    return model_explore(pair->model, &pair->input, &pair->error);
}

static inline int pair_explore_tls(struct pair *pair, const char *client, const char *server,
                                   struct model_tls tls)
{
    pair_init(pair, client, server);
    pair->input.tls = tls;
    return model_explore(pair->model, &pair->input, &pair->error);
}

static inline void pair_explore_or_fail(struct pair *pair, const char *client, const char *server)
{
    if (pair_explore(pair, client, server, false, false) != 0) {
        fail_msg("%s / %s: %s", client, server, pair->error.what);
    }
}

static inline void pair_fini(struct pair *pair)
{
    free(pair->model);
}

/* A side's path from established on, as text: "established close_wait". */
static inline char *path_text(char text[256], const struct model_side *side)
{
    size_t length = 0;

    text[0] = '\0';
    for (size_t i = 1; i < side->path_length; i++) {
        length += (size_t)snprintf(text + length, 256 - length, "%s%s", i == 1 ? "" : " ",
                                   tcp_state_name(side->path[i]));
    }
    return text;
}

/* What is known of one side of one way to end. */
struct side_fact {
    const char *path; /* from established on */
    enum model_fate fate;
    unsigned rst, tw, abort_on_data, abort_on_close;
    bool orphan, lost;
};

/* The sides that most ends are made of. */
#define ACTIVE_CLOSER                                                                              \
    {                                                                                              \
        .path = "established fin_wait1 fin_wait2 time_wait", .tw = 1, .orphan = true               \
    }
#define PASSIVE_CLOSER                                                                             \
    {                                                                                              \
        .path = "established close_wait last_ack close"                                            \
    }

static inline bool is_side(const struct side_fact *wanted, const struct model_side *seen)
{
    char path[256];

    return strcmp(path_text(path, seen), wanted->path) == 0 && seen->fate == wanted->fate &&
           seen->rst_sent == wanted->rst && seen->tw == wanted->tw &&
           seen->abort_on_data == wanted->abort_on_data &&
           seen->abort_on_close == wanted->abort_on_close && seen->orphan == wanted->orphan &&
           seen->lost_data == wanted->lost;
}

static inline void check_side(const char *what, enum side which, const struct side_fact *wanted,
                              const struct model_side *seen)
{
    char path[256];

    if (!is_side(wanted, seen)) {
        fail_msg("%s: %s is `%s` %s, rst %u, tw %u, on data %u, on close %u, orphan %d, lost %d",
                 what, side_name(which), path_text(path, seen), model_fate_name(seen->fate),
                 seen->rst_sent, seen->tw, seen->abort_on_data, seen->abort_on_close, seen->orphan,
                 seen->lost_data);
    }
}

/* Whether every end agrees that `side` rests in `state`. */
static inline bool model_certain(const struct model *model, enum side side, enum tcp_state state)
{
    for (size_t i = 0; i < model->end_count; i++) {
        if (model->end[i].side[side].final != state) {
            return false;
        }
    }
    return model->end_count > 0;
}

/* Whether some end has these finals. */
static inline bool has_end(const struct model *model, enum tcp_state client, enum tcp_state server)
{
    for (size_t i = 0; i < model->end_count; i++) {
        if (model->end[i].side[SIDE_CLIENT].final == client &&
            model->end[i].side[SIDE_SERVER].final == server) {
            return true;
        }
    }
    return false;
}

#endif
