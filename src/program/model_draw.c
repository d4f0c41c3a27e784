#include <inttypes.h>
#include <string.h>

#include "draw.h"
#include "machine.h"

static void draw_program(const struct model_input *input, enum side side, FILE *out)
{
    char text[PROGRAM_TEXT];
    char line[PROGRAM_TEXT + 16];

    program_format(text, sizeof text, input->program[side]);
    snprintf(line, sizeof line, "%s:  %s", side_name(side), text);
    tell_wrapped(line, out);
}

static void draw_rounds(const struct model *model, const struct model_input *input, FILE *out)
{
    const uint16_t *rounds = model->rounds;

    for (int side = 0; side < SIDE_N; side++) {
        uint64_t all = program_rounds(input->program[side]);
        if (all != rounds[side]) {
            fprintf(out, "The %s's %" PRIu64 " rounds are drawn as %u: the others are alike.\n",
                    side_name((enum side)side), all, rounds[side]);
        }
    }
}

static bool same_event(const struct model_event *a, const struct model_event *b)
{
    if (a->kind != b->kind || a->side != b->side ||
        memcmp(a->state, b->state, sizeof a->state) != 0) {
        return false;
    }
    if (a->kind == MODEL_EVENT_STEP) {
        return a->step.op == b->step.op && a->step.arg == b->step.arg && a->note == b->note;
    }
    return a->kind != MODEL_EVENT_SEGMENT || strcmp(a->segment, b->segment) == 0;
}

/* How many events two ends have in common before they part. */
static size_t common_events(const struct model_end *a, const struct model_end *b)
{
    size_t count = a->event_count < b->event_count ? a->event_count : b->event_count;
    size_t common = 0;

    if (a->skipped > 0 || b->skipped > 0) {
        return 0;
    }
    while (common < count && same_event(&a->event[common], &b->event[common])) {
        common++;
    }
    return common;
}

/* The end before `index` that is like it for longest; *common: for how many events. */
static size_t find_alike(const struct model *model, size_t index, size_t *common)
{
    size_t alike = 0;

    *common = 0;
    for (size_t i = 0; i < index; i++) {
        size_t count = common_events(&model->end[i], &model->end[index]);
        if (count > *common) {
            *common = count;
            alike = i;
        }
    }
    return alike;
}

static const char *what_decides(const struct model *model)
{
    size_t by_buffers = 0;

    for (size_t i = 0; i < model->end_count; i++) {
        by_buffers += model->end[i].by_buffers;
    }
    if (by_buffers == 0) {
        return "A race";
    }
    return model->end_count - by_buffers <= 1 ? "Either, by buffer sizes"
                                              : "Either, by buffer sizes and timing";
}

static void draw_race(const struct model *model, const struct model_input *input, FILE *out)
{
    fprintf(out, "%s: this pair can end in %zu ways.\n", what_decides(model), model->end_count);
    for (size_t i = 0; i < model->end_count; i++) {
        size_t common;
        size_t alike = find_alike(model, i, &common);
        common = common < model->end[i].event_count ? common : 0; /* nothing would be drawn */
        fprintf(out, "\nEnd %zu of %zu%s", i + 1, model->end_count,
                model->end[i].by_buffers ? ", by buffer sizes" : "");
        if (common > 0) {
            fprintf(out, ": begins as end %zu and parts from it where this begins", alike + 1);
        }
        fputc('\n', out);
        model_draw_end(&model->end[i], common, out);
        tell_end(&model->end[i], input, out);
    }
}

void model_draw(const struct model *model, const struct model_input *input, FILE *out)
{
    draw_program(input, SIDE_CLIENT, out);
    draw_program(input, SIDE_SERVER, out);
    draw_rounds(model, input, out);
    fputc('\n', out);
    if (model->end_count > 1) {
        draw_race(model, input, out);
    } else if (model->end_count == 1) {
        model_draw_end(&model->end[0], 0, out);
        fputc('\n', out);
        tell_end(&model->end[0], input, out);
    }
}
