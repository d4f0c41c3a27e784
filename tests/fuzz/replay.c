/*
 * main() where there is no libFuzzer: HARNESS FILE|DIRECTORY... runs each file once.  An input that
 * was a finding is a test from then on, for every compiler.
 */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "fuzz.h"

/* Returns the number of inputs run; exits where one cannot be read. */
static unsigned long replay(const char *path);

static void fail(const char *path)
{
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    exit(EXIT_FAILURE);
}

static unsigned long replay_file(const char *path, size_t size)
{
    uint8_t *bytes = malloc(size > 0 ? size : 1); /* no larger: AddressSanitizer watches its end */
    FILE *in = fopen(path, "rb");

    if (bytes == NULL || in == NULL || fread(bytes, 1, size, in) != size) {
        fail(path);
    }
    fclose(in);
    LLVMFuzzerTestOneInput(bytes, size);
    free(bytes);
    return 1;
}

static unsigned long replay_directory(const char *path)
{
    DIR *directory = opendir(path);
    unsigned long count = 0;

    if (directory == NULL) {
        fail(path);
    }
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] != '.') {
            char below[4096];
            snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
            count += replay(below);
        }
    }
    closedir(directory);
    return count;
}

static unsigned long replay(const char *path)
{
    struct stat found;

    if (stat(path, &found) != 0) {
        fail(path);
    }
    return S_ISDIR(found.st_mode) ? replay_directory(path)
                                  : replay_file(path, (size_t)found.st_size);
}

int main(int argc, char **argv)
{
    unsigned long count = 0;

    for (int i = 1; i < argc; i++) {
        count += replay(argv[i]);
    }
    printf("%lu inputs\n", count);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
