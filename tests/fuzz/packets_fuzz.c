/*
 * Whatever comes over the wire, or stands in a file of packets: all that is told of it adds up.  A
 * file begins as one; other bytes are packets, each behind its length.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "finwait/seen_file.h"
#include "fuzz.h"
#include "shelf.h"

enum {
    PORT = 8080,
    LEAST_PACKET = 40, /* the headers of IPv4 and TCP */
};

/* ---- a file ---- */

static void draw(struct seen_connection *connection)
{
    struct seen_packet drawn[SEEN_DRAWN];
    struct seen_story story = {.packet = drawn, .foreseen = SEEN_ORDERLY};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    REQUIRE(out != NULL && connection->count > 0);
    seen_walk(connection->packet, connection->count, SEEN_ORDERLY);
    seen_shorten(connection->packet, connection->count, drawn, &story.count, &story.skipped);
    REQUIRE(story.count + story.skipped == connection->count && story.count <= SEEN_DRAWN);
    seen_draw(&story, out);
    fclose(out);
    free(text);
}

static void read_file(const uint8_t *data, size_t size)
{
    struct seen_file file;
    struct error error = {0};

    if (seen_file_parse(&file, data, size, &error) != 0) {
        REQUIRE(error.status == STATUS_USAGE && error.what[0] != '\0');
        return;
    }
    size_t packets = 0;
    for (size_t i = 0; i < file.count; i++) {
        packets += file.connection[i].count;
        draw(&file.connection[i]);
    }
    REQUIRE(packets <= size / LEAST_PACKET);
    seen_file_fini(&file);
}

/* ---- the wire ---- */

static void take_all(struct shelf *shelf, const uint8_t *data, size_t size)
{
    size_t at = 0;

    while (at < size) {
        size_t length = data[at++];
        size_t captured = length < size - at ? length : size - at;
        /* A block of its own, so that AddressSanitizer sees a read beyond it. */
        uint8_t *packet = malloc(captured + 1);

        REQUIRE(packet != NULL);
        memcpy(packet, data + at, captured);
        shelf_take(shelf, (int64_t)at, packet, captured, length);
        free(packet);
        at += captured;
    }
}

static void read_wire(const uint8_t *data, size_t size)
{
    struct shelf shelf;
    struct capture_tally *tally = &shelf.tally;

    REQUIRE(shelf_init(&shelf, 2, PORT) == 0);
    take_all(&shelf, data, size);
    shelf_sample(&shelf, 2);
    REQUIRE(shelf_finish(&shelf, INT64_MAX / 2) == 0);
    REQUIRE(tally->connections <= 4 && tally->otherwise <= tally->connections);
    REQUIRE(tally->packets <= size / LEAST_PACKET && tally->bytes <= size);
    REQUIRE(tally->connections == 0 || shelf_drawn(&shelf) != NULL);
    REQUIRE(shelf_write(&shelf, memfd_create("packets", 0)) == 0);
    shelf_fini(&shelf);
    REQUIRE(shelf.memory == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_file(data, size);
    read_wire(data, size);
    return 0;
}
