#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/named.h"
#include "summary.h"

/*
 * What it means: the remarks, by their kinds.  Of a remark whole sentences are told from its first
 * on, so that nothing is said that the remark does not say; of all of them first the first
 * sentences, and then further ones as long as there is room.
 */

struct topic {
    const char *label;
    size_t lines;      /* at most, unless one sentence takes more … */
    size_t firsts;     /* … or so many if all are first sentences */
    unsigned kinds[2]; /* sets of remark kinds, told in this order */
    bool advice;       /* what to do, of remarks of any kind */
};

#define KIND(kind) (1U << REMARK_##kind)

static const struct topic topics[] = {
    {"Why", 4, 7, {KIND(CAUSE), 0}, false},
    {"So", 8, 8, {KIND(CONSEQUENCE), 0}, false},
    {"What to do", 3, 3, {~0U, 0}, true},
    {"Notes", 4, 5, {KIND(WARNING), KIND(NOTE) | KIND(VERDICT) | KIND(ADVICE)}, false},
};

#define TOPICS (sizeof topics / sizeof topics[0])

/* Of all of them. */
enum { LINES = 12 };

/* A remark of a topic, and how much of it is told. */
struct item {
    const char *text;
    const char *behind; /* the whole sentences told: how sure they are */
    size_t told;        /* bytes */
};

struct items {
    size_t count;
    struct item *item; /* owned */
};

/* ---- which ---- */

/* What the answer above has said already: that it went as predicted, but not where TIME_WAITs are
 * that a new connection has replaced. */
static bool is_answered(const struct facts *facts, const struct remark *remark)
{
    return remark->id != NULL && strcmp(remark->id, "prediction.met") == 0 &&
           facts_gave_way(facts, SIDE_CLIENT) == 0 && facts_gave_way(facts, SIDE_SERVER) == 0;
}

static bool has_text(const struct items *items, const char *text)
{
    return NAMED(text, items->item, items->count) != NULL;
}

static void collect(struct items *items, const struct facts *facts, const struct topic *topic,
                    unsigned kinds, const struct remark *remark)
{
    const char *text = topic->advice ? remark->advice : remark->text;

    if ((kinds & 1U << remark->kind) != 0 && text != NULL && !is_answered(facts, remark) &&
        !has_text(items, text)) {
        items->item = grow_by_one(items->item, items->count, sizeof *items->item);
        items->item[items->count++] = (struct item){
            .text = text,
            .behind = topic->advice || remark->certainty == CERTAINTY_PROVEN ? ""
                      : remark->certainty == CERTAINTY_LIKELY                ? " (likely)"
                                                                             : "",
        };
    }
}

static struct items collect_all(const struct facts *facts, const struct topic *topic)
{
    const struct result *result = facts->result;
    struct items items = {0};

    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < result->remark_count; i++) {
            collect(&items, facts, topic, topic->kinds[pass], &result->remark[i]);
        }
    }
    return items;
}

/* ---- how much of them ---- */

static bool is_abbreviation(const char *text, size_t dot)
{
    return dot >= 3 &&
           (strncmp(text + dot - 3, "e.g", 3) == 0 || strncmp(text + dot - 3, "i.e", 3) == 0);
}

/* Bytes of `text` up to the end of the first sentence behind the first `from`. */
static size_t sentence_end(const char *text, size_t from)
{
    for (size_t i = from; text[i] != '\0'; i++) {
        bool starts = text[i] == '.' && text[i + 1] == ' ' &&
                      (isupper((unsigned char)text[i + 2]) || isdigit((unsigned char)text[i + 2]));
        if (starts && !is_abbreviation(text, i)) {
            return i + 1;
        }
    }
    return strlen(text);
}

static size_t lines_of(const struct summary *summary, const struct item *item, size_t told)
{
    char *text = grow_format("%.*s%s", (int)told, item->text, item->behind);
    size_t lines = told > 0 ? summary_lines(summary, text) : 0;

    free(text);
    return lines;
}

/* The item has its next sentence if that takes no more than `left` lines; how many it takes. */
static size_t next_sentence(const struct summary *summary, struct item *item, size_t left)
{
    size_t told = sentence_end(item->text, item->told);
    size_t more = lines_of(summary, item, told) - lines_of(summary, item, item->told);

    if (told == item->told || more > left) {
        return 0;
    }
    item->told = told;
    return more;
}

/* The first sentence of each, of the first one in any case: one behind another that is not told
 * may be about it.  The lines they take. */
static size_t first_sentences(const struct summary *summary, const struct items *items, size_t most)
{
    size_t used = 0;

    for (size_t i = 0; i < items->count; i++) {
        size_t more = next_sentence(summary, &items->item[i], i == 0 ? SIZE_MAX : most - used);
        if (more == 0) {
            break;
        }
        used = used + more < most ? used + more : most;
    }
    return used;
}

/* A further one of each that has room for it; the lines they take. */
static size_t further_sentences(const struct summary *summary, const struct items *items,
                                size_t most)
{
    size_t used = 0;

    for (size_t i = 0; i < items->count; i++) {
        struct item *item = &items->item[i];
        while (item->told > 0 && item->told < strlen(item->text)) {
            size_t before = item->told;
            used += next_sentence(summary, item, most - used);
            if (item->told == before) {
                break;
            }
        }
    }
    return used;
}

/* How many are not told. */
static size_t print_items(const struct summary *summary, const char *label,
                          const struct items *items)
{
    size_t untold = 0;

    for (size_t i = 0; i < items->count; i++) {
        const struct item *item = &items->item[i];
        if (item->told > 0) {
            char *text = grow_format("%.*s%s", (int)item->told, item->text, item->behind);
            summary_labelled(summary, i == 0 ? label : "", text);
            free(text);
        }
        untold += item->told == 0;
    }
    return untold;
}

/* What is kept for the topics behind one: a sentence takes two lines. */
static size_t kept_for(const struct items *behind, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        kept += behind[i].count > 0 ? 2 : 0;
    }
    return kept;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* What a topic does not need the next may have. */
static size_t print_topics(const struct summary *summary, struct items items[TOPICS])
{
    size_t room = LINES;
    size_t untold = 0;

    for (size_t i = 0; i < TOPICS; i++) {
        size_t kept = kept_for(&items[i + 1], TOPICS - i - 1);
        size_t most = room > kept ? room - kept : 0;
        size_t used = first_sentences(summary, &items[i], least(most, topics[i].firsts));
        size_t left = least(most, topics[i].lines);
        used += further_sentences(summary, &items[i], left > used ? left - used : 0);
        room -= least(used, room);
        untold += print_items(summary, topics[i].label, &items[i]);
        free(items[i].item);
    }
    return untold;
}

void summary_remarks(const struct summary *summary)
{
    struct items items[TOPICS + 1] = {0};

    if (summary->facts.result->remark_count == 0) {
        return;
    }
    for (size_t i = 0; i < TOPICS; i++) {
        items[i] = collect_all(&summary->facts, &topics[i]);
    }
    fputc('\n', summary->out);
    size_t untold = print_topics(summary, items);
    if (untold > 0) {
        char *text = grow_format("%zu %s: --verbose", untold, untold == 1 ? "remark" : "remarks");
        summary_labelled(summary, "More", text);
        free(text);
    }
}
