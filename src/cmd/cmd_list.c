#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/account.h"
#include "finwait/comparison.h"
#include "finwait/conduct.h"
#include "finwait/explain.h"
#include "finwait/grow.h"
#include "finwait/kernel_counter.h"
#include "finwait/kernel_errno.h"
#include "finwait/kernel_state.h"
#include "finwait/kernel_sysctl.h"
#include "finwait/limits.h"
#include "finwait/metric.h"
#include "finwait/order.h"
#include "finwait/program.h"
#include "finwait/table.h"
#include "finwait/terminal.h"
#include "finwait/timeline.h"
#include "list_commands.h"

/* ---- what each listing is made from ---- */

static void list_orders(struct table *table)
{
    for (size_t i = 0; i < order_count; i++) {
        const struct order *order = &order_table[i];

        table_row(table, (const char *[]){order->name, order->program[SIDE_CLIENT],
                                          order->program[SIDE_SERVER], order->about,
                                          order->watched != NULL ? order->watched : "-"});
    }
}

static void list_steps(struct table *table)
{
    static const char *const roles_of[] = {
        [STEP_OF_CLIENT] = "client",
        [STEP_OF_SERVER] = "server",
        [STEP_OF_BOTH] = "both",
    };

    for (size_t i = 0; i < STEP_OP_N; i++) {
        const struct step_info *info = &step_table[i];
        const char *roles = roles_of[info->traits & STEP_OF_BOTH];
        bool takes = info->takes.kind != VALUE_NOTHING;
        char form[32];
        char range[VALUE_RANGE];
        char name[64];

        bool alone = (info->traits & STEP_ALONE) != 0;

        snprintf(name, sizeof name,
                 alone   ? "%s[(%s)]"
                 : takes ? "%s(%s)"
                         : "%s",
                 info->name, value_form(&info->takes, form, sizeof form));
        table_row(table, (const char *[]){name, value_range(&info->takes, range, sizeof range),
                                          roles, info->about, info->source});
    }
}

static void list_faults(struct table *table)
{
    static const struct value_spec share = VALUE_A(SHARE);
    struct timeline_key_info key;

    for (size_t i = 0; timeline_key_get(i, &key); i++) {
        char name[40];
        char form[80];
        char other[20];
        char range[VALUE_RANGE];

        snprintf(name, sizeof name, "%s.%s", key.list, key.name);
        value_form(key.takes, form, sizeof form);
        if (key.or_share) {
            size_t used = strlen(form);
            snprintf(form + used, sizeof form - used, "|%s",
                     value_form(&share, other, sizeof other));
        }
        table_row(table, (const char *[]){name, form, value_range(key.takes, range, sizeof range),
                                          key.with, key.about});
    }
}

static void list_options(struct table *table)
{
    for (size_t i = 0; i < option_count(); i++) {
        struct option_info info;

        option_get(i, &info);
        table_row(table,
                  (const char *[]){info.path, info.type, info.value, info.range, info.about});
    }
}

static void list_metrics(struct table *table)
{
    for (size_t i = 0; i < metric_count; i++) {
        const struct metric_info *info = &metric_table[i];

        table_row(table, (const char *[]){info->pattern, info->unit, info->about});
    }
    for (size_t i = 0;; i++) {
        char words[512];
        const char *placeholder = metric_placeholder(i, words, sizeof words);

        if (placeholder == NULL) {
            break;
        }
        table_row(table, (const char *[]){placeholder, "", words});
    }
}

static void list_outcomes(struct table *table)
{
    for (unsigned i = 0; i < OUTCOME_N; i++) {
        table_row(table,
                  (const char *[]){outcome_name((enum outcome)i), outcome_about((enum outcome)i)});
    }
}

static void list_scenarios(struct table *table, const struct words *names)
{
    const struct overrides none = {0};

    for (size_t i = 0; i < names->count; i++) {
        struct error error;
        struct scenario *scenario = command_scenario(names->item[i], &none, &error);

        table_row(table, (const char *[]){names->item[i], scenario != NULL ? scenario->order : "-",
                                          scenario != NULL ? scenario->about : error.what});
        scenario_free(scenario);
    }
}

