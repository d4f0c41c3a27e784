#include "finwait/card.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "finwait/grow.h"
#include "finwait/units.h"

static const struct {
    const char *word, *name;
} verdicts[CARD_VERDICT_N] = {
    [CARD_PASS] = {"PASS", "pass"}, [CARD_WARN] = {"WARN", "warn"}, [CARD_FAIL] = {"FAIL", "fail"},
    [CARD_INFO] = {"INFO", "info"}, [CARD_SKIP] = {"SKIP", "skip"},
};

const char *card_verdict_word(enum card_verdict verdict)
{
    return verdicts[verdict].word;
}

const char *card_verdict_name(enum card_verdict verdict)
{
    return verdicts[verdict].name;
}

struct card_check *card_add(struct card *card, const char *id, const struct check_spec *spec)
{
    static const char *const levels[] = {[CHECK_MUST] = "MUST",
                                         [CHECK_SHOULD] = "SHOULD",
                                         [CHECK_MAY] = "MAY",
                                         [CHECK_INFO] = "INFO"};
    struct card_check *check;

    card->check = grow_by_one(card->check, card->count, sizeof *card->check);
    check = &card->check[card->count++];
    *check = (struct card_check){.id = grow_text(id),
                                 .question = grow_text(spec->question),
                                 .level = grow_text(levels[spec->level]),
                                 .source = grow_text(spec->source)};
    card_skip(check, "it was not run");
    return check;
}

void card_skip(struct card_check *check, const char *format, ...)
{
    va_list arguments;

    free(check->reason);
    va_start(arguments, format);
    check->reason = grow_vformat(format, arguments);
    va_end(arguments);
    check->verdict = check->found = CARD_SKIP;
}

static void free_check(struct card_check *check)
{
    for (size_t i = 0; i < check->measure_count; i++) {
        free(check->measure[i].name);
        free(check->measure[i].unit);
    }
    free(check->measure);
    free(check->id);
    free(check->question);
    free(check->level);
    free(check->source);
    free(check->reason);
    free(check->advice);
    free(check->reproduce);
    json_decref(check->evidence);
}

void card_fini(struct card *card)
{
    for (size_t i = 0; i < card->count; i++) {
        free_check(&card->check[i]);
    }
    free(card->check);
    free(card->target);
    free(card->version);
    free(card->started);
    *card = (struct card){0};
}

size_t card_count(const struct card *card, enum card_verdict verdict)
{
    size_t count = 0;

    for (size_t i = 0; i < card->count; i++) {
        count += card->check[i].verdict == verdict;
    }
    return count;
}

enum status card_status(const struct card *card)
{
    if (card->cut) {
        return STATUS_INTERRUPTED;
    }
    if (card_count(card, CARD_FAIL) > 0) {
        return STATUS_UNMET;
    }
    return card_count(card, CARD_SKIP) == card->count ? STATUS_MACHINE : STATUS_OK;
}

char *card_value(const struct card_measure *measure)
{
    char text[UNITS_TEXT];

    if (strcmp(measure->unit, "share") == 0) {
        return grow_format("%.3g %% (%.3g to %.3g %%, of %.0f)", 100 * measure->value,
                           100 * measure->low, 100 * measure->high, measure->tries);
    }
    if (strcmp(measure->unit, "s") == 0) {
        units_human_duration(text, sizeof text, (int64_t)(measure->value * 1e9));
        return grow_text(text);
    }
    units_human_count(text, sizeof text, measure->value);
    return grow_format("%s%s%s", text, measure->unit[0] != '\0' ? " " : "", measure->unit);
}
