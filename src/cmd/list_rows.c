#include "list_rows.h"

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
#include "finwait/timeline.h"

void list_orders(struct table *table)
{
    for (size_t i = 0; i < order_count; i++) {
        const struct order *order = &order_table[i];

        table_row(table, (const char *[]){order->name, order->program[SIDE_CLIENT],
                                          order->program[SIDE_SERVER], order->about,
                                          order->watched != NULL ? order->watched : "-"});
    }
}

void list_steps(struct table *table)
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

void list_faults(struct table *table)
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

void list_options(struct table *table)
{
    for (size_t i = 0; i < option_count(); i++) {
        struct option_info info;

        option_get(i, &info);
        table_row(table,
                  (const char *[]){info.path, info.type, info.value, info.range, info.about});
    }
}

void list_metrics(struct table *table)
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

void list_outcomes(struct table *table)
{
    for (unsigned i = 0; i < OUTCOME_N; i++) {
        table_row(table,
                  (const char *[]){outcome_name((enum outcome)i), outcome_about((enum outcome)i)});
    }
}

void list_scenarios(struct table *table, const struct words *names)
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
void list_states(struct table *table)
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

void list_counters(struct table *table)
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

void list_sysctls(struct table *table)
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

void list_errnos(struct table *table)
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

void list_facts(struct table *table, const struct words *names)
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

void list_remarks(struct table *table)
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

void list_limits(struct table *table)
{
    for (unsigned i = 0; i < LIMIT_N; i++) {
        const struct limit_row *row = &limit_table[i];
        char text[640];

        snprintf(text, sizeof text, "%s; the others %s; to get further: %s", row->whom, row->beyond,
                 row->advice);
        table_row(table, (const char *[]){row->name, row->source, text});
    }
}