/* In the order of a connection's life. */
static void list_states(struct table *table)
{
    static const enum tcp_state order[] = {
        TCP_STATE_LISTEN,     TCP_STATE_SYN_SENT,  TCP_STATE_SYN_RECV, TCP_STATE_ESTABLISHED,
        TCP_STATE_FIN_WAIT1,  TCP_STATE_FIN_WAIT2, TCP_STATE_CLOSING,  TCP_STATE_TIME_WAIT,
        TCP_STATE_CLOSE_WAIT, TCP_STATE_LAST_ACK,  TCP_STATE_CLOSE,
    };

    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        const struct state_info *info = &state_table[order[i]];
        const char *client = info->scenario[SIDE_CLIENT];
        const char *server = info->scenario[SIDE_SERVER];

        table_row(table,
                  (const char *[]){tcp_state_name(order[i]), info->meaning, info->lasts,
                                   info->sysctl[0] != '\0' ? info->sysctl : "-",
                                   info->sockopt[0] != '\0' ? info->sockopt : "-",
                                   client != NULL ? client : "-", server != NULL ? server : "-"});
    }
}

static void list_counters(struct table *table)
{
    for (size_t i = 0; i < counter_count; i++) {
        const struct counter_info *info = &counter_table[i];

        table_row(table, (const char *[]){info->name, counter_sense_name(info->sense),
                                          info->since != NULL ? info->since : "-", info->meaning,
                                          info->source});
    }
}

/* Its myth and its danger, with the values that are dangerous. */
static char *join_warnings(const struct sysctl_info *info)
{
    const struct sysctl_danger *danger = &info->danger;
    struct grow_stream text;

    grow_stream_open(&text);
    if (info->myth != NULL) {
        fprintf(text.out, "%s%s", info->myth, danger->what != NULL ? "; " : "");
    }
    if (danger->what != NULL) {
        fprintf(text.out, "%lld to %lld: %s (%s)", (long long)danger->low, (long long)danger->high,
                danger->what, danger->source);
    }
    return grow_stream_close(&text);
}

static void list_sysctls(struct table *table)
{
    for (size_t i = 0; i < sysctl_count; i++) {
        const struct sysctl_info *info = &sysctl_table[i];
        char takes[SYSCTL_TAKES];
        char *beware = join_warnings(info);

        table_row(table, (const char *[]){info->name, info->value,
                                          info->unit[0] != '\0' ? info->unit : "-",
                                          sysctl_takes(takes, info), sysctl_scope_name(info->scope),
                                          sysctl_scope_rootless(info->scope),
                                          info->since != NULL ? info->since : "-", info->meaning,
                                          info->metrics[0] != '\0' ? info->metrics : "-",
                                          beware[0] != '\0' ? beware : "-"});
        free(beware);
    }
}

/* Each cause with what tells it from the others. */
static char *join_causes(const struct errno_info *info)
{
    struct grow_stream text;

    grow_stream_open(&text);
    for (size_t i = 0; i < ERRNO_CAUSES && info->cause[i].cause != NULL; i++) {
        fprintf(text.out, "%s%s (seen: %s)", i > 0 ? "; " : "", info->cause[i].cause,
                info->cause[i].told);
    }
    return grow_stream_close(&text);
}

static void list_errnos(struct table *table)
{
    for (size_t i = 0; i < errno_count; i++) {
        const struct errno_info *info = &errno_table[i];
        char *causes = join_causes(info);

        table_row(table, (const char *[]){errno_name(info->errnum), info->calls, info->meaning,
                                          causes[0] != '\0' ? causes : "-"});
        free(causes);
    }
}

/* What a scenario expects, in one text. */
static char *join_expectations(const struct scenario *scenario)
{
    struct grow_stream text;

    grow_stream_open(&text);
    for (size_t i = 0; i < scenario->expect_count; i++) {
        fprintf(text.out, "%s%s", i > 0 ? "; " : "", scenario->expect[i].text);
    }
    return grow_stream_close(&text);
}

static void add_fact(struct table *table, const char *name, const struct scenario *scenario)
{
    char *asserted = join_expectations(scenario);
    const char *refusal = predict_refusal(scenario);

    table_row(table, (const char *[]){scenario->fact, name, asserted,
                                      refusal != NULL ? refusal : "foreseen"});
    free(asserted);
}

