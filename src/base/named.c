#include "finwait/named.h"

#include <string.h>

void *named(const char *name, const void *items, size_t count, size_t size)
{
    const char *item = items;

    for (size_t i = 0; i < count; i++, item += size) {
        const char *const *own = (const void *)item;
        if (*own != NULL && strcmp(*own, name) == 0) {
            return (void *)own;
        }
    }
    return NULL;
}
