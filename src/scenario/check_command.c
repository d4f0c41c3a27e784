#include <string.h>

#include "draft.h"
#include "finwait/placeholder.h"

/* What a side that another program plays has no use for. */

static const char *const command_paths[PLAYERS_N] = {"client.command", "server.command",
                                                     "proxy.command"};

static bool has_command(const struct scenario *scenario, enum side side)
{
    return scenario->side[side].command.words.count > 0;
}

/* When an option says nothing of what is run. */
enum idle {
    IDLE_FOREIGN,      /* its side is another program */
    IDLE_FOREIGN_HTTP, /* and tells by itself how long a message is */
    IDLE_ABSENT,       /* its side is none that the run starts */
    IDLE_BOTH_FOREIGN,
};

/* Options that say what a side of finwait's does; one with a point at its end: all below it. */
static const struct own {
    const char *path;
    enum side side;
    enum idle when;
} owns[] = {
    {"client.workers", SIDE_CLIENT, IDLE_FOREIGN},
    {"client.program", SIDE_CLIENT, IDLE_FOREIGN},
    {"client.mix", SIDE_CLIENT, IDLE_FOREIGN},
    {"client.port", SIDE_CLIENT, IDLE_FOREIGN},
    {"client.ports", SIDE_CLIENT, IDLE_FOREIGN},
    {"client.bind", SIDE_CLIENT, IDLE_FOREIGN},
    {"client.to", SIDE_CLIENT, IDLE_FOREIGN},
    {"client.sockopt.", SIDE_CLIENT, IDLE_FOREIGN},
    {"client.tls.", SIDE_CLIENT, IDLE_FOREIGN},
    {"request.method", SIDE_CLIENT, IDLE_FOREIGN},
    {"request.path", SIDE_CLIENT, IDLE_FOREIGN},
    {"request.host", SIDE_CLIENT, IDLE_FOREIGN},
    {"request.headers", SIDE_CLIENT, IDLE_FOREIGN},
    {"request.filler", SIDE_CLIENT, IDLE_FOREIGN},
    {"request.body", SIDE_CLIENT, IDLE_FOREIGN},
    {"request.body.", SIDE_CLIENT, IDLE_FOREIGN},
    {"load.connections", SIDE_CLIENT, IDLE_FOREIGN},
    {"load.concurrency", SIDE_CLIENT, IDLE_FOREIGN},
    {"load.rate", SIDE_CLIENT, IDLE_FOREIGN},
    {"http.ok", SIDE_CLIENT, IDLE_FOREIGN},
    {"request.size", SIDE_CLIENT, IDLE_FOREIGN_HTTP},
    {"client.addresses", SIDE_CLIENT, IDLE_ABSENT},
    {"client.descriptors", SIDE_CLIENT, IDLE_ABSENT},
    {"server.workers", SIDE_SERVER, IDLE_FOREIGN},
    {"server.program", SIDE_SERVER, IDLE_FOREIGN},
    {"server.backlog", SIDE_SERVER, IDLE_FOREIGN},
    {"server.listeners", SIDE_SERVER, IDLE_FOREIGN},
    {"server.sockopt.", SIDE_SERVER, IDLE_FOREIGN},
    {"server.tls.tickets", SIDE_SERVER, IDLE_FOREIGN},
    {"server.tls.unfinished", SIDE_SERVER, IDLE_FOREIGN},
    {"server.tls.ignore_unexpected_eof", SIDE_SERVER, IDLE_FOREIGN},
    {"server.tls.verify", SIDE_SERVER, IDLE_FOREIGN},
    {"server.tls.ca", SIDE_SERVER, IDLE_FOREIGN},
    {"response.chunked", SIDE_SERVER, IDLE_FOREIGN},
    {"response.status", SIDE_SERVER, IDLE_FOREIGN},
    {"response.headers", SIDE_SERVER, IDLE_FOREIGN},
    {"response.body", SIDE_SERVER, IDLE_FOREIGN},
    {"response.body.", SIDE_SERVER, IDLE_FOREIGN},
    {"response.size", SIDE_SERVER, IDLE_FOREIGN_HTTP},
    {"server.addresses", SIDE_SERVER, IDLE_ABSENT},
    {"server.port", SIDE_SERVER, IDLE_ABSENT},
    {"server.descriptors", SIDE_SERVER, IDLE_ABSENT},
    {"server.tls.", SIDE_SERVER, IDLE_ABSENT},
    {"http.persist", SIDE_CLIENT, IDLE_BOTH_FOREIGN},
    {"load.timeout", SIDE_CLIENT, IDLE_BOTH_FOREIGN},
    {"tls.", SIDE_CLIENT, IDLE_BOTH_FOREIGN},
};
#define OWNS (sizeof owns / sizeof owns[0])