static void list_facts(struct table *table, const struct words *names)
{
    const struct overrides none = {0};

    for (size_t i = 0; i < names->count; i++) {
        struct error error;
        struct scenario *scenario = command_scenario(names->item[i], &none, &error);

        if (scenario != NULL && scenario->fact != NULL) {
            add_fact(table, names->item[i], scenario);
        }
        scenario_free(scenario);
    }
}

static void list_remarks(struct table *table)
{
    for (const struct remark_row *row = remark_table; row->id != NULL; row++) {
        table_row(table, (const char *[]){row->id, remark_kind_name(row->kind), row->about});
    }
    for (const struct comparison_lesson *row = comparison_lessons; row->id != NULL; row++) {
        table_row(table, (const char *[]){row->id, remark_kind_name(row->kind), row->about});
    }
    for (unsigned i = 0; i < REMARK_KIND_N; i++) {
        table_row(table, (const char *[]){remark_kind_name((enum remark_kind)i), "(kind)",
                                          remark_kind_about((enum remark_kind)i)});
    }
    for (unsigned i = 0; i < CERTAINTY_N; i++) {
        table_row(table, (const char *[]){certainty_name((enum certainty)i), "(certainty)",
                                          certainty_about((enum certainty)i)});
    }
}

static void list_limits(struct table *table)
{
    for (unsigned i = 0; i < LIMIT_N; i++) {
        const struct limit_row *row = &limit_table[i];
        char text[640];

        snprintf(text, sizeof text, "%s; the others %s; to get further: %s", row->whom, row->beyond,
                 row->advice);
        table_row(table, (const char *[]){row->name, row->source, text});
    }
}

/* The lists, and a line of each. */
#define LISTS(X)                                                                                   \
    X(orders, "close orders, a pair of programs each")                                             \
    X(steps, "the words of a program")                                                             \
    X(options, "of a scenario: keys of the YAML, and PATH in --set PATH=VALUE")                    \
    X(faults, "and events: the keys of their maps")                                                \
    X(metrics, "what a run measures: for expectations, and in result.json")                        \
    X(outcomes, "how a connection can end, as its role sees it")                                   \
    X(scenarios, "those that ship: finwait run NAME")                                              \
    X(states, "the states of TCP, what bounds each, and the scenario that shows it")               \
    X(counters, "of the kernel: what each counts, and whether more is better or worse")            \
    X(sysctls, "that act on how connections open and end: defaults, bounds, what they do")         \
    X(errnos, "what each means, its causes, and what tells them apart")                            \
    X(facts, "about TCP on Linux, each with the scenario that shows it")                           \
    X(limits, "of the number of sockets: what each bounds, and what becomes of the others")        \
    X(remarks, "what a result can show, by id")                                                    \
    X(commands, "of finwait, and their options")

enum {
#define X(name, about) LIST_##name,
    LISTS(X)
#undef X
        LISTINGS
};

static const struct command_word words[] = {
#define X(name, about) {#name, about},
    LISTS(X)
#undef X
        {NULL, NULL},
};

struct listing {
    const char *title; /* of the reference page */
    const char *intro;
    const char *align;
    const char *heading[TABLE_COLUMNS];
    void (*rows)(struct table *table); /* or, of the scenarios that ship, */
    void (*shipped)(struct table *table, const struct words *names); /* or, */
    void (*commands)(struct table *table, const struct command *const *commands);
};

