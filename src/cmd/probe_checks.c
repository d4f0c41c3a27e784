#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/table.h"
#include "finwait/terminal.h"
#include "probe.h"

#define SHIPPED        "probe/"
#define SHIPPED_CLIENT "probe/client/"

/* "idle-end" of "probe/idle-end.yaml". */
static char *id_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *stem = slash != NULL ? slash + 1 : path;

    return grow_format("%.*s", (int)(strlen(stem) - strlen(".yaml")), stem);
}

/* ---- which files there are ---- */

static int find_shipped(struct words *files, enum side side, struct error *error)
{
    const char *folder = side == SIDE_CLIENT ? SHIPPED_CLIENT : SHIPPED;
    struct words names = {0};
    int status = library_names(&names, error);

    for (size_t i = 0; status == 0 && i < names.count; i++) {
        const char *name = names.item[i];

        if (strncmp(name, folder, strlen(folder)) == 0 &&
            strchr(name + strlen(folder), '/') == NULL) {
            char *file = library_find(name, error);

            status = file != NULL ? 0 : -1;
            if (file != NULL) {
                words_add(files, file);
            }
            free(file);
        }
    }
    words_fini(&names);
    return status;
}

static int find_below(struct words *files, const char *directory, struct error *error)
{
    char *pattern = grow_format("%s/*.yaml", directory);
    glob_t found;
    int status = glob(pattern, 0, NULL, &found);

    for (size_t i = 0; status == 0 && i < found.gl_pathc; i++) {
        words_add(files, found.gl_pathv[i]);
    }
    if (status == 0) {
        globfree(&found);
    } else {
        error_set(error, STATUS_USAGE, "--checks %s: there is no .yaml in it", directory);
    }
    free(pattern);
    return status == 0 ? 0 : -1;
}

/* ---- each of them ---- */

static void free_check(struct probe_check *check)
{
    scenario_free(check->scenario);
    free(check->id);
    free(check->file);
}

static enum side asked(const struct scenario *scenario)
{
    return scenario->side[SIDE_CLIENT].command.words.count > 0 ? SIDE_CLIENT : SIDE_SERVER;
}

/* A scenario without a question is none of ours: a target may lie beside the checks. */
static int load(struct probe_checks *checks, const char *file, enum side side, struct error *error)
{
    struct probe_check check = {.id = id_of(file),
                                .file = grow_text(file),
                                .scenario = scenario_load(file, NULL, 0, error)};
    int status = check.scenario != NULL ? 0 : -1;
    bool ours = status == 0 && check.scenario->probe.question != NULL;

    if (ours) {
        check.side = asked(check.scenario);
        status = card_check_spec(check.scenario, error);
        ours = check.side == side;
    }
    if (status == 0 && ours) {
        checks->item = grow_by_one(checks->item, checks->count, sizeof *checks->item);
        checks->item[checks->count++] = check;
    } else {
        free_check(&check);
    }
    return status;
}

/* ---- which of them are wanted ---- */

static bool names_it(const char *only, const char *id)
{
    size_t length = strlen(id);

    for (const char *at = only; (at = strstr(at, id)) != NULL; at += length) {
        if ((at == only || at[-1] == ',') && (at[length] == '\0' || at[length] == ',')) {
            return true;
        }
    }
    return false;
}

static int refuse(const struct probe_checks *checks, const char *word, struct error *error)
{
    const char **ids = grow_new(checks->count + 1, sizeof *ids);

    for (size_t i = 0; i < checks->count; i++) {
        ids[i] = checks->item[i].id;
    }
    const char *near = nearest_spelling(word, ids, checks->count);
    error_set(error, STATUS_USAGE, "--only: there is no check '%s'", word);
    if (near != NULL) {
        error_hint(error, "did you mean '%s'?", near);
    } else {
        error_hint(error, "finwait probe %s--list names them",
                   checks->count > 0 && checks->item[0].side == SIDE_CLIENT ? "--client " : "");
    }
    free(ids);
    return -1;
}

static int check_only(const struct probe_checks *checks, const char *only, struct error *error)
{
    char *words = grow_text(only);
    char *rest = words;
    int status = 0;

    for (char *word; status == 0 && (word = strsep(&rest, ",")) != NULL;) {
        size_t i = 0;

        while (i < checks->count && strcmp(checks->item[i].id, word) != 0) {
            i++;
        }
        status = i < checks->count ? 0 : refuse(checks, word, error);
    }
    free(words);
    return status;
}

static int choose(struct probe_checks *checks, const char *only, struct error *error)
{
    size_t kept = 0;

    if (only == NULL) {
        return 0;
    }
    if (check_only(checks, only, error) != 0) {
        return -1;
    }
    for (size_t i = 0; i < checks->count; i++) {
        if (names_it(only, checks->item[i].id)) {
            checks->item[kept++] = checks->item[i];
        } else {
            free_check(&checks->item[i]);
        }
    }
    checks->count = kept;
    return 0;
}

int probe_checks_load(struct probe_checks *checks, const char *from, const char *only,
                      enum side side, struct error *error)
{
    struct words files = {0};
    int status = from != NULL ? find_below(&files, from, error) : find_shipped(&files, side, error);

    for (size_t i = 0; status == 0 && i < files.count; i++) {
        status = load(checks, files.item[i], side, error);
    }
    words_fini(&files);
    if (status == 0 && checks->count == 0) {
        error_set(error, STATUS_USAGE, "probe: there is no check of a %s", side_name(side));
        error_hint(error, "a check is a scenario with a probe.question and a command of that side");
        status = -1;
    }
    return status == 0 ? choose(checks, only, error) : -1;
}

void probe_checks_fini(struct probe_checks *checks)
{
    for (size_t i = 0; i < checks->count; i++) {
        free_check(&checks->item[i]);
    }
    free(checks->item);
}

void probe_checks_list(const struct probe_checks *checks, FILE *out)
{
    struct table table;
    struct card card = {0};

    table_begin(&table, "llw");
    for (size_t i = 0; i < checks->count; i++) {
        const struct probe_check *check = &checks->item[i];
        const struct check_spec *spec = &check->scenario->probe;
        const struct card_check *row = card_add(&card, check->id, spec);
        char *text =
            grow_format("%s (%s)", spec->question, spec->source != NULL ? spec->source : "-");
        const char *const cells[] = {row->id, row->level, text};

        table_row(&table, cells);
        free(text);
    }
    table_print(&table, 80, out);
    table_free(&table);
    card_fini(&card);
}
