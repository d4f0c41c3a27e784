#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka.h needs the four above first
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "finwait/file.h"
#include "finwait/result.h"

/* openat(2) for the result's module as for all: a file system that has no O_TMPFILE. */
static bool no_tmpfile;

int openat(int directory, const char *path, int flags, ...)
{
    if (no_tmpfile && (flags & O_TMPFILE) == O_TMPFILE) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return (int)syscall(SYS_openat, directory, path, flags, 0666);
}

/* A fresh directory a test, `DIR/a/b` in it for the result. */
struct place {
    char base[64];
    char directory[80];
    char file[100];
};

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);

    if (place == NULL) {
        return -1;
    }
    snprintf(place->base, sizeof place->base, "/tmp/finwait-result-XXXXXX");
    if (mkdtemp(place->base) == NULL) {
        free(place);
        return -1;
    }
    snprintf(place->directory, sizeof place->directory, "%s/a//b", place->base);
    snprintf(place->file, sizeof place->file, "%s/result.json", place->directory);
    *state = place;
    return 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;
    char parent[100];

    unlink(place->file);
    rmdir(place->file);
    rmdir(place->directory);
    snprintf(parent, sizeof parent, "%s/a", place->base);
    rmdir(parent);
    unlink(parent);
    int left = rmdir(place->base);
    free(place);
    return left;
}

static int entries(const char *directory)
{
    DIR *stream = opendir(directory);
    int count = 0;

    assert_non_null(stream);
    while (readdir(stream) != NULL) {
        count++;
    }
    closedir(stream);
    return count - 2; /* . and .. */
}

static void put_text(const char *file, const char *text)
{
    FILE *stream = fopen(file, "we");

    assert_non_null(stream);
    assert_true(fputs(text, stream) >= 0);
    assert_int_equal(fclose(stream), 0);
}

/* Both ways of writing, one after the other. */
static void without_tmpfile_too(void (*test)(void **state), void **state)
{
    for (int i = 0; i < 2; i++) {
        no_tmpfile = i == 1;
        test(state);
    }
    no_tmpfile = false;
}

/* SIGXFSZ kills it in the middle of the write, as SIGKILL may. */
static void write_and_be_killed(const struct place *place)
{
    const struct rlimit limit = {.rlim_cur = 100, .rlim_max = 100};
    struct error error = {0};
    pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGXFSZ, SIG_DFL);
        setrlimit(RLIMIT_FSIZE, &limit);
        result_write(result_new(), place->directory, &error);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGXFSZ);
}

static void who_is_killed_leaves_nothing(void **state)
{
    const struct place *place = *state;
    struct error error = {0};
    struct result *result = result_new();

    assert_int_equal(file_directory(place->directory, &error), 0);
    write_and_be_killed(place);
    assert_int_equal(entries(place->directory), 0);
    result->side[SIDE_CLIENT].account.attempted = 7;
    assert_int_equal(result_write(result, place->directory, &error), 0);
    result_free(result);
    write_and_be_killed(place);
    assert_int_equal(entries(place->directory), 1);
    result = result_read(place->file, &error);
    assert_non_null(result);
    result_free(result);
}

