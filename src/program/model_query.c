#include <string.h>

#include "machine.h"

static const char *const fate_names[MODEL_FATE_N] = {
    [MODEL_DONE] = "done",           [MODEL_HELD] = "held",
    [MODEL_RESET] = "reset",         [MODEL_EOF] = "eof",
    [MODEL_TRUNCATED] = "truncated", [MODEL_ALERT] = "alert",
    [MODEL_HANDSHAKE] = "handshake", [MODEL_DIED] = "died",
    [MODEL_TIMEOUT] = "timeout",     [MODEL_BLOCKED] = "blocked",
};

const char *model_fate_name(enum model_fate fate)
{
    return (unsigned)fate < MODEL_FATE_N ? fate_names[fate] : NULL;
}

static struct model_end *find_alike(struct model *model, const struct model_end *end)
{
    for (size_t i = 0; i < model->end_count; i++) {
        if (ends_alike(model->end[i].side, end->side)) {
            return &model->end[i];
        }
    }
    return NULL;
}

int model_join(struct model *model, const struct model *other, struct error *error)
{
    for (size_t i = 0; i < other->end_count; i++) {
        const struct model_end *end = &other->end[i];
        struct model_end *known = find_alike(model, end);
        if (known != NULL) {
            known->by_buffers &= end->by_buffers;
        } else if (model->end_count < MODEL_ENDS) {
            model->end[model->end_count++] = *end;
        } else {
            error_set(error, STATUS_USAGE, "the programs can end in more than %d ways", MODEL_ENDS);
            return error_hint(error, "mix fewer of them");
        }
    }
    if (model->blocked[0] == '\0') {
        memcpy(model->blocked, other->blocked, sizeof model->blocked);
    }
    model->visited += other->visited;
    return 0;
}

static bool passes(const struct model_side *side, enum tcp_state state)
{
    for (size_t i = 0; i < side->path_length; i++) {
        if (side->path[i] == state) {
            return true;
        }
    }
    return false;
}

/* Only the first to send a FIN goes through FIN_WAIT1; when the FINs cross, both do. */
static enum side first_fin(const struct model_end *end)
{
    bool client = passes(&end->side[SIDE_CLIENT], TCP_STATE_FIN_WAIT1);
    bool server = passes(&end->side[SIDE_SERVER], TCP_STATE_FIN_WAIT1);

    if (client == server) {
        return SIDE_N;
    }
    return client ? SIDE_CLIENT : SIDE_SERVER;
}

enum side model_first_fin(const struct model *model)
{
    enum side first = model->end_count > 0 ? first_fin(&model->end[0]) : SIDE_N;

    for (size_t i = 1; i < model->end_count; i++) {
        if (first_fin(&model->end[i]) != first) {
            return SIDE_N;
        }
    }
    return first;
}