static const struct listing listings[LISTINGS] = {
    [LIST_orders] = {"Close orders",
                     "A close order is a pair of programs. `finwait show ORDER` draws what becomes "
                     "of it. Those of real clients name the program that was watched.",
                     "lllww",
                     {"order", "client", "server", "about", "watched"},
                     list_orders},
    [LIST_steps] = {"Steps",
                    "The words of a program, for `client.program` and `server.program`.",
                    "llllw",
                    {"step", "range", "role", "does", "source"},
                    list_steps},
    [LIST_options] = {"Scenario options",
                      "A path is a key in the YAML, nested at its dots, and a `--set PATH=VALUE`.",
                      "llllw",
                      {"path", "type", "default", "range", "about"},
                      list_options},
    [LIST_faults] = {"Faults and events",
                     "The keys of the maps in `faults` and `events`. A map does one thing, and can "
                     "have the keys that go with it.",
                     "llllw",
                     {"key", "value", "range", "goes with", "does"},
                     list_faults},
    [LIST_metrics] = {"Metrics",
                      "The names of a result's numbers, for expectations and in result.json. What "
                      "was not measured is absent.",
                      "llw",
                      {"metric", "unit", "about"},
                      list_metrics},
    [LIST_outcomes] = {"Outcomes",
                       "How a connection ended, as its role saw it.",
                       "lw",
                       {"outcome", "about"},
                       list_outcomes},
    [LIST_scenarios] = {"Scenarios that ship",
                        "`finwait run NAME` runs one; its file is configs/NAME.yaml.",
                        "llw",
                        {"scenario", "order", "about"},
                        .shipped = list_scenarios},
    [LIST_states] =
        {"The states of TCP",
         "What each state means, how long a socket stays in it, what bounds that (sysctls without "
         "their net. or net.ipv4.), and the scenario that puts sockets of one side into it and "
         "keeps them there: `finwait run states/client-fin-wait2 --set load.connections=1000`. "
         "Listeners are one for each address: states/server-listen takes server.addresses as well.",
         "llllllw",
         {"state", "means", "lasts", "sysctl", "socket option", "on the client", "on the server"},
         list_states},
    [LIST_counters] =
        {"Kernel counters",
         "The counters of /proc/net/snmp and /proc/net/netstat, named as nstat(8) does, that tell "
         "how connections open and end; as metrics they are client.counter.NAME, "
         "server.counter.NAME and, with `lab: host`, host.counter.NAME. Any other counter of the "
         "kernel can be named there as well. Better or worse is what it is when it grows; since is "
         "the first Linux that has it, where 6.1 has it not; the sources lie below net/ipv4 of "
         "Linux where no folder is said.",
         "llllw",
         {"counter", "growing", "since", "counts", "counted by"},
         list_counters},
    [LIST_sysctls] =
        {"Sysctls",
         "The net.* sysctls that act on how connections open and end, for client.sysctl and "
         "server.sysctl; any other net.* key works there as well. The defaults are a fresh network "
         "namespace's on Linux 6.18, and the bounds hold from 6.1 to 6.18: a value outside is "
         "refused before anything runs. Those of the machine can be set in no lab. Since is the "
         "first Linux that has it, where that is 6.1 or later; rootless: whether a lab of one who "
         "is not root can set it. Beware tells what it is often taken for and does not do, and "
         "which values do harm on a machine that serves. `finwait sysctl explain NAME` tells all "
         "of one, with this host's value and where it acts in the source of Linux.",
         "lllllllllw",
         {"sysctl", "default", "unit", "takes", "whose", "rootless", "since", "does", "acts on",
          "beware"},
         list_sysctls},
    [LIST_errnos] = {"Errnos",
                     "What an errno means to someone who opens and closes connections. It says "
                     "what a call met and not why: where there are several causes, each comes with "
                     "what tells it from the others.",
                     "lllw",
                     {"errno", "calls", "means", "causes"},
                     list_errnos},
    [LIST_facts] =
        {"Facts about TCP on Linux",
         "Each is shown by a scenario that can be run, `finwait run NAME`, and asserts what stands "
         "beside it; the conformance tests hold it against ss(8) and nstat(8) as well. The model "
         "foresees how its connections end, or the row says why it cannot know.",
         "lllw",
         {"fact", "scenario", "asserted", "the model"},
         .shipped = list_facts},
    [LIST_limits] = {"Limits",
                     "What bounds the number of sockets that a run can have at a time. `finwait "
                     "doctor` prints what each is on a machine, `finwait check SCENARIO` and a run "
                     "say which of them the scenario exceeds, before anything begins. SIDE stands "
                     "for client or server, N for what is needed.",
                     "llw",
                     {"limit", "source", "counts"},
                     list_limits},
    [LIST_remarks] = {"Remarks",
                      "What a result or a comparison can show, by the id that stands in "
                      "result.json and comparison.json: there each has its certainty, a text, the "
                      "numbers it rests on and, where something can be done, advice.",
                      "llw",
                      {"remark", "kind", "about"},
                      list_remarks},
    [LIST_commands] =
        {
            "Commands",
            "`finwait COMMAND --help` tells all of one, with what its exit statuses mean and "
            "examples; `finwait help TOPIC` what belongs to several. An option of the command line "
            "that is an option of the scenario under another name has that beside it.",
            "lllw",
            {"command or option", "of", "sets", "does"},
            .commands = list_commands,
        },
};
/* ---- the command ---- */

