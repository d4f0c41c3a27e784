#include <arpa/inet.h>
#include <stdlib.h>

#include "draft.h"
#include "finwait/order.h"
#include "finwait/program.h"

/* What the options about TLS need, and which of them exclude each other. */

/* ---- options that nothing comes of ---- */

static bool is_plain_tcp(const struct scenario *scenario)
{
    return scenario->transport != TRANSPORT_TLS;
}

static bool is_1_2(const struct scenario *scenario)
{
    return scenario->tls.version == TLS_1_2;
}

static bool is_1_3(const struct scenario *scenario)
{
    return scenario->tls.version == TLS_1_3;
}

static bool has_files(const struct scenario *scenario)
{
    return scenario->tls.side[SIDE_SERVER].cert != NULL ||
           scenario->tls.side[SIDE_SERVER].key != NULL;
}

static bool client_has_files(const struct scenario *scenario)
{
    return scenario->tls.side[SIDE_CLIENT].cert != NULL ||
           scenario->tls.side[SIDE_CLIENT].key != NULL;
}

static bool trusts_all(const struct scenario *scenario)
{
    return !scenario->tls.side[SIDE_CLIENT].verify;
}

static bool asks_no_client(const struct scenario *scenario)
{
    return !scenario->tls.side[SIDE_SERVER].verify;
}

/* The first that applies is told. */
static const struct moot {
    const char *path; /* one with a point at its end: all options below it; "": all of TLS */
    bool (*applies)(const struct scenario *scenario);
    const char *because; /* follows the option's path */
    const char *hint;
} moots[] = {
    {"", is_plain_tcp, "needs transport: tls", "write transport: tls, or take it out"},
    {"tls.ciphers", is_1_3, "is for TLS 1.2, and tls.version is 1.3",
     "write tls.ciphersuites, e.g. TLS_AES_128_GCM_SHA256"},
    {"tls.ciphersuites", is_1_2, "is for TLS 1.3, and tls.version is 1.2",
     "write tls.ciphers, e.g. ECDHE-ECDSA-AES128-GCM-SHA256"},
    {"client.tls.ca", trusts_all, "says whom to trust, and client.tls.verify is off",
     "write client: {tls: {verify: on}}, or take it out"},
    {"client.tls.generate", client_has_files,
     "says how a certificate is made, and there are client.tls.cert and client.tls.key",
     "take either out"},
    {"server.tls.ca", asks_no_client, "says whom to trust, and server.tls.verify is off",
     "write server: {tls: {verify: on}}, or take it out"},
    {"server.tls.generate", has_files,
     "says how a certificate is made, and there are server.tls.cert and server.tls.key",
     "take either out"},
    {"server.tls.tickets", is_1_2,
     "counts the tickets after a TLS 1.3 handshake, and tls.version is 1.2",
     "TLS 1.2 has one ticket, in the handshake, where tls.resumption is ticket: take it out"},
};
#define MOOTS (sizeof moots / sizeof moots[0])

static bool covers(const struct moot *moot, const struct option *option)
{
    return moot->path[0] == '\0' ? option_is_tls(option) : option_is_meant(moot->path, option);
}

static const struct moot *find_moot(const struct scenario *scenario, const struct option *option)
{
    for (size_t i = 0; i < MOOTS; i++) {
        if (covers(&moots[i], option) && moots[i].applies(scenario)) {
            return &moots[i];
        }
    }
    return NULL;
}

bool option_is_moot(const struct scenario *scenario, const struct option *option)
{
    return find_moot(scenario, option) != NULL;
}

/* An order's presets may be moot: who chose the order did not ask for them. */
static int check_moot(const struct draft *draft)
{
    for (size_t i = 0; i < option_count(); i++) {
        const struct option *option = option_at(i);
        const struct moot *moot = find_moot(draft->scenario, option);

        if (moot != NULL && draft->given[i].level > LEVEL_PRESET) {
            return draft_fail(draft, draft->given[i].where, moot->hint, "%s %s", option->path,
                              moot->because);
        }
    }
    return 0;
}