/* Options that say something of a command. */
static const struct own needs[] = {
    {.side = SIDE_CLIENT, .path = "client.grace"},
    {.side = SIDE_SERVER, .path = "server.grace"},
    {.side = SIDE_SERVER, .path = "server.ready"},
    {.side = SIDE_SERVER, .path = "server.ready_within"},
    {.side = SIDE_PROXY, .path = "proxy.port"},
    {.side = SIDE_PROXY, .path = "proxy.ready"},
    {.side = SIDE_PROXY, .path = "proxy.ready_within"},
    {.side = SIDE_PROXY, .path = "proxy.grace"},
    {.side = SIDE_PROXY, .path = "proxy.descriptors"},
};
#define NEEDS (sizeof needs / sizeof needs[0])

static const struct own *find(const struct own *rows, size_t count, const struct option *option)
{
    for (size_t i = 0; i < count; i++) {
        if (option_is_meant(rows[i].path, option)) {
            return &rows[i];
        }
    }
    return NULL;
}

static bool is_foreign(const struct scenario *scenario, enum side side)
{
    return !scenario_plays(scenario, side);
}

static bool is_idle(const struct scenario *scenario, const struct own *own)
{
    switch (own->when) {
    case IDLE_FOREIGN:
        return is_foreign(scenario, own->side);
    case IDLE_FOREIGN_HTTP:
        return is_foreign(scenario, own->side) && scenario->message.protocol == PROTOCOL_HTTP;
    case IDLE_ABSENT:
        return !scenario_runs(scenario, own->side);
    default:
        return is_foreign(scenario, SIDE_CLIENT) && is_foreign(scenario, SIDE_SERVER);
    }
}

bool option_is_no_commands(const struct scenario *scenario, const struct option *option)
{
    const struct own *own = find(owns, OWNS, option);
    const struct own *need = find(needs, NEEDS, option);

    return (own != NULL && is_idle(scenario, own)) ||
           (need != NULL && !has_command(scenario, need->side));
}

/* The option that has another program play the side. */
static const char *player_of(const struct scenario *scenario, enum side side)
{
    const char *elsewhere = side == SIDE_SERVER ? "server.at" : "client";

    return has_command(scenario, side) ? command_paths[side] : elsewhere;
}

/* Since when the option has said nothing. */
static enum level idle_level(const struct draft *draft, const struct own *own)
{
    enum level level[SIDE_N];

    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        level[side] = draft_given(draft, player_of(draft->scenario, side))->level;
    }
    if (own->when != IDLE_BOTH_FOREIGN) {
        return level[own->side];
    }
    return level[SIDE_CLIENT] > level[SIDE_SERVER] ? level[SIDE_CLIENT] : level[SIDE_SERVER];
}

static int fail_own(const struct draft *draft, const struct option *option, const struct own *own,
                    struct where where)
{
    if (own->when == IDLE_BOTH_FOREIGN) {
        error_set(draft->error, STATUS_USAGE,
                  "%s is for a side of finwait's own, and both are other programs", option->path);
    } else {
        const char *player = player_of(draft->scenario, own->side);

        error_set(draft->error, STATUS_USAGE, "%s is for a %s %s, and %s is %s", option->path,
                  side_name(own->side),
                  own->when == IDLE_ABSENT ? "of the run's" : "of finwait's own", player,
                  strcmp(player, "client") == 0 ? "none" : "another program");
    }
    error_hint(draft->error, "take one of them out");
    return error_at(draft->error, where);
}

static int fail_need(const struct draft *draft, const struct option *option, enum side side,
                     struct where where)
{
    return draft_fail(draft, where, "take it out", "%s says something of %s, and there is none",
                      option->path, command_paths[side]);
}