/* LISTINGS: there is none. */
static size_t find_listing(const char *name)
{
    size_t i = 0;

    while (i < LISTINGS && strcmp(words[i].name, name) != 0) {
        i++;
    }
    return i;
}

static enum status refuse(struct error *error)
{
    struct grow_stream names;

    grow_stream_open(&names);
    for (size_t i = 0; i < LISTINGS; i++) {
        fprintf(names.out, "%s%s", i == 0 ? "" : i + 1 < LISTINGS ? ", " : " and ", words[i].name);
    }
    char *text = grow_stream_close(&names);
    error_hint(error, "there are %s", text);
    free(text);
    return STATUS_USAGE;
}

static enum status unknown_listing(const char *name, struct error *error)
{
    const char *names[LISTINGS];
    const char *near;

    for (size_t i = 0; i < LISTINGS; i++) {
        names[i] = words[i].name;
    }
    near = nearest_spelling(name, names, LISTINGS);
    error_set(error, STATUS_USAGE, "list: there is no list of '%s'", name);
    if (near == NULL) {
        return refuse(error);
    }
    error_hint(error, "did you mean 'finwait list %s'?", near);
    return STATUS_USAGE;
}

static enum status print_listing(size_t which, const struct command_line *line, struct error *error)
{
    const struct listing *listing = &listings[which];
    struct table table;
    struct words names = {0};

    if (listing->shipped != NULL && library_names(&names, error) != 0) {
        words_fini(&names);
        return error->status;
    }
    table_begin(&table, listing->align);
    table.heading = listing->heading;
    if (listing->shipped != NULL) {
        listing->shipped(&table, &names);
    } else if (listing->commands != NULL) {
        listing->commands(&table, line->commands);
    } else {
        listing->rows(&table);
    }
    if (command_value(line, "markdown") != NULL) {
        printf("# %s\n\n<!-- Made by `finwait list %s --markdown`. -->\n\n%s\n\n", listing->title,
               words[which].name, listing->intro);
        table_print_markdown(&table, stdout);
    } else {
        table_print(&table, terminal_page(), stdout);
    }
    table_free(&table);
    words_fini(&names);
    return STATUS_OK;
}

static enum status print_schema(size_t which, struct error *error)
{
    if (listings[which].rows != list_options) {
        error_set(error, STATUS_USAGE, "list: there is no schema of %s", words[which].name);
        error_hint(error, "finwait list options --schema is that of a scenario's file");
        return STATUS_USAGE;
    }
    scenario_schema(stdout);
    return STATUS_OK;
}

static enum status run(struct command_line *line, struct error *error)
{
    size_t which;

    if (line->count == 0) {
        error_set(error, STATUS_USAGE, "list: what?");
        return refuse(error);
    }
    if (line->count > 1) {
        error_set(error, STATUS_USAGE, "list: '%s' is one word too many", line->operand[1]);
        error_hint(error, "it takes one: finwait list %s", line->operand[0]);
        return STATUS_USAGE;
    }
    which = find_listing(line->operand[0]);
    if (which >= LISTINGS) {
        return unknown_listing(line->operand[0], error);
    }
    return command_value(line, "schema") != NULL ? print_schema(which, error)
                                                 : print_listing(which, line, error);
}

static const struct command_option options[] = {
    {"markdown", NULL, "as a page of the reference: with headings, and nothing wrapped"},
    {"schema", NULL, "options: the JSON Schema of a scenario's file, for editors"},
    {.name = NULL},
};

const struct command command_list = {
    .name = "list",
    .group = GROUP_LOOK_UP,
    .arguments = "WHAT",
    .about = "List the orders, steps, options, metrics and so on",
    .operands = COMPLETES_WORD,
    .details = "WHAT is one of",
    .words = words,
    .options = options,
    .run = run,
};
