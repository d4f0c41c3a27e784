#include <string.h>

#include "finwait/card.h"
#include "finwait/grow.h"

static json_t *text_or_null(const char *text)
{
    return text != NULL ? json_string(text) : json_null();
}

/* NAME: its value, seconds as a number of them, a share as a part of 1. */
static json_t *measured_to_json(const struct card_check *check)
{
    json_t *measured = json_object();

    for (size_t i = 0; i < check->measure_count; i++) {
        json_object_set_new(measured, check->measure[i].name, json_real(check->measure[i].value));
    }
    return measured;
}

static json_t *units_to_json(const struct card_check *check)
{
    json_t *units = json_object();

    for (size_t i = 0; i < check->measure_count; i++) {
        json_object_set_new(units, check->measure[i].name, json_string(check->measure[i].unit));
    }
    return units;
}

/* NAME: [low, high] of each share. */
static json_t *intervals_to_json(const struct card_check *check)
{
    json_t *intervals = json_object();

    for (size_t i = 0; i < check->measure_count; i++) {
        const struct card_measure *one = &check->measure[i];

        if (one->tries > 0) {
            json_object_set_new(intervals, one->name,
                                json_pack("[f, f, f]", one->low, one->high, one->tries));
        }
    }
    return intervals;
}

static json_t *check_to_json(const struct card_check *check)
{
    json_t *json = json_object();
    const struct {
        const char *name, *text;
    } texts[] = {{"id", check->id},
                 {"verdict", card_verdict_name(check->verdict)},
                 {"found", card_verdict_name(check->found)},
                 {"level", check->level},
                 {"question", check->question},
                 {"source", check->source},
                 {"reason", check->reason},
                 {"advice", check->advice},
                 {"reproduce", check->reproduce}};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        json_object_set_new(json, texts[i].name, text_or_null(texts[i].text));
    }
    json_object_set_new(json, "measured", measured_to_json(check));
    json_object_set_new(json, "units", units_to_json(check));
    json_object_set_new(json, "intervals", intervals_to_json(check));
    json_object_set(json, "evidence", check->evidence != NULL ? check->evidence : json_null());
    return json;
}

json_t *card_to_json(const struct card *card)
{
    json_t *checks = json_array();
    json_t *summary = json_object();

    for (size_t i = 0; i < card->count; i++) {
        json_array_append_new(checks, check_to_json(&card->check[i]));
    }
    for (unsigned i = 0; i < CARD_VERDICT_N; i++) {
        json_object_set_new(summary, card_verdict_name((enum card_verdict)i),
                            json_integer((json_int_t)card_count(card, (enum card_verdict)i)));
    }
    return json_pack("{s:s, s:s*, s:s*, s:f, s:b, s:o, s:o}", "target", card->target, "finwait",
                     card->version, "started", card->started, "seconds", card->seconds, "partial",
                     card->cut, "summary", summary, "checks", checks);
}

/* ---- back ---- */

static char *text_of(const json_t *json, const char *name)
{
    return grow_text(json_string_value(json_object_get(json, name)));
}

static int verdict_of(const json_t *json, const char *name, enum card_verdict *verdict)
{
    const char *text = json_string_value(json_object_get(json, name));

    for (unsigned i = 0; text != NULL && i < CARD_VERDICT_N; i++) {
        if (strcmp(text, card_verdict_name((enum card_verdict)i)) == 0) {
            *verdict = (enum card_verdict)i;
            return 0;
        }
    }
    return -1;
}

static void read_measured(struct card_check *check, json_t *json)
{
    const char *name;
    json_t *value;

    json_object_foreach (json_object_get(json, "measured"), name, value) {
        json_t *interval = json_object_get(json_object_get(json, "intervals"), name);
        char *unit = text_of(json_object_get(json, "units"), name);

        check->measure = grow_by_one(check->measure, check->measure_count, sizeof *check->measure);
        check->measure[check->measure_count++] =
            (struct card_measure){.name = grow_text(name),
                                  .unit = unit != NULL ? unit : grow_text(""),
                                  .value = json_number_value(value),
                                  .low = json_number_value(json_array_get(interval, 0)),
                                  .high = json_number_value(json_array_get(interval, 1)),
                                  .tries = json_number_value(json_array_get(interval, 2))};
    }
}

static int read_check(struct card *card, json_t *json)
{
    struct card_check check = {.id = text_of(json, "id"),
                               .question = text_of(json, "question"),
                               .level = text_of(json, "level"),
                               .source = text_of(json, "source"),
                               .reason = text_of(json, "reason"),
                               .advice = text_of(json, "advice"),
                               .reproduce = text_of(json, "reproduce"),
                               .evidence = json_incref(json_object_get(json, "evidence"))};
    int status = verdict_of(json, "verdict", &check.verdict);

    if (verdict_of(json, "found", &check.found) != 0) {
        check.found = check.verdict;
    }
    read_measured(&check, json);
    card->check = grow_by_one(card->check, card->count, sizeof *card->check);
    card->check[card->count++] = check;
    return check.id != NULL ? status : -1;
}

int card_from_json(struct card *card, const json_t *json, struct error *error)
{
    json_t *checks = json_object_get(json, "checks");
    json_t *one;
    size_t i;

    *card = (struct card){.target = text_of(json, "target"),
                          .version = text_of(json, "finwait"),
                          .started = text_of(json, "started"),
                          .seconds = json_number_value(json_object_get(json, "seconds")),
                          .cut = json_is_true(json_object_get(json, "partial"))};
    bool good = json_is_array(checks) && card->target != NULL;
    json_array_foreach (checks, i, one) {
        good = good && read_check(card, one) == 0;
    }
    if (good) {
        return 0;
    }
    card_fini(card);
    error_set(error, STATUS_USAGE, "it is no card of finwait probe --json");
    return -1;
}

static void write_json(const struct card *cards, size_t count, FILE *out)
{
    json_t *json = count == 1 ? card_to_json(&cards[0]) : json_array();

    for (size_t i = 0; count > 1 && i < count; i++) {
        json_array_append_new(json, card_to_json(&cards[i]));
    }
    if (count != 1) {
        json = json_pack("{s:o}", "cards", json);
    }
    json_dumpf(json, out, JSON_INDENT(2));
    fputc('\n', out);
    json_decref(json);
}

const struct card_ops card_json = {
    .name = "json", .about = "the whole card, with its evidence", .write = write_json};