static void check_a_file_too_large(void **state)
{
    const struct place *place = *state;
    const struct rlimit limit = {.rlim_cur = 100, .rlim_max = RLIM_INFINITY};
    struct error error = {0};
    struct result *result = result_new();
    struct rlimit before;

    assert_int_equal(result_write(result, place->directory, &error), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    assert_int_equal(result_write(result, place->directory, &error), -1);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(error.status, STATUS_MACHINE);
    assert_non_null(strstr(error.what, "EFBIG"));
    assert_non_null(strstr(error.hint, "ulimit -f"));
    assert_int_equal(entries(place->directory), 1);
    result_free(result);
    result = result_read(place->file, &error); /* the one before */
    assert_non_null(result);
    result_free(result);
}

static void a_file_too_large(void **state)
{
    without_tmpfile_too(check_a_file_too_large, state);
}

static void check_what_is_read(void **state)
{
    const struct place *place = *state;
    struct error error = {0};
    struct result *result = result_new();
    struct stat info;

    result->version = strdup("0.1.0");
    result->side[SIDE_CLIENT].played = true;
    result->side[SIDE_CLIENT].account.attempted = 7;
    for (int again = 0; again < 2; again++) {
        assert_int_equal(result_write(result, place->directory, &error), 0);
        assert_int_equal(entries(place->directory), 1);
    }
    struct result *back = result_read(place->file, &error);
    assert_non_null(back);
    assert_int_equal(back->side[SIDE_CLIENT].account.attempted, 7);
    assert_string_equal(back->version, "0.1.0");
    mode_t mask = umask(0);
    umask(mask);
    assert_int_equal(stat(place->file, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0666 & ~mask);
    result_free(result);
    result_free(back);
}

static void what_is_written_is_read(void **state)
{
    without_tmpfile_too(check_what_is_read, state);
}

/* A write that fails leaves what was there, and nothing of its own. */
static void check_whole(void **state)
{
    const struct place *place = *state;
    struct error error = {0};
    struct result *result = result_new();

    assert_int_equal(result_write(result, place->directory, &error), 0);
    assert_int_equal(unlink(place->file), 0);
    assert_int_equal(mkdir(place->file, 0777), 0); /* rename(2) onto a directory: EISDIR */
    assert_int_equal(result_write(result, place->directory, &error), -1);
    assert_int_equal(error.status, STATUS_MACHINE);
    assert_non_null(strstr(error.what, "EISDIR"));
    assert_non_null(strstr(error.what, place->directory));
    assert_int_equal(entries(place->directory), 1);
    assert_int_equal(rmdir(place->file), 0);
    result_free(result);
}

static void whole_or_not_at_all(void **state)
{
    without_tmpfile_too(check_whole, state);
}

static void a_directory_that_cannot_be(void **state)
{
    const struct place *place = *state;
    struct error error = {0};
    struct result *result = result_new();
    char blocking[100];

    snprintf(blocking, sizeof blocking, "%s/a", place->base);
    put_text(blocking, "a file\n");
    assert_int_equal(result_write(result, place->directory, &error), -1);
    assert_int_equal(error.status, STATUS_MACHINE);
    assert_non_null(strstr(error.what, "ENOTDIR"));
    assert_int_equal(file_directory(place->directory, &error), -1);
    assert_non_null(strstr(error.what, "ENOTDIR"));
    assert_int_equal(result_write(result, "", &error), -1);
    assert_int_equal(error.status, STATUS_USAGE);
    result_free(result);
}

static void a_directory_made_beforehand_is_empty(void **state)
{
    const struct place *place = *state;
    struct error error = {0};

    for (int again = 0; again < 2; again++) {
        assert_int_equal(file_directory(place->directory, &error), 0);
        assert_int_equal(entries(place->directory), 0);
    }
    assert_int_equal(file_directory("", &error), -1);
    assert_int_equal(error.status, STATUS_USAGE);
}

static void what_is_no_result_is_refused(void **state)
{
    static const struct {
        const char *text;
        const char *where; /* after the file's name */
        const char *saying;
    } wrong[] = {
        {"", "", "no JSON"},
        {"{\"schema\": 1,\n\"partial\" false}", ":2:", "no JSON"},
        {"{\"schema\": 1, \"schema\": 1}", ":1:", "duplicate"},
        {"[]", "", "the top level must be an object"},
        {"{\"schema\": 99}", "", "schema is 99"},
        {"{\"schema\": 1}", "", "partial is missing"},
        {"{\"schema\": 99999999999999999999}", ":1:", "no JSON"},
    };
    const struct place *place = *state;
    struct error error = {0};
    struct result *result = result_new();
    char prefix[128];

    assert_int_equal(result_write(result, place->directory, &error), 0);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        put_text(place->file, wrong[i].text);
        assert_null(result_read(place->file, &error));
        assert_int_equal(error.status, STATUS_USAGE);
        snprintf(prefix, sizeof prefix, "%s%s", place->file, wrong[i].where);
        assert_memory_equal(ERROR_PLACE_OF(&error), prefix, strlen(prefix));
        assert_non_null(strstr(error.what, wrong[i].saying));
        assert_true(error.hint[0] != '\0');
    }
    assert_int_equal(unlink(place->file), 0);
    assert_null(result_read(place->file, &error));
    assert_non_null(strstr(error.what, "ENOENT"));
    assert_null(result_read(place->directory, &error));
    assert_int_equal(error.status, STATUS_USAGE);
    result_free(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_is_read, make_place, remove_place),
        cmocka_unit_test_setup_teardown(whole_or_not_at_all, make_place, remove_place),
        cmocka_unit_test_setup_teardown(who_is_killed_leaves_nothing, make_place, remove_place),
        cmocka_unit_test_setup_teardown(a_file_too_large, make_place, remove_place),
        cmocka_unit_test_setup_teardown(a_directory_that_cannot_be, make_place, remove_place),
        cmocka_unit_test_setup_teardown(a_directory_made_beforehand_is_empty, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(what_is_no_result_is_refused, make_place, remove_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
