#include "finwait/grow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * What the two longest series there can be take, as values and as JSON: 20,000 samples of some 15
 * columns, 40 bytes a number, and as much again for the rest.  Nothing touches it: it is a room in
 * the address space (ulimit -v) and no memory.
 */
#define RESERVE ((size_t)48 << 20)

static void *reserve; /* of the conductor's main thread alone; NULL: none */

int grow_reserve(struct error *error)
{
    void *memory;

    if (reserve != NULL) {
        return 0;
    }
    memory = mmap(NULL, RESERVE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        error_errno(error, STATUS_MACHINE, errno, "put %zu MiB by for the result", RESERVE >> 20);
        return error_hint(error, "raise the limit of memory (ulimit -v)");
    }
    reserve = memory;
    return 0;
}

void grow_release(void)
{
    if (reserve != NULL) {
        munmap(reserve, RESERVE);
        reserve = NULL;
    }
}

bool grow_has_room(size_t size)
{
    void *room = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return room != MAP_FAILED && munmap(room, size) == 0;
}

void grow_failed(void)
{
    static const struct error failed = {
        .status = STATUS_MACHINE,
        .what = "out of memory",
        .hint = "raise the limit of memory (ulimit -v)",
    };

    error_print(&failed, stderr);
    _exit((int)failed.status);
}

/* What a second try gave, after the first gave none. */
static void *must(void *memory)
{
    if (memory == NULL) {
        grow_failed();
    }
    return memory;
}

void *grow_bytes(size_t size)
{
    size_t room = size > 0 ? size : 1;
    void *memory = malloc(room);

    if (memory == NULL) {
        grow_release();
        memory = must(malloc(room));
    }
    return memory;
}

void *grow_new(size_t count, size_t size)
{
    size_t items = count > 0 ? count : 1;
    void *memory = calloc(items, size);

    if (memory == NULL) {
        grow_release();
        memory = must(calloc(items, size));
    }
    return memory;
}

void *grow_to(void *items, size_t count, size_t size)
{
    void *grown = reallocarray(items, count, size);

    if (grown == NULL) {
        grow_release();
        grown = must(reallocarray(items, count, size));
    }
    return grown;
}

void *grow_by_one(void *items, size_t count, size_t size)
{
    return grow_to(items, count + 1, size);
}

char *grow_text(const char *text)
{
    size_t size;

    if (text == NULL) {
        return NULL;
    }
    size = strlen(text) + 1;
    return memcpy(grow_bytes(size), text, size);
}

char *grow_vformat(const char *format, va_list arguments)
{
    va_list again;
    char *text;
    int length;

    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0) {
        grow_failed();
    }
    text = grow_bytes((size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

char *grow_format(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    char *text = grow_vformat(format, arguments);
    va_end(arguments);
    return text;
}

void grow_stream_open(struct grow_stream *stream)
{
    *stream = (struct grow_stream){0};
    stream->out = open_memstream(&stream->text, &stream->length);
    if (stream->out == NULL) {
        grow_release();
        stream->out = must(open_memstream(&stream->text, &stream->length));
    }
}

char *grow_stream_close(struct grow_stream *stream)
{
    if (fclose(stream->out) != 0 || stream->text == NULL) {
        grow_failed();
    }
    return stream->text;
}
