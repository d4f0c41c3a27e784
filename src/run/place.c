#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "finwait/file.h"
#include "finwait/grow.h"
#include "finwait/privileges.h"
#include "finwait/result.h"

/* How often what is left of a directory is removed: for a second. */
enum { SWEEPS = 50 };

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    (void)remove(path); /* the rest goes, whatever cannot be removed */
    return 0;
}

/* A command ends soon after the owner that was killed, and may make files until then. */
static void remove_all(const char *path)
{
    const struct timespec pause = {.tv_nsec = 20000000};

    for (int i = 0; i < SWEEPS; i++) {
        nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
        if (access(path, F_OK) != 0) {
            break;
        }
        nanosleep(&pause, NULL);
    }
}

/* Whatever the owner dies of, the end of the pipe is its end, and no signal but SIGKILL another:
 * they are blocked since before the fork. */
static _Noreturn void sweep(const char *path, int life)
{
    struct error ignored;
    char byte;

    setsid();
    prctl(PR_SET_NAME, "finwait-sweeper");
    privileges_keep(PRIVILEGES_COMMAND, &ignored);
    life = dup2(life, STDIN_FILENO);
    close_range(STDIN_FILENO + 1, ~0U, 0);
    while (read(life, &byte, 1) < 0 && errno == EINTR) {
    }
    remove_all(path);
    _exit(EXIT_SUCCESS);
}

static int begin_sweeper(struct place *place, struct error *error)
{
    sigset_t all;
    sigset_t before;
    int life[2];

    if (pipe2(life, O_CLOEXEC) != 0) {
        return error_errno(error, STATUS_MACHINE, errno, "pipe2");
    }
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    place->sweeper = fork();
    if (place->sweeper == 0) {
        close(life[1]);
        sweep(place->path, life[0]);
    }
    int errnum = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(life[0]);
    if (place->sweeper < 0) {
        close(life[1]);
        place->sweeper = 0;
        rmdir(place->path);
        return error_fork(error, errnum);
    }
    place->life = life[1];
    return 0;
}

static int make_temporary(struct place *place, struct error *error)
{
    const char *where = getenv("TMPDIR");
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/finwait-XXXXXX",
             where != NULL && where[0] == '/' ? where : "/tmp");
    if (mkdtemp(path) == NULL) {
        return error_errno(error, STATUS_MACHINE, errno, "make directory %s", path);
    }
    (void)chmod(path, 0755); /* a server may become another user */
    place->path = grow_text(path);
    return begin_sweeper(place, error);
}

int place_make(struct place *place, const char *out, struct error *error)
{
    char path[PATH_MAX];

    if (place->path != NULL) {
        return 0;
    }
    if (out == NULL) {
        return make_temporary(place, error);
    }
    if (file_directory(out, error) != 0) {
        return -1;
    }
    if (realpath(out, path) == NULL) {
        return error_errno(error, STATUS_MACHINE, errno, "%s", out);
    }
    place->path = grow_text(path);
    return 0;
}

bool place_stays(const struct place *place)
{
    return place->sweeper == 0;
}

void place_free(struct place *place)
{
    if (place->sweeper > 0) {
        close(place->life);
        while (waitpid(place->sweeper, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    free(place->path);
    *place = (struct place){0};
}
