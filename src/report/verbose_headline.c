#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "headline.h"
#include "verbose.h"

/* A line of what `fn` lists, if it lists anything. */
static void print_list(FILE *out, const struct facts *facts, listed *fn, size_t indent)
{
    char *text = list_text(facts, fn);

    if (text[0] != '\0') {
        text_blanks(indent, out);
        text_wrap(text, indent, indent + 2, VERBOSE_WIDE, out);
    }
    free(text);
}

/* "5,000 connections", "up to 5,000 connections within 3 s", "for 3 s". */
static void list_extent(struct list *list, const struct facts *facts, bool driven)
{
    uint64_t connections = driven ? facts_scenario_count(facts, "load.connections") : 0;
    int64_t duration = 0;

    units_parse_duration(facts_scenario(facts, "load.duration"), &duration);
    if (connections > 0 && duration > 0) {
        list_add(list, "up to %s within %s", COUNTED(connections, "connection", "connections"),
                 DURATION(duration));
    } else if (connections > 0) {
        list_add(list, "%s", COUNTED(connections, "connection", "connections"));
    } else if (duration > 0) {
        list_add(list, "for %s", DURATION(duration));
    }
}

static void list_load(struct list *list, const struct facts *facts)
{
    const char *rate = facts_scenario(facts, "load.rate");
    bool driven = facts->result->side[SIDE_CLIENT].played;

    list_add_text(list, "order ", facts_scenario(facts, "order"));
    list_extent(list, facts, driven);
    double a_second = 0;
    if (driven && units_parse_rate(rate, &a_second) == 0 && a_second > 0) {
        list_add(list, "%s/s", COUNT(a_second));
    } else if (driven && facts_scenario_count(facts, "load.concurrency") > 0) {
        list_add(list, "%s at a time", COUNT(facts_scenario_count(facts, "load.concurrency")));
    }
    list_add_text(list, "", facts_scenario(facts, "transport"));
    if (headline_sends(facts)) {
        list_add_text(list, "", facts_scenario(facts, "protocol"));
    }
}

/* What a run usually has, where the machine did not let it. */
static void list_lacks(struct list *list, const struct facts *facts)
{
    const struct text_pairs *environment = &facts->result->environment;
    const char *user = text_pairs_get(environment, "worker_euid");
    const char *pen = text_pairs_get(environment, "pid_namespace");

    if (user != NULL && strcmp(user, "0") == 0) {
        list_add(list, "workers are root");
    }
    if (pen != NULL && strcmp(pen, "yes") != 0) {
        list_add(list, "no PID namespace (%s)", pen);
    }
}

static void list_machine(struct list *list, const struct facts *facts)
{
    list_add(list, "%s", facts->result->private_lab ? "private lab" : "lab: host");
    list_role(list, facts, SIDE_CLIENT);
    list_role(list, facts, SIDE_SERVER);
    if (facts_proxied(facts)) {
        list_role(list, facts, SIDE_PROXY);
    }
    list_lacks(list, facts);
    list_add_text(list, "server at ", facts_scenario(facts, "server.at"));
    const char *kernel = text_pairs_get(&facts->result->environment, "kernel");
    list_add_text(list, "Linux ", kernel != NULL ? kernel : "");
    list_add_text(list, "", facts->result->started != NULL ? facts->result->started : "");
}

static void list_title(struct list *list, const struct facts *facts)
{
    const char *name = facts_scenario(facts, "name");
    const char *about = facts_scenario(facts, "about");

    list_add(list, "%s%s%s", name[0] != '\0' ? name : "(no name)", about[0] != '\0' ? ": " : "",
             about);
}

void verbose_headline(FILE *out, const struct facts *facts)
{
    ink_begin(INK_BOLD, out);
    print_list(out, facts, list_title, 0);
    ink_end(out);
    print_list(out, facts, list_load, 2);
    print_list(out, facts, list_machine, 2);
    ink_begin(INK_RED, out);
    print_list(out, facts, list_partial, 2);
    print_list(out, facts, list_bad_answers, 2);
    ink_end(out);
}
