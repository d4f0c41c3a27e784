#include "finwait/result.h"

#include <stdlib.h>

#include "finwait/codec.h"
#include "finwait/file.h"

enum { READ_MAX = 256 << 20 }; /* ten times what the longest series make */

static int dump(const void *context, FILE *out)
{
    return result_dump(context, out);
}

int result_write(const struct result *result, const char *directory, struct error *error)
{
    return file_write(directory, RESULT_FILE, dump, result, error);
}

json_t *result_read_json(const char *file, const char *name, struct error *error)
{
    json_error_t problem;
    char told[256];
    size_t length;

    snprintf(told, sizeof told, "read %.200s", file);
    char *text = file_read(file, READ_MAX, told, &length, error);
    if (text == NULL) {
        if (error->status == STATUS_USAGE && error->hint[0] == '\0') {
            error_hint(error, "give a %s that finwait wrote", name);
        }
        return NULL;
    }
    codec_memory();
    json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &problem);
    free(text);
    if (json == NULL) {
        error_set(error, STATUS_USAGE, "no JSON: %s", problem.text);
        error_at(error, (struct where){file, problem.line > 0 ? problem.line : 0, problem.column});
        error_hint(error, "give a %s that finwait wrote", name);
    }
    return json;
}

struct result *result_read(const char *file, struct error *error)
{
    json_t *json = result_read_json(file, RESULT_FILE, error);
    struct result *result;

    if (json == NULL) {
        return NULL;
    }
    result = result_from_json(json, error);
    if (result == NULL) {
        error_at(error, (struct where){.file = file});
    }
    json_decref(json);
    return result;
}
