#include "show_seen.h"

#include <stdlib.h>

#include "finwait/file.h"
#include "finwait/grow.h"
#include "finwait/report.h"
#include "finwait/seen_file.h"

enum {
    FILE_MOST = 129 << 20, /* a capture keeps no more: MEMORY_MOST, src/capture/shelf.c */
};

static void draw_connection(const struct seen_file *file, size_t index, const struct result *result)
{
    const struct seen_connection *connection = &file->connection[index];
    struct seen_packet drawn[SEEN_DRAWN];
    seen_endings foreseen = result_foreseen(result);
    struct seen_story story = {
        .packet = drawn, .foreseen = foreseen, .proxied = result->side[SIDE_PROXY].has_command};
    char client[SEEN_ENDPOINT];
    char server[SEEN_ENDPOINT];

    seen_endings ending = seen_walk(connection->packet, connection->count, foreseen);
    story.otherwise = foreseen != 0 && (ending & foreseen) == 0;
    seen_shorten(connection->packet, connection->count, drawn, &story.count, &story.skipped);
    printf("\nSeen: connection %zu of %zu, from %s to %s (the states are derived):\n\n", index + 1,
           file->count, seen_endpoint(client, &connection->end[SIDE_CLIENT], connection->ipv6),
           seen_endpoint(server, &connection->end[SIDE_SERVER], connection->ipv6));
    seen_draw(&story, stdout);
}

/* Without a number the one that the report draws. */
static int draw_seen(const struct seen_file *file, uint64_t which, const struct result *result,
                     struct error *error)
{
    which = which > 0 ? which : result->capture.drawn;
    which = which > 0 ? which : 1;
    if (file->count == 0) {
        return error_set(error, STATUS_USAGE, "there is no connection in it");
    }
    if (which > file->count) {
        error_set(error, STATUS_USAGE, "there is no connection %llu", (unsigned long long)which);
        return error_hint(error, "they are 1 to %zu", file->count);
    }
    report_foreseen(result, stdout);
    draw_connection(file, which - 1, result);
    return 0;
}

/* ---- the files ---- */

static int read_packets(const char *directory, struct seen_file *file, struct error *error)
{
    char *path = grow_format("%s/" RESULT_PACKETS, directory);
    char *told = grow_format("cannot read %s", path);
    size_t length = 0;
    char *bytes = file_read(path, FILE_MOST, told, &length, error);
    int result = -1;

    if (bytes == NULL) {
        error_hint(error, "finwait run SCENARIO --capture 3 --out %.200s makes one", directory);
    } else if ((result = seen_file_parse(file, (const uint8_t *)bytes, length, error)) != 0) {
        error_at(error, (struct where){.file = path});
    }
    free(bytes);
    free(told);
    free(path);
    return result;
}

static int show(const char *directory, uint64_t which, const struct result *result,
                struct error *error)
{
    struct seen_file file;
    int status;

    if (read_packets(directory, &file, error) != 0) {
        return -1;
    }
    status = draw_seen(&file, which, result, error);
    seen_file_fini(&file);
    return status;
}

enum status show_seen(const char *directory, uint64_t which, struct error *error)
{
    char *path = grow_format("%s/" RESULT_FILE, directory);
    struct result *result = result_read(path, error);
    enum status status = STATUS_OK;

    free(path);
    if (result == NULL || show(directory, which, result, error) != 0) {
        status = error->status;
    }
    result_free(result);
    return status;
}
