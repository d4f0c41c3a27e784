#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/scenario.h"
#include "finwait/table.h"
#include "finwait/terminal.h"
#include "list_commands.h"
#include "list_rows.h"

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
