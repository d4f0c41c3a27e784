/*
 * The grammar of programs, and what the model makes of them.  The first line is a client's program,
 * the second a server's, the third what the model is told: t (TLS), k (tickets), e and E (a FIN
 * passes for a close_notify), w and W (a message fills the peer's window).
 */
#include "finwait/model.h"
#include "fuzz.h"

enum {
    LINES = 3,
    EXPLORED = 10, /* steps; the most that the model explores takes seconds under a sanitizer */
};

/* What was parsed reads back as it was; what was not is refused with a word that is in the text. */
static bool parse(struct program *program, const char *text, enum side side)
{
    struct program_places places = {0};
    struct error error = {0};
    struct program again;
    char formatted[PROGRAM_TEXT];

    if (program_parse(program, text, side, &places, &error) != 0) {
        REQUIRE(error.status == STATUS_USAGE && error.what[0] != '\0');
        REQUIRE(places.fault <= strlen(text));
        return false;
    }
    for (size_t i = 0; i < program->length; i++) {
        REQUIRE(places.step[i] < strlen(text));
    }
    program_format(formatted, sizeof formatted, program);
    REQUIRE(program_parse(&again, formatted, side, NULL, &error) == 0);
    REQUIRE(again.length == program->length);
    for (size_t i = 0; i < program->length; i++) {
        REQUIRE(again.step[i].op == program->step[i].op &&
                again.step[i].arg == program->step[i].arg);
    }
    return true;
}

static void check_side(const struct model_side *side)
{
    REQUIRE(side->path_length > 0 && side->path_length <= MODEL_PATH);
    REQUIRE(side->final < TCP_STATE_N && side->fate < MODEL_FATE_N);
}

static void explore(const struct model_input *input)
{
    static struct model model;
    struct error error = {0};

    if (model_explore(&model, input, &error) != 0) {
        REQUIRE(error.status == STATUS_USAGE && error.what[0] != '\0');
        return;
    }
    REQUIRE(model.end_count > 0 && model.end_count <= MODEL_ENDS);
    for (size_t i = 0; i < model.end_count; i++) {
        check_side(&model.end[i].side[SIDE_CLIENT]);
        check_side(&model.end[i].side[SIDE_SERVER]);
    }
}

/* The letter once: a message does not fit in the window; twice: it may, and so may a second. */
static struct model_flow told_flow(const char *flags, char letter)
{
    const char *first = strchr(flags, letter);
    bool may = first != NULL && strchr(first + 1, letter) != NULL;

    if (first == NULL) {
        return (struct model_flow){.nagle = strchr(flags, 'n') != NULL};
    }
    return (struct model_flow){.message = 2,
                               .nagle = strchr(flags, 'n') != NULL,
                               .at_once = may ? 1 : 1000,
                               .queue = {1, may ? 4 : 1},
                               .total = {may ? 2 : 1000, may ? 8 : 1000},
                               .grown = may ? 100 : 0};
}

static struct model_input told(const struct program program[SIDE_N], const char *flags)
{
    return (struct model_input){
        .program = {&program[SIDE_CLIENT], &program[SIDE_SERVER]},
        .tls = {.on = strchr(flags, 't') != NULL,
                .tickets = strchr(flags, 'k') != NULL,
                .read_ahead = strchr(flags, 'a') != NULL,
                .ignore_unexpected_eof = {strchr(flags, 'e') != NULL, strchr(flags, 'E') != NULL}},
        .flow = {told_flow(flags, 'w'), told_flow(flags, 'W')},
        .timeout = strchr(flags, 's') != NULL ? NS_PER_S : 0,
    };
}

/* As the scenario's checks do: a step of TLS only with TLS, then its rules; and it is small. */
static bool suits(const struct program *program, bool tls)
{
    struct error error;
    size_t step;

    if (program->length > EXPLORED) {
        return false;
    }
    return tls ? program_check_tls(program, &step, &error) == 0
               : !program_needs_tls(program, &step);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct program program[SIDE_N];
    char *line[LINES];
    bool good = true;

    for (size_t i = 0; i < LINES; i++) {
        const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
        size_t length = end != NULL ? (size_t)(end - data) : size;
        line[i] = fuzz_text(data, length);
        data += end != NULL ? length + 1 : length;
        size -= end != NULL ? length + 1 : length;
    }
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        good = parse(&program[side], line[side], side) && good;
    }
    if (good) {
        struct model_input input = told(program, line[SIDE_N]);
        if (suits(&program[SIDE_CLIENT], input.tls.on) &&
            suits(&program[SIDE_SERVER], input.tls.on)) {
            explore(&input);
        }
    }
    for (size_t i = 0; i < LINES; i++) {
        free(line[i]);
    }
    return 0;
}
