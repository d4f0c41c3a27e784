#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "finwait/expect.h"
#include "finwait/grow.h"
#include "options.h"

static struct result *read_result(const char *name, struct error *error)
{
    struct stat about;
    bool directory = stat(name, &about) == 0 && S_ISDIR(about.st_mode);
    char *file = grow_format("%s%s", name, directory ? "/" RESULT_FILE : "");
    struct result *result = result_read(file, error);

    free(file);
    return result;
}

static int judge(struct result *result, const struct overrides *expect, struct error *error)
{
    expect_again(result);
    for (size_t i = 0; i < expect->count; i++) {
        const char *text = expect->item[i].value;
        char place[160];
        snprintf(place, sizeof place, SCENARIO_EXPECT_PLACE, text);
        if (expect_judge(result, text, (struct where){.file = place}, error) != 0) {
            return -1;
        }
    }
    return expect_conclude(result, error);
}

/* How many metrics the file has otherwise than its parts do; the first of them is told. */
struct doubts {
    const char *file;
    size_t count;
};

static void on_doubt(void *context, const char *name, double kept, double made)
{
    struct doubts *doubts = context;

    if (doubts->count++ == 0) {
        fprintf(stderr, "finwait: %s: %s is %.15g there, and %.15g by what else the file holds\n",
                doubts->file, name, kept, made);
    }
}

/* Expectations are judged by the metrics: what they are worth is the reader's to say. */
static void tell_doubts(const struct result *result, const char *file)
{
    struct doubts doubts = {.file = file};

    result_check(result, on_doubt, &doubts);
    if (doubts.count > 1) {
        fprintf(stderr, "  and so are %zu more of its metrics\n", doubts.count - 1);
    }
    if (doubts.count > 0) {
        fprintf(stderr, "  it was changed, or another finwait wrote it\n");
    }
}

/* What the result comes to; an error's status when there is none. */
static enum status report_one(char **names, size_t index, struct command_line *line,
                              struct error *error)
{
    const char *name = names[index];
    struct result *result = read_result(name, error);
    enum status status;

    if (result == NULL) {
        return error->status;
    }
    tell_doubts(result, name);
    if (judge(result, &line->overrides, error) != 0 ||
        (index == 0 && outputs_begin(&line->outputs, names[1] != NULL, error) != 0) ||
        outputs_write(&line->outputs, result, index == 0, error) != 0) {
        result_free(result);
        return error->status;
    }
    status = expect_status(result);
    result_free(result);
    return status;
}

/* What could not be read, in the reports of those that could. */
static void tell_unread(const struct command_line *line, const char *name,
                        const struct error *error)
{
    struct error unused;

    outputs_untried(&line->outputs, name, error, &unused);
}

static enum status report_all(struct command_line *line, struct error *error)
{
    char **names = line->operand;
    enum status worst = STATUS_OK;
    struct error ending = {0};
    size_t told = 0;

    while (names[told] != NULL && !(told > 0 && outputs_unread(&line->outputs))) {
        enum status status = report_one(names, told, line, error);

        if (error->what[0] != '\0') {
            worst = status;
            if (told > 0) {
                tell_unread(line, names[told], error);
            }
            break;
        }
        worst = status > worst ? status : worst;
        told++;
    }
    if (told > 0 && outputs_end(&line->outputs, &ending) != 0 && error->what[0] == '\0') {
        *error = ending;
        return ending.status;
    }
    return worst;
}

static enum status run(struct command_line *line, struct error *error)
{
    if (line->count == 0) {
        error_set(error, STATUS_USAGE, "report: which result?");
        error_hint(error, "for example: finwait report DIR, after finwait run SCENARIO --out DIR");
        return error->status;
    }
    return report_all(line, error);
}

static const struct command_option options[] = {
    OPTION_FORMAT, OPTION_VERBOSE, OPTION_EXPECT, OPTION_COLOR, {.name = NULL},
};

const struct command command_report = {
    .name = "report",
    .group = GROUP_READ,
    .arguments = "FILE|DIR... [OPTIONS]",
    .about = "Read results back and report them",
    .operands = COMPLETES_RESULT,
    .details = "FILE is a result.json, or the DIR that run --out wrote it into.",
    .options = options,
    .exits = "as run's, by what the results say; of several, the highest.",
    .run = run,
};
