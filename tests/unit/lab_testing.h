#ifndef LAB_TESTING_H
#define LAB_TESTING_H

/*
 * For the tests of the lab: a body runs in a process of its own, for a lab changes the namespaces
 * of the process that makes it, and runs twice when the tests are root: as root and as nobody.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "finwait/lab.h"

enum ending {
    PASSED,
    FAILED,
    SKIPPED = 77,
};

struct body {
    void (*run)(void);
    bool as_nobody;
};

#define BODY_TEST(function, user)                                                                  \
    {                                                                                              \
        .name = #function " (" #user ")", .test_func = test_in_child,                              \
        .initial_state = &(struct body)                                                            \
        {                                                                                          \
            .run = (function), .as_nobody = sizeof #user == sizeof "nobody"                        \
        }                                                                                          \
    }
#define AS_SELF(function)   BODY_TEST(function, self)
#define AS_NOBODY(function) BODY_TEST(function, nobody)

/* assert_* of cmocka longjmp to the parent's frames, so a body has its own. */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
            exit(FAILED);                                                                          \
        }                                                                                          \
    } while (0)

/* A call that fills `error` when it fails. */
#define CHECK_CALL(call, error)                                                                    \
    do {                                                                                           \
        if (!(call)) {                                                                             \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #call);                             \
            error_print((error), stderr);                                                          \
            exit(FAILED);                                                                          \
        }                                                                                          \
    } while (0)

static inline void become_nobody(void)
{
    const unsigned nobody = 65534;

    /* A user namespace need not know the id; its root is not privileged anyway. */
    if (setresgid(nobody, nobody, nobody) != 0 || setresuid(nobody, nobody, nobody) != 0) {
        exit(SKIPPED);
    }
    /* Else /proc/self stays root's, and no user namespace can be mapped. */
    CHECK(prctl(PR_SET_DUMPABLE, 1) == 0);
}

/* Become able to make a lab, or skip the test where the machine does not allow it. */
static inline void prepare_or_skip(void)
{
    struct error error = {0};

    if (lab_prepare(&error) != 0) {
        CHECK(error.status == STATUS_MACHINE);
        CHECK(error.hint[0] != '\0');
        error_print(&error, stderr);
        exit(SKIPPED);
    }
}

static inline ino_t current_netns(void)
{
    struct stat status;

    CHECK(stat("/proc/thread-self/ns/net", &status) == 0);
    return status.st_ino;
}

/*
 * Become nobody when root, enter a user namespace, and leave it room for `count` network
 * namespaces, the process's own among them.  Skips where that is not possible: what is limited is
 * never the machine.
 */
static inline void prepare_with_namespaces(const char *count)
{
    struct stat before;
    struct stat after;

    if (geteuid() == 0) {
        become_nobody();
    }
    CHECK(stat("/proc/self/ns/user", &before) == 0);
    prepare_or_skip();
    CHECK(stat("/proc/self/ns/user", &after) == 0);
    if (before.st_ino == after.st_ino) {
        exit(SKIPPED);
    }
    int fd = open("/proc/sys/user/max_net_namespaces", O_WRONLY | O_CLOEXEC);
    CHECK(fd >= 0);
    CHECK(write(fd, count, strlen(count)) == (ssize_t)strlen(count));
    close(fd);
}

static inline int open_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    int count = 0;

    CHECK(directory != NULL);
    while (readdir(directory) != NULL) {
        count++;
    }
    closedir(directory);
    return count;
}

/* A cmocka test whose state is a struct body. */
static inline void test_in_child(void **state)
{
    const struct body *body = *state;
    int status = 0;

    if (body->as_nobody && geteuid() != 0) {
        skip(); /* the test as ourselves was without privileges */
    }
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(50);
        if (body->as_nobody) {
            become_nobody();
        }
        body->run();
        exit(PASSED);
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == SKIPPED) {
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), PASSED);
}

#endif
