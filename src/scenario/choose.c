#include <stdlib.h>
#include <string.h>

#include "draft.h"
#include "finwait/grow.h"

/* Which programs the two sides run. */

static const char *const paths[SIDE_N] = {"client.program", "server.program"};

/* A mix is the client's, too. */
static const struct given *given_program(const struct draft *draft, enum side side)
{
    bool mixed = side == SIDE_CLIENT && draft->scenario->mix.count > 0;

    return draft_given(draft, mixed ? "client.mix" : paths[side]);
}

/* Of a mix and a single program the command line's word counts. */
static int choose_mix(struct draft *draft)
{
    struct scenario *scenario = draft->scenario;
    const struct given *mix = draft_given(draft, "client.mix");
    const struct given *program = draft_given(draft, paths[SIDE_CLIENT]);

    if (scenario->mix.count == 0) {
        return 0;
    }
    if (mix->level == program->level) {
        return draft_fail(draft, mix->where, "make the program one of the mix",
                          "client.mix and client.program exclude each other");
    }
    if (mix->level < program->level) {
        scenario->mix.count = 0;
        return 0;
    }
    scenario->side[SIDE_CLIENT].program = scenario->mix.item[0].program;
    scenario->side[SIDE_CLIENT].program_where = draft->mix_where[0];
    return 0;
}

static int apply_preset(struct draft *draft, const struct order_preset *preset)
{
    const char *key;
    const struct option *option = option_find(preset->path, &key);
    struct tree node = {.kind = TREE_SCALAR, .text = (char *)preset->value};

    if (option == NULL) {
        return option_unknown(preset->path, draft->error);
    }
    if (!option->ops->has_keys && draft_given(draft, option->path)->level > LEVEL_PRESET) {
        return 0;
    }
    return draft_set(draft, option, key, &node, LEVEL_PRESET);
}

static int use_order(struct draft *draft)
{
    const struct order *order = order_find(draft->scenario->order);
    struct where where = draft_given(draft, "order")->where;

    draft->scenario->mix.count = 0;
    for (unsigned side = 0; side < SIDE_N; side++) {
        struct tree node = {.kind = TREE_SCALAR, .text = (char *)order->program[side], .at = where};
        struct setting setting = {option_find(paths[side], NULL), NULL, &node, LEVEL_PRESET};

        if (program_ops.set(draft, &setting) != 0) {
            return -1;
        }
    }
    for (size_t i = 0; i < ORDER_PRESETS && order->preset[i].path != NULL; i++) {
        if (apply_preset(draft, &order->preset[i]) != 0) {
            return -1;
        }
    }
    return 0;
}

/* Programs spelled out: both, except for a side that is not ours to run. */
static int use_programs(struct draft *draft)
{
    struct scenario *scenario = draft->scenario;

    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        enum side peer = side_peer(side);
        if (scenario->side[side].program.length == 0 && scenario_plays(scenario, side)) {
            return draft_fail(
                draft, given_program(draft, peer)->where, "write both programs, or an order",
                "%s.program is given, %s.program is not", side_name(peer), side_name(side));
        }
    }
    free(scenario->order);
    scenario->order = grow_text("custom");
    return 0;
}

static int choose(struct draft *draft)
{
    if (choose_mix(draft) != 0) {
        return -1;
    }
    const struct given *order = draft_given(draft, "order");
    const struct given *client = given_program(draft, SIDE_CLIENT);
    const struct given *server = given_program(draft, SIDE_SERVER);
    const struct given *programs = client->level >= server->level ? client : server;

    /* The command line's word replaces the file's, whichever of the two ways it is put. */
    if (programs->level > order->level) {
        return use_programs(draft);
    }
    if (programs->level == order->level && order->level != LEVEL_DEFAULT) {
        return draft_fail(draft, order->where, "take out either the order or the programs",
                          "an order and programs exclude each other");
    }
    return use_order(draft);
}

/* Of what a command does nothing is known. */
int draft_choose_programs(struct draft *draft)
{
    if (choose(draft) != 0) {
        return -1;
    }
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        if (draft->scenario->side[side].command.words.count > 0) {
            program_ops.unset(draft, &(struct setting){option_find(paths[side], NULL)});
        }
    }
    return 0;
}