/* A command given later, on the command line, takes the place of what the file says. */
static int check_options(const struct draft *draft)
{
    for (size_t i = 0; i < option_count(); i++) {
        const struct option *option = option_at(i);
        const struct given *given = &draft->given[i];
        const struct own *own = find(owns, OWNS, option);
        const struct own *need = find(needs, NEEDS, option);

        if (given->level <= LEVEL_PRESET) {
            continue;
        }
        if (own != NULL && is_idle(draft->scenario, own) &&
            given->level >= idle_level(draft, own)) {
            return fail_own(draft, option, own, given->where);
        }
        if (need != NULL && !has_command(draft->scenario, need->side)) {
            return fail_need(draft, option, need->side, given->where);
        }
    }
    return 0;
}

static int fail_word(const struct draft *draft, enum side side)
{
    return error_at(draft->error, draft_given(draft, command_paths[side])->where);
}

/* What names something that there is not in such a run, or not for such a command. */
static int check_place(const struct draft *draft, enum side side, enum placeholder place)
{
    bool file = place == PLACE_CA || place == PLACE_CERT || place == PLACE_KEY;
    bool lacks = file && draft->scenario->transport != TRANSPORT_TLS;
    const char *others = side == SIDE_CLIENT && place == PLACE_KEY       ? "not for a client"
                         : side != SIDE_PROXY && place == PLACE_UPSTREAM ? "the proxy's alone"
                                                                         : NULL;

    if (others == NULL && !lacks) {
        return 0;
    }
    error_set(draft->error, STATUS_USAGE, "%s: {%s} is %s", command_paths[side],
              placeholder_names[place], others != NULL ? others : "a file of transport: tls");
    error_hint(draft->error,
               others != NULL ? "take it out" : "write transport: tls, or take it out");
    return fail_word(draft, side);
}

static int check_word(const struct draft *draft, enum side side, const char *word)
{
    for (const char *at = word; *at != '\0';) {
        enum placeholder meant, of_doubled;
        size_t length;
        size_t doubled = 0;
        enum placeholder place = placeholder_at(word, at, &length, &meant);

        if (*at == '{') {
            placeholder_at(word, at + 1, &doubled, &of_doubled);
        }
        if (place != PLACE_N && check_place(draft, side, place) != 0) {
            return -1;
        }
        if (meant != PLACE_N) {
            error_set(draft->error, STATUS_USAGE, "%s: %.*s is no placeholder", command_paths[side],
                      (int)length, at);
            error_hint(draft->error, "did you mean {%s}?  Text of the command's own is {%.*s",
                       placeholder_names[meant], (int)length, at);
            return fail_word(draft, side);
        }
        at += doubled > 0 ? doubled + 1 : length > 0 ? length : 1;
    }
    return 0;
}

static int check_words(const struct draft *draft, enum side side)
{
    const struct words *words = &draft->scenario->side[side].command.words;

    for (size_t i = 0; i < words->count; i++) {
        if (check_word(draft, side, words->item[i]) != 0) {
            return -1;
        }
    }
    return 0;
}

/* A proxy stands between a client and a server of the run. */
static int check_proxy(const struct draft *draft)
{
    const struct scenario *scenario = draft->scenario;
    struct where where = draft_given(draft, command_paths[SIDE_PROXY])->where;
    const char *against = !scenario_runs(scenario, SIDE_CLIENT)   ? "client: none"
                          : !scenario_runs(scenario, SIDE_SERVER) ? "server.at"
                          : scenario->client_to != NULL           ? "client.to"
                                                                  : NULL;

    if (!has_command(scenario, SIDE_PROXY)) {
        return 0;
    }
    if (against != NULL) {
        return draft_fail(draft, where, "take one of them out",
                          "proxy.command stands between the run's client and its server, and %s",
                          against);
    }
    if (scenario->proxy_port == scenario->port) {
        return draft_fail(draft, where, "write another proxy.port",
                          "proxy.port and server.port are %u, and both are in one host",
                          scenario->port);
    }
    return 0;
}

int draft_check_commands(const struct draft *draft)
{
    const struct scenario *scenario = draft->scenario;

    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        if (has_command(scenario, side) && !scenario_runs(scenario, side)) {
            return draft_fail(draft, draft_given(draft, command_paths[side])->where,
                              "take one of them out", "%s, and %s", command_paths[side],
                              side == SIDE_CLIENT ? "client: none" : "server.at");
        }
        if (check_words(draft, side) != 0) {
            return -1;
        }
    }
    if (check_proxy(draft) != 0 || check_words(draft, SIDE_PROXY) != 0) {
        return -1;
    }
    return check_options(draft);
}
