#include "finwait/scenario.h"

#include <stdlib.h>
#include <string.h>

#include "draft.h"
#include "finwait/file.h"
#include "finwait/grow.h"

enum { FILE_MAX = 1 << 20 };

/* ---- from text ---- */

static int set_defaults(struct draft *draft)
{
    for (size_t i = 0; i < option_count(); i++) {
        const struct option *option = option_at(i);
        struct tree node = {.kind = TREE_SCALAR, .text = (char *)option->value};

        if (option->value != NULL && draft_set(draft, option, NULL, &node, LEVEL_DEFAULT) != 0) {
            return -1;
        }
    }
    return 0;
}

/* "configs/server-first.yaml" is called server-first, a scenario without a file as its order. */
static int set_name(struct draft *draft)
{
    struct scenario *scenario = draft->scenario;
    const char *path = scenario->file != NULL ? scenario->file : scenario->order;
    const char *slash = strrchr(path, '/');
    char name[256];

    if (scenario->name != NULL) {
        return 0;
    }
    snprintf(name, sizeof name, "%s", slash != NULL ? slash + 1 : path);
    char *dot = strrchr(name, '.');
    if (dot != NULL && dot != name && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0)) {
        *dot = '\0';
    }
    return option_read(scenario, option_find("name", NULL), name, draft->error);
}

/* localhost becomes the loopback address of the run's IP, which is that of server.at where nobody
 * has said another. */
static void complete_target(struct draft *draft, char **target)
{
    struct scenario *scenario = draft->scenario;
    struct address address;
    struct error unused;
    char text[ADDRESS_TEXT];

    if (*target == NULL) {
        return;
    }
    if (address_parse(&address, *target, &unused) == 0) {
        if (draft_given(draft, "ip")->level == LEVEL_DEFAULT && target == &scenario->at) {
            scenario->ip = address_family(&address) == AF_INET6 ? IP_V6 : IP_V4;
        }
        return;
    }
    address_of_localhost(&address, scenario->ip == IP_V6 ? AF_INET6 : AF_INET, *target);
    free(*target);
    *target = grow_text(address_format(text, sizeof text, &address));
}

/*
 * Loopback has as many source addresses as one likes in IPv4; elsewhere on this host the kernel
 * chooses the one there is.
 */
static bool has_one_source(const struct scenario *scenario)
{
    struct address at;
    struct error unused;

    return scenario->lab == LAB_HOST &&
           (scenario->ip == IP_V6 ||
            (scenario->at != NULL && address_parse(&at, scenario->at, &unused) == 0 &&
             !address_is_loopback(&at)));
}

static int complete_addresses(struct draft *draft)
{
    struct scenario *scenario = draft->scenario;
    const struct given *given = draft_given(draft, "client.addresses");

    if (!has_one_source(scenario)) {
        return 0;
    }
    if (given->level > LEVEL_DEFAULT && scenario->side[SIDE_CLIENT].addresses > 1) {
        return draft_fail(
            draft, given->where, "write client: {addresses: 1}, or leave it out",
            "client.addresses is %u, and this host has one source address for that target",
            scenario->side[SIDE_CLIENT].addresses);
    }
    scenario->side[SIDE_CLIENT].addresses = 1;
    return 0;
}

/* Several listeners at one port must have SO_REUSEPORT, socket(7). */
static void complete_listeners(struct draft *draft)
{
    if (draft->scenario->listeners == LISTENERS_EACH &&
        draft_given(draft, "server.sockopt.reuseport")->level == LEVEL_DEFAULT) {
        sockopt_set(&draft->scenario->side[SIDE_SERVER].sockopt, SOCKOPT_REUSEPORT, 1);
    }
}

/* A check that is run by itself is held against what passes. */
static void complete_expectations(struct draft *draft)
{
    struct scenario *scenario = draft->scenario;
    const struct words *pass = &scenario->probe.pass;

    if (draft_given(draft, "expect")->level > LEVEL_DEFAULT || scenario->probe.question == NULL) {
        return;
    }
    for (size_t i = 0; i < pass->count; i++) {
        scenario->expect =
            grow_by_one(scenario->expect, scenario->expect_count, sizeof *scenario->expect);
        scenario->expect[scenario->expect_count++] = (struct expectation){
            .text = grow_text(pass->item[i]), .where = draft_given(draft, "probe.pass")->where};
    }
}

/* What an option defaults to when it depends on others. */
static int complete(struct draft *draft)
{
    struct scenario *scenario = draft->scenario;

    scenario->side[SIDE_SERVER].none = scenario->at != NULL;
    complete_target(draft, &scenario->at);
    complete_target(draft, &scenario->client_to);
    if (draft_choose_programs(draft) != 0 || complete_addresses(draft) != 0) {
        return -1;
    }
    if (draft_given(draft, "load.connections")->level == LEVEL_DEFAULT &&
        scenario->load.duration > 0) {
        scenario->load.connections = 0;
    }
    if (draft_complete_message(draft) != 0) {
        return -1;
    }
    draft_complete_tls(draft);
    complete_listeners(draft);
    complete_expectations(draft);
    return set_name(draft);
}

static int apply_yaml(struct draft *draft, const char *yaml, size_t length)
{
    struct tree tree;

    if (tree_parse(&tree, yaml, length, draft->scenario->file, draft->error) != 0) {
        return -1;
    }
    int status = draft_apply_tree(draft, &tree);
    tree_fini(&tree);
    return status;
}