/* ---- options that need another ---- */

static bool lacks(const struct scenario *scenario, enum side side, bool key)
{
    bool has_cert = scenario->tls.side[side].cert != NULL;
    bool has_key = scenario->tls.side[side].key != NULL;

    return key ? has_cert && !has_key : has_key && !has_cert;
}

static bool lacks_key(const struct scenario *scenario)
{
    return lacks(scenario, SIDE_SERVER, true);
}

static bool lacks_cert(const struct scenario *scenario)
{
    return lacks(scenario, SIDE_SERVER, false);
}

static bool client_lacks_key(const struct scenario *scenario)
{
    return lacks(scenario, SIDE_CLIENT, true);
}

static bool client_lacks_cert(const struct scenario *scenario)
{
    return lacks(scenario, SIDE_CLIENT, false);
}

/* The CA that is made is for a client of ours. */
static bool asks_others(const struct scenario *scenario)
{
    return scenario->tls.side[SIDE_SERVER].verify && !scenario_plays(scenario, SIDE_CLIENT) &&
           scenario->tls.side[SIDE_SERVER].ca == NULL;
}

/* A CA of the user's signs no certificate of ours. */
static bool shows_what_is_not_trusted(const struct scenario *scenario)
{
    return scenario->tls.side[SIDE_SERVER].ca != NULL && scenario_plays(scenario, SIDE_CLIENT) &&
           scenario_plays(scenario, SIDE_SERVER) && !client_has_files(scenario) &&
           scenario->tls.shown == TLS_SHOW_TRUSTED;
}

/* RFC 6066 section 3: "Literal IPv4 and IPv6 addresses are not permitted". */
static bool names_an_address(const struct scenario *scenario)
{
    struct in6_addr address;
    const char *sni = scenario->tls.sni;

    return sni != NULL &&
           (inet_pton(AF_INET, sni, &address) == 1 || inet_pton(AF_INET6, sni, &address) == 1);
}

static bool resumes_by_id(const struct scenario *scenario)
{
    return scenario->tls.resumption == TLS_RESUME_SESSION_ID;
}

static bool has_no_session_id(const struct scenario *scenario)
{
    return resumes_by_id(scenario) && scenario->tls.version != TLS_1_2;
}

static bool has_several_caches(const struct scenario *scenario)
{
    return resumes_by_id(scenario) && scenario_runs(scenario, SIDE_SERVER) &&
           scenario->side[SIDE_SERVER].workers > 1;
}

static bool has_no_tickets(const struct scenario *scenario)
{
    return scenario->tls.resumption == TLS_RESUME_TICKET && scenario_runs(scenario, SIDE_SERVER) &&
           !is_1_2(scenario) && scenario->tls.tickets == 0;
}

static const struct need {
    const char *path; /* where the error points to */
    bool (*lacks)(const struct scenario *scenario);
    const char *what;
    const char *hint;
} needs[] = {
    {"server.tls.cert", lacks_key, "server.tls.cert is given, server.tls.key is not",
     "write the file of its private key, too"},
    {"server.tls.key", lacks_cert, "server.tls.key is given, server.tls.cert is not",
     "write the file of its certificate, too"},
    {"client.tls.cert", client_lacks_key, "client.tls.cert is given, client.tls.key is not",
     "write the file of its private key, too"},
    {"client.tls.key", client_lacks_cert, "client.tls.key is given, client.tls.cert is not",
     "write the file of its certificate, too"},
    {"server.tls.verify", asks_others,
     "server.tls.verify, and the client is not ours: it has no certificate of the CA that is made",
     "write server.tls.ca, the file of the CA of its own"},
    {"server.tls.ca", shows_what_is_not_trusted,
     "server.tls.ca is given, and no certificate by it for the client",
     "write client.tls.cert and client.tls.key; or client.tls.generate: unknown or none, to be "
     "refused"},
    {"client.tls.sni", names_an_address, "client.tls.sni is an address",
     "a server_name is a name (RFC 6066 section 3), e.g. example.org"},
    {"tls.resumption", has_no_session_id, "tls.resumption: session_id needs tls.version: 1.2",
     "TLS 1.3 resumes by tickets: write resumption: ticket, or version: 1.2"},
    {"server.workers", has_several_caches,
     "tls.resumption: session_id, and there is more than one server worker",
     "each has a cache of its own, and a connection may come to any: write workers: 1"},
    {"tls.resumption", has_no_tickets,
     "tls.resumption: ticket, and the server sends none: server.tls.tickets is 0",
     "write server: {tls: {tickets: 1}}, or take the resumption out"},
};
#define NEEDS (sizeof needs / sizeof needs[0])

