#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "finwait/lab.h"

/* What a process of the lab sees of the file system otherwise than the machine. */

static bool own_mounts(void)
{
    return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

/* Whether /proc has the ids that we have. */
static bool knows_ids(void)
{
    char self[32];
    ssize_t length = readlink("/proc/self", self, sizeof self - 1);

    self[length < 0 ? 0 : length] = '\0';
    return strtol(self, NULL, 10) == getpid();
}

void lab_show_processes(void)
{
    if (!knows_ids() && own_mounts()) {
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    }
}

/* Opening a device for writing is nothing that a read-only mount forbids (do_open(), fs/namei.c);
 * what is mounted below, as /dev/pts, stays as it is.  A user namespace may not drop flags that a
 * mount had before it (mount_namespaces(7)). */
void lab_keep_devices(void)
{
    struct statvfs seen;

    if (statvfs("/dev", &seen) != 0 || !own_mounts() ||
        mount("/dev", "/dev", NULL, MS_BIND | MS_REC, NULL) != 0) {
        return;
    }
    mount("/dev/shm", "/dev/shm", NULL, MS_BIND | MS_REC, NULL); /* where it is a plain directory */
    mount(NULL, "/dev", NULL,
          MS_REMOUNT | MS_BIND | MS_RDONLY | (seen.f_flag & (ST_NOSUID | ST_NODEV | ST_NOEXEC)),
          NULL);
}