/* What is found wrong when the scenario is run is told where it was written, too. */
static void keep_places(struct draft *draft)
{
    struct where *place = grow_new(option_count(), sizeof *place);

    for (size_t i = 0; i < option_count(); i++) {
        place[i] = draft->given[i].where;
    }
    draft->scenario->place = place;
}

struct where scenario_where(const struct scenario *scenario, const char *path)
{
    const struct option *option = option_find(path, NULL);

    return option != NULL ? scenario->place[option_index(option)] : (struct where){0};
}

static int fill(struct draft *draft, const char *yaml, size_t length,
                const struct scenario_override *overrides, size_t override_count)
{
    if (set_defaults(draft) != 0 || (yaml != NULL && apply_yaml(draft, yaml, length) != 0) ||
        draft_apply_overrides(draft, overrides, override_count) != 0 || complete(draft) != 0 ||
        draft_check(draft) != 0) {
        return -1;
    }
    keep_places(draft);
    return 0;
}

struct scenario *scenario_parse(const char *yaml, size_t length, const char *name,
                                const struct scenario_override *overrides, size_t override_count,
                                struct error *error)
{
    struct draft draft = {.scenario = grow_new(1, sizeof *draft.scenario), .error = error};

    draft.scenario->file = grow_text(name);
    if (fill(&draft, yaml, length, overrides, override_count) != 0) {
        scenario_free(draft.scenario);
        return NULL;
    }
    return draft.scenario;
}

/* ---- from a file ---- */

/* What is on stdin can be read once, and a comparison loads its scenario again and again. */
static char *slurp_stdin(size_t *length, struct error *error)
{
    static char *text;
    static size_t kept;

    if (text == NULL) {
        text = file_read_stdin(FILE_MAX, "cannot read stdin", &kept, error);
    }
    if (text == NULL) {
        return NULL;
    }
    *length = kept;
    return memcpy(grow_bytes(kept + 1), text, kept + 1);
}

/* All of `file`, to be freed; NULL and the error filled. */
static char *slurp(const char *file, size_t *length, struct error *error)
{
    char told[256];
    char *text;

    snprintf(told, sizeof told, "cannot read %.200s", file);
    text = file_read(file, FILE_MAX, told, length, error);
    if (text == NULL && error->status == STATUS_USAGE && error->hint[0] == '\0') {
        error_hint(error, "name a scenario file, e.g. configs/server-first.yaml");
    }
    return text;
}

struct scenario *scenario_load(const char *file, const struct scenario_override *overrides,
                               size_t override_count, struct error *error)
{
    bool is_stdin = file != NULL && strcmp(file, SCENARIO_STDIN) == 0;
    size_t length = 0;
    char *yaml = NULL;

    if (file != NULL) {
        yaml = is_stdin ? slurp_stdin(&length, error) : slurp(file, &length, error);
        if (yaml == NULL) {
            return NULL;
        }
    }
    struct scenario *scenario =
        scenario_parse(yaml, length, is_stdin ? "stdin" : file, overrides, override_count, error);
    free(yaml);
    return scenario;
}

static void free_check(struct check_spec *check)
{
    struct words *const texts[] = {&check->skip,     &check->pass,   &check->warn,   &check->fail,
                                   &check->measured, &check->advice, &check->mutant, &check->paths};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        words_fini(texts[i]);
    }
    free(check->question);
    free(check->source);
    free(check->path);
}

static void free_tls(struct tls_spec *tls)
{
    free(tls->ciphers);
    free(tls->ciphersuites);
    free(tls->groups);
    free(tls->alpn);
    free(tls->sni);
    for (unsigned side = 0; side < SIDE_N; side++) {
        free(tls->side[side].cert);
        free(tls->side[side].key);
        free(tls->side[side].ca);
    }
}

static void free_message(struct message_spec *message)
{
    for (unsigned side = 0; side < SIDE_N; side++) {
        free(message->part[side].fields);
        free(message->part[side].body);
        free(message->part[side].file);
    }
    free(message->method);
    free(message->path);
    free(message->host);
}

static void free_side(struct side_spec *side)
{
    for (size_t i = 0; i < side->sysctl.count; i++) {
        free((char *)side->sysctl.item[i].name);
        free((char *)side->sysctl.item[i].value);
    }
    free(side->sysctl.item);
    words_fini(&side->command.words);
    free(side->command.ready_line);
}

void scenario_free(struct scenario *scenario)
{
    if (scenario == NULL) {
        return;
    }
    for (unsigned side = 0; side < PLAYERS_N; side++) {
        free_side(&scenario->side[side]);
    }
    for (size_t i = 0; i < scenario->expect_count; i++) {
        free(scenario->expect[i].text);
    }
    for (size_t i = 0; i < scenario->origin_count; i++) {
        free(scenario->origin[i]);
    }
    free_tls(&scenario->tls);
    free_message(&scenario->message);
    free(scenario->fault);
    free(scenario->event);
    free(scenario->expect);
    variant_groups_fini(&scenario->compare.vary);
    variant_groups_fini(&scenario->compare.named);
    words_fini(&scenario->compare.metric);
    words_fini(&scenario->compare.fail_if);
    free(scenario->compare.baseline);
    free_check(&scenario->probe);
    free(scenario->origin);
    free(scenario->place);
    free(scenario->file);
    free(scenario->name);
    free(scenario->about);
    free(scenario->fact);
    free(scenario->order);
    free(scenario->at);
    free(scenario->client_to);
    free(scenario);
}
