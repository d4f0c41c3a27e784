#ifndef FINWAIT_INJECT_CALLS_H
#define FINWAIT_INJECT_CALLS_H

/*
 * What can be made to fail, as tables: one row a function, whose wrapper and whose count follow.
 * A row: class, return type, name, parameters, arguments, what it returns on failure, errno.
 */

/* A class is counted as one: its n-th call fails, whichever function that is. */
#define CLASSES(X)                                                                                 \
    X(memory)                                                                                      \
    X(crypto) X(open) X(socket) X(setup) X(fork) X(loop) X(map) X(write) X(read) X(space) X(file)

/* glibc's own of these, for dlsym(3) allocates. */
#define MEMORY(X)                                                                                  \
    X(void *, malloc, (size_t size), (size))                                                       \
    X(void *, calloc, (size_t count, size_t size), (count, size))                                  \
    X(void *, realloc, (void *was, size_t size), (was, size))

#define CALLS(X)                                                                                   \
    X(open, FILE *, fopen, (const char *path, const char *mode), (path, mode), NULL, EMFILE)       \
    X(open, FILE *, fdopen, (int fd, const char *mode), (fd, mode), NULL, ENOMEM)                  \
    X(open, FILE *, open_memstream, (char **text, size_t *size), (text, size), NULL, ENOMEM)       \
    X(open, FILE *, fmemopen, (void *text, size_t size, const char *mode), (text, size, mode),     \
      NULL, ENOMEM)                                                                                \
    X(open, DIR *, opendir, (const char *path), (path), NULL, EMFILE)                              \
    X(open, int, epoll_create, (int size), (size), -1, EMFILE)                                     \
    X(open, int, epoll_create1, (int flags), (flags), -1, EMFILE)                                  \
    X(open, int, eventfd, (unsigned count, int flags), (count, flags), -1, EMFILE)                 \
    X(open, int, timerfd_create, (int clock, int flags), (clock, flags), -1, EMFILE)               \
    X(open, int, dup2, (int from, int to), (from, to), -1, EBUSY)                                  \
    X(socket, int, socket, (int domain, int type, int protocol), (domain, type, protocol), -1,     \
      EMFILE)                                                                                      \
    X(socket, int, socketpair, (int domain, int type, int protocol, int pair[2]),                  \
      (domain, type, protocol, pair), -1, EMFILE)                                                  \
    X(socket, int, pipe, (int pair[2]), (pair), -1, EMFILE)                                        \
    X(socket, int, pipe2, (int pair[2], int flags), (pair, flags), -1, EMFILE)                     \
    X(socket, int, accept4, (int fd, ADDRESS address, socklen_t *length, int flags),               \
      (fd, address, length, flags), -1, EMFILE)                                                    \
    X(setup, int, bind, (int fd, CONST_ADDRESS address, socklen_t length), (fd, address, length),  \
      -1, ENOMEM)                                                                                  \
    X(setup, int, listen, (int fd, int backlog), (fd, backlog), -1, EADDRINUSE)                    \
    X(setup, int, connect, (int fd, CONST_ADDRESS address, socklen_t length),                      \
      (fd, address, length), -1, ENOBUFS)                                                          \
    X(setup, int, setsockopt, (int fd, int level, int name, const void *value, socklen_t length),  \
      (fd, level, name, value, length), -1, ENOBUFS)                                               \
    X(setup, int, getsockopt, (int fd, int level, int name, void *value, socklen_t *length),       \
      (fd, level, name, value, length), -1, ENOBUFS)                                               \
    X(setup, int, getsockname, (int fd, ADDRESS address, socklen_t *length),                       \
      (fd, address, length), -1, ENOBUFS)                                                          \
    X(setup, int, shutdown, (int fd, int how), (fd, how), -1, ENOBUFS)                             \
    X(loop, int, epoll_ctl, (int fd, int op, int about, struct epoll_event *event),                \
      (fd, op, about, event), -1, ENOMEM)                                                          \
    X(loop, int, epoll_wait, (int fd, struct epoll_event *events, int count, int wait),            \
      (fd, events, count, wait), -1, EINTR)                                                        \
    X(loop, int, poll, (struct pollfd * fds, nfds_t count, int wait), (fds, count, wait), -1,      \
      EINTR)                                                                                       \
    X(loop, int, ppoll,                                                                            \
      (struct pollfd * fds, nfds_t count, const struct timespec *wait, const sigset_t *mask),      \
      (fds, count, wait, mask), -1, EINTR)                                                         \
    X(loop, int, timerfd_settime,                                                                  \
      (int fd, int flags, const struct itimerspec *value, struct itimerspec *was),                 \
      (fd, flags, value, was), -1, ECANCELED)                                                      \
    X(loop, pid_t, waitpid, (pid_t pid, int *status, int options), (pid, status, options), -1,     \
      EINTR)                                                                                       \
    X(map, void *, mmap,                                                                           \
      (void *address, size_t length, int protection, int flags, int fd, off_t offset),             \
      (address, length, protection, flags, fd, offset), MAP_FAILED, ENOMEM)                        \
    X(write, ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size), -1, EIO)   \
    X(write, ssize_t, writev, (int fd, const struct iovec *data, int count), (fd, data, count),    \
      -1, EIO)                                                                                     \
    X(write, ssize_t, send, (int fd, const void *data, size_t size, int flags),                    \
      (fd, data, size, flags), -1, ENOBUFS)                                                        \
    X(write, ssize_t, sendto,                                                                      \
      (int fd, const void *data, size_t size, int flags, CONST_ADDRESS address, socklen_t length), \
      (fd, data, size, flags, address, length), -1, ENOBUFS)                                       \
    X(write, ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags),                  \
      (fd, message, flags), -1, ENOBUFS)                                                           \
    X(write, int, fflush, (FILE * file), (file), EOF, ENOSPC)                                      \
    X(write, int, fsync, (int fd), (fd), -1, EIO)                                                  \
    X(read, ssize_t, read, (int fd, void *data, size_t size), (fd, data, size), -1, ENOMEM)        \
    X(read, ssize_t, pread, (int fd, void *data, size_t size, off_t offset),                       \
      (fd, data, size, offset), -1, ENOMEM)                                                        \
    X(read, ssize_t, recv, (int fd, void *data, size_t size, int flags), (fd, data, size, flags),  \
      -1, ENOMEM)                                                                                  \
    X(read, ssize_t, recvfrom,                                                                     \
      (int fd, void *data, size_t size, int flags, ADDRESS address, socklen_t *length),            \
      (fd, data, size, flags, address, length), -1, ENOMEM)                                        \
    X(read, ssize_t, recvmsg, (int fd, struct msghdr *message, int flags), (fd, message, flags),   \
      -1, ENOMEM)                                                                                  \
    X(read, char *, fgets, (char *text, int size, FILE *file), (text, size, file), NULL, EIO)      \
    X(read, size_t, fread, (void *data, size_t size, size_t count, FILE *file),                    \
      (data, size, count, file), 0, EIO)                                                           \
    X(space, int, setns, (int fd, int type), (fd, type), -1, EPERM)                                \
    X(space, int, unshare, (int flags), (flags), -1, ENOSPC)                                       \
    X(space, int, setrlimit, (__rlimit_resource_t what, const struct rlimit *limit),               \
      (what, limit), -1, EPERM)                                                                    \
    X(space, int, sched_getaffinity, (pid_t pid, size_t size, cpu_set_t * set), (pid, size, set),  \
      -1, EINVAL)                                                                                  \
    X(file, int, mkdir, (const char *path, mode_t mode), (path, mode), -1, ENOSPC)                 \
    X(file, int, linkat, (int from, const char *old, int to, const char *new, int flags),          \
      (from, old, to, new, flags), -1, ENOSPC)                                                     \
    X(file, int, renameat, (int from, const char *old, int to, const char *new),                   \
      (from, old, to, new), -1, ENOSPC)                                                            \
    X(file, int, rename, (const char *old, const char *new), (old, new), -1, ENOSPC)               \
    X(file, int, unlinkat, (int directory, const char *name, int flags), (directory, name, flags), \
      -1, EIO)                                                                                     \
    X(file, int, fstat, (int fd, struct stat *about), (fd, about), -1, EIO)                        \
    X(file, int, stat, (const char *path, struct stat *about), (path, about), -1, ENOMEM)          \
    X(file, int, access, (const char *path, int mode), (path, mode), -1, ENOMEM)                   \
    X(file, int, faccessat, (int directory, const char *path, int mode, int flags),                \
      (directory, path, mode, flags), -1, ENOMEM)                                                  \
    X(file, FTS *, fts_open,                                                                       \
      (char *const *paths, int options, int (*order)(const FTSENT **, const FTSENT **)),           \
      (paths, options, order), NULL, EMFILE)

#endif
