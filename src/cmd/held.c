#include "held.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "finwait/codec.h"
#include "finwait/grow.h"

FILE *held_open(struct error *error)
{
    int fd = memfd_create("results", MFD_CLOEXEC);
    FILE *held = fd >= 0 ? fdopen(fd, "a+") : NULL;

    if (held == NULL) {
        error_errno(error, STATUS_MACHINE, errno, "make room for results");
        if (fd >= 0) {
            close(fd);
        }
    }
    return held;
}

int held_add(FILE *held, const struct result *result, struct error *error)
{
    if (result_dump(result, held) == 0 && fflush(held) == 0) {
        return 0;
    }
    return error_errno(error, STATUS_MACHINE, errno, "keep a result");
}

static bool has_more(FILE *held)
{
    int byte;

    do {
        byte = fgetc(held);
    } while (isspace(byte) != 0);
    return byte != EOF && ungetc(byte, held) != EOF;
}

static struct result *take_one(FILE *held, struct error *error)
{
    json_t *json = json_loadf(held, JSON_DISABLE_EOF_CHECK, NULL);
    struct result *result = json != NULL ? result_from_json(json, error) : NULL;

    json_decref(json);
    if (result == NULL) { /* it was to be whole: its process was killed as it wrote */
        error_set(error, STATUS_MACHINE, "a result was not kept whole");
    }
    return result;
}

struct result **held_take(FILE *held, size_t *count, struct error *error)
{
    struct result **results = grow_new(1, sizeof(struct result *));

    codec_memory();
    rewind(held);
    for (*count = 0; has_more(held); (*count)++) {
        results = grow_by_one(results, *count, sizeof(struct result *));
        results[*count] = take_one(held, error);
        if (results[*count] == NULL) {
            held_free(results, *count);
            *count = 0;
            return NULL;
        }
    }
    return results;
}

void held_free(struct result **results, size_t count)
{
    for (size_t i = 0; results != NULL && i < count; i++) {
        result_free(results[i]);
    }
    free(results);
}