static int check_needs(const struct draft *draft)
{
    for (size_t i = 0; i < NEEDS; i++) {
        if (needs[i].lacks(draft->scenario)) {
            return draft_fail(draft, draft_given(draft, needs[i].path)->where, needs[i].hint, "%s",
                              needs[i].what);
        }
    }
    return 0;
}

/* ---- steps ---- */

/* The order would have had the transport: whoever named it has overruled that. */
static int fail_overruled(const struct draft *draft, const char *step)
{
    return draft_fail(draft, draft_given(draft, "transport")->where,
                      "leave transport out, for the order brings its own",
                      "`%s` of the order %s needs transport: tls", step, draft->scenario->order);
}

static int check_steps(const struct draft *draft, enum side side, size_t index)
{
    const struct program *program = scenario_program(draft->scenario, side, index);
    size_t step;

    if (is_plain_tcp(draft->scenario)) {
        if (!program_needs_tls(program, &step)) {
            return 0;
        }
        char name[VALUE_WRITTEN];
        step_format(name, sizeof name, &program->step[step]);
        if (order_find(draft->scenario->order) != NULL) {
            return fail_overruled(draft, name);
        }
        return draft_fail(draft, draft_step(draft, side, index, step),
                          "write transport: tls, or leave the step out",
                          "`%s` needs transport: tls", name);
    }
    if (program_check_tls(program, &step, draft->error) != 0) {
        return error_at(draft->error, draft_step(draft, side, index, step));
    }
    return 0;
}

/* ---- the whole ---- */

/*
 * As nginx, curl and most that speak TLS do: Nagle's algorithm would hold a message back for a
 * delayed ACK, 40 ms, behind the small records that TLS itself sends (tickets, Finished).
 */
static void default_nodelay(const struct draft *draft, enum side side)
{
    static const char *const paths[SIDE_N] = {
        [SIDE_CLIENT] = "client.sockopt.nodelay",
        [SIDE_SERVER] = "server.sockopt.nodelay",
    };

    if (draft_given(draft, paths[side])->level == LEVEL_DEFAULT) {
        sockopt_set(&draft->scenario->side[side].sockopt, SOCKOPT_NODELAY, 1);
    }
}

void draft_complete_tls(struct draft *draft)
{
    struct scenario *scenario = draft->scenario;

    if (!is_plain_tcp(scenario)) {
        default_nodelay(draft, SIDE_CLIENT);
        default_nodelay(draft, SIDE_SERVER);
    }

    if (draft_given(draft, "tls.alpn")->level == LEVEL_DEFAULT &&
        scenario->message.protocol == PROTOCOL_RAW) {
        free(scenario->tls.alpn);
        scenario->tls.alpn = NULL;
    }
}

int draft_check_tls(const struct draft *draft)
{
    if (check_moot(draft) != 0 || (!is_plain_tcp(draft->scenario) && check_needs(draft) != 0) ||
        check_steps(draft, SIDE_SERVER, 0) != 0) {
        return -1;
    }
    for (size_t i = 0; i < scenario_programs(draft->scenario, SIDE_CLIENT); i++) {
        if (check_steps(draft, SIDE_CLIENT, i) != 0) {
            return -1;
        }
    }
    return 0;
}
