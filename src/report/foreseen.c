#include "foreseen.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/model.h"
#include "finwait/report.h"
#include "finwait/scenario.h"

/* The scenario that the result was made with; NULL: this finwait does not take it. */
static struct scenario *scenario_of(const struct result *result)
{
    const struct text_pairs *pairs = &result->scenario;
    struct scenario_override *item = grow_new(pairs->count + 1, sizeof *item);
    size_t count = 0;
    struct error unused;

    item[count++] = (struct scenario_override){.path = OVERRIDE_REMOTE, .value = "on"};
    for (size_t i = 0; i < pairs->count; i++) {
        const struct text_pair *pair = &pairs->item[i];

        if (strcmp(pair->name, "expect") != 0) { /* says nothing of how connections end */
            item[count++] = (struct scenario_override){.path = pair->name, .value = pair->value};
        }
    }
    struct scenario *scenario = scenario_load(NULL, item, count, &unused);
    free(item);
    return scenario;
}

/* How far what was seen of a side goes along a path: what is on one of them alone counts against.
 */
static int likeness(const struct result_capture *seen, enum side which,
                    const struct model_side *side)
{
    size_t at = 0;
    int common = 0;

    for (size_t i = 0; i < seen->count; i++) {
        size_t next = at;

        while (next < side->path_length && side->path[next] != seen->packet[i].state[which]) {
            next++;
        }
        if (next > at && next < side->path_length) {
            common++;
            at = next;
        }
    }
    return 2 * common - (int)side->path_length;
}

/* How the packets that are drawn ended; what was left out of the middle ends nothing. */
static seen_endings ending_of(const struct result_capture *seen)
{
    struct seen_ends ends = {0};

    for (size_t i = 0; i < seen->count; i++) {
        seen_ends_take(&ends, seen->packet[i].side, seen->packet[i].flags, 0, 0);
    }
    return seen_ending(ends.fin, ends.rst);
}

/* The end that the connection which is drawn came to: by its FINs and RSTs, then by its states. */
static size_t find_end(const struct result *result, const struct model *model)
{
    const struct result_capture *seen = &result->capture;
    seen_endings ending = ending_of(seen);
    size_t found = 0;
    int most = INT_MIN;

    for (size_t i = 0; i < model->end_count; i++) {
        const struct model_side *side = model->end[i].side;
        int alike = likeness(seen, SIDE_CLIENT, &side[SIDE_CLIENT]) +
                    likeness(seen, SIDE_SERVER, &side[SIDE_SERVER]);

        alike += result_ending(&result->predicted[i]) == ending ? 4 * MODEL_PATH : 0;
        if (alike > most) {
            most = alike;
            found = i;
        }
    }
    return found;
}

size_t foreseen_draw(const struct result *result, FILE *out)
{
    struct scenario *scenario = result->predicted_count > 0 ? scenario_of(result) : NULL;
    struct model *model = NULL;
    struct error unused;
    size_t which = 0;

    if (scenario != NULL && scenario_explore(scenario, &model, &unused) == 0 && model != NULL &&
        model->end_count == result->predicted_count) {
        which = find_end(result, model) + 1;
        model_draw_end(&model->end[which - 1], 0, out);
    }
    free(model);
    scenario_free(scenario);
    return which;
}

void report_foreseen(const struct result *result, FILE *out)
{
    struct scenario *scenario = result->predicted_count > 0 ? scenario_of(result) : NULL;
    struct grow_stream drawing;
    struct error unused;

    grow_stream_open(&drawing);
    bool drawn = scenario != NULL && scenario_draw(scenario, drawing.out, &unused) == 0;
    char *text = grow_stream_close(&drawing);
    if (drawn) {
        fprintf(out, "Foreseen by the model:\n\n%s", text);
    } else {
        fprintf(out, "Nothing was foreseen%s%s.\n", result->unpredicted != NULL ? ": " : "",
                result->unpredicted != NULL ? result->unpredicted : "");
    }
    free(text);
    scenario_free(scenario);
}
