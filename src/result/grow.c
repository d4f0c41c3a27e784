#include "grow.h"

#include <stdlib.h>
#include <string.h>

static void *must(void *memory)
{
    if (memory == NULL) {
        abort();
    }
    return memory;
}

void *grow_new(size_t count, size_t size)
{
    return must(calloc(count > 0 ? count : 1, size));
}

void *grow_by_one(void *items, size_t count, size_t size)
{
    return must(reallocarray(items, count + 1, size));
}

char *grow_text(const char *text)
{
    return text == NULL ? NULL : must(strdup(text));
}
