#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/order.h"
#include "finwait/program.h"
#include "finwait/timeline.h"
#include "manual.h"
#include "mdoc.h"
#include "topics.h"

/* What is said of it, and what it takes: "count, 1 to 65535, by default 8080". */
static void put_about(const char *about, const char *type, const char *range, const char *value,
                      FILE *out)
{
    mdoc_text(about, out);
    char *takes = grow_format("%s%s%s%s%s%s", "Value: ", type, range[0] != '\0' ? ", " : "", range,
                              value[0] != '\0' ? ", by default " : "", value);
    fputs(".br\n", out);
    mdoc_text(takes, out);
    free(takes);
}

static void put_options(FILE *out)
{
    struct option_info info;

    mdoc_section("OPTIONS", out);
    mdoc_list(out);
    for (size_t i = 0; i < option_count(); i++) {
        option_get(i, &info);
        mdoc_item("Ic", info.path, out);
        put_about(info.about, info.type, info.range, info.value, out);
    }
    mdoc_list_end(out);
}

static void put_orders(FILE *out)
{
    mdoc_section("CLOSE ORDERS", out);
    mdoc_paragraphs(topic_find("orders")->text, 0, out);
    mdoc_list(out);
    for (size_t i = 0; i < order_count; i++) {
        mdoc_item("Ic", order_table[i].name, out);
        mdoc_text(order_table[i].about, out);
    }
    mdoc_list_end(out);
}

static void put_programs(FILE *out)
{
    mdoc_section("PROGRAMS", out);
    mdoc_paragraphs(topic_find("programs")->text, 0, out);
    mdoc_list(out);
    for (size_t i = 0; i < STEP_OP_N; i++) {
        const struct step_info *info = &step_table[i];
        bool takes = info->takes.kind != VALUE_NOTHING;
        char form[80] = "";
        char *step = grow_format((info->traits & STEP_ALONE) != 0 ? "%s[(%s)]"
                                 : takes                          ? "%s(%s)"
                                                                  : "%s%s",
                                 info->name, value_form(&info->takes, form, sizeof form));
        mdoc_item("Ic", step, out);
        mdoc_text(info->about, out);
        free(step);
    }
    mdoc_list_end(out);
}

static void put_faults(FILE *out)
{
    struct timeline_key_info key;

    mdoc_section("FAULTS AND EVENTS", out);
    mdoc_paragraphs(topic_find("faults")->text, 0, out);
    mdoc_list(out);
    for (size_t i = 0; timeline_key_get(i, &key); i++) {
        char form[80];
        char range[VALUE_RANGE];
        char *name = grow_format("%s: %s", key.list, key.name);
        mdoc_item("Ic", name, out);
        put_about(key.about, value_form(key.takes, form, sizeof form),
                  value_range(key.takes, range, sizeof range), "", out);
        free(name);
    }
    mdoc_list_end(out);
}

void manual_scenario(const struct command *const *commands, FILE *out)
{
    (void)commands;
    mdoc_begin("finwait", '5',
               "A scenario: which connections are opened, how they end and what is "
               "expected of that",
               out);
    mdoc_section("DESCRIPTION", out);
    mdoc_paragraphs(topic_find("scenario")->text, 0, out);
    put_options(out);
    put_orders(out);
    put_programs(out);
    put_faults(out);
    mdoc_section("EXPECTATIONS", out);
    mdoc_paragraphs(topic_find("expectations")->text, 0, out);
    fputs(".Sh FILES\n.Bl -tag -width Ds\n", out);
    mdoc_item("Pa", FINWAIT_INSTALLED_CONFIGS, out);
    fputs("the scenarios that ship\n.El\n"
          ".Sh SEE ALSO\n.Xr finwait 1 ,\n.Xr finwait-check 1 ,\n.Xr finwait-list 1 ,\n"
          ".Xr finwait-run 1 ,\n.Xr socket 7 ,\n.Xr tcp 7\n",
          out);
}
