#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compare.h"
#include "finwait/grow.h"
#include "out.h"

/* --out of a comparison: what is there stays, unless it is to go. */

/* STATUS_USAGE: another comparison is in the directory. */
static int refuse(const char *directory, bool begun, struct error *error)
{
    error_set(error, STATUS_USAGE, "%s holds another comparison", directory);
    return begun ? error_hint(error,
                              "choose another directory, or go on with that one: finwait "
                              "compare --resume %s; --force puts the new one in its place",
                              directory)
                 : error_hint(error, "choose another directory; --force puts the new one in its "
                                     "place");
}

/* "001-tcp_tw_reuse_0", of trials; of the warm-up any folder. */
static bool is_trial(const char *name, bool numbered)
{
    size_t digits = strspn(name, "0123456789");

    return name[0] != '.' && (!numbered || (digits >= 3 && name[digits] == '-'));
}

/* The trials in a folder, and it, if nothing else is in there. */
static int clear_trials(const char *directory, const char *folder, bool numbered,
                        struct error *error)
{
    char *path = grow_format("%s/%s", directory, folder);
    DIR *list = opendir(path);
    int status = 0;

    for (struct dirent *entry; list != NULL && status == 0 && (entry = readdir(list)) != NULL;) {
        if (!is_trial(entry->d_name, numbered)) {
            continue;
        }
        char *trial = grow_format("%s/%s", path, entry->d_name);
        if (out_clear(trial, error) != 0 || out_remove(trial, FAILURE_FILE, error) != 0) {
            status = -1;
        }
        rmdir(trial);
        free(trial);
    }
    if (list != NULL) {
        closedir(list);
    }
    rmdir(path);
    free(path);
    return status;
}

/* What a comparison writes; its plan last, so that half of it can be cleared again. */
static int clear(const char *directory, struct error *error)
{
    return clear_trials(directory, COMPARE_TRIALS, true, error) != 0 ||
                   clear_trials(directory, COMPARE_WARM_UP, false, error) != 0 ||
                   out_remove(directory, COMPARISON_FILE, error) != 0 ||
                   out_remove(directory, COMPARE_PLAN, error) != 0
               ? -1
               : 0;
}

int compare_take_out(struct compare *compare, const char *name, struct error *error)
{
    if (out_check(compare->out, compare->force, error) != 0) {
        return -1;
    }
    if (compare->out == NULL) {
        return 0;
    }
    compare->place = out_directory(compare->out, name);
    compare->out = compare->place;
    return 0;
}

int compare_check_out(const struct compare *compare, struct error *error)
{
    bool begun = compare->out != NULL && compare_holds(compare->out, COMPARE_PLAN);

    if (compare->out == NULL || (!begun && !compare_holds(compare->out, COMPARISON_FILE))) {
        return 0;
    }
    return compare->force ? clear(compare->out, error) : refuse(compare->out, begun, error);
}
