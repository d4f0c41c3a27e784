#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "owners.h"

/* Sockets as a dump tells them; the descriptors are this process's and its children's. */

static void add(struct sockets *sockets, enum side side, enum tcp_state state, uint32_t inode)
{
    struct {
        struct nlmsghdr header;
        struct inet_diag_msg found;
    } message = {
        .header.nlmsg_len = sizeof message,
        .found = {.idiag_state = (uint8_t)state, .idiag_inode = inode, .idiag_uid = 33},
    };

    sockets_add(sockets, side, &message.header);
}

static int socket_new(struct sockets *sockets, enum tcp_state state)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct stat status;

    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &status), 0);
    add(sockets, SIDE_SERVER, state, (uint32_t)status.st_ino);
    return fd;
}

static void find(struct owners *owners, struct sockets *sockets, uint32_t queued)
{
    const uint32_t queues[ENDS_N] = {[SIDE_SERVER] = queued};
    struct error error;

    *owners = (struct owners){.count = 0};
    if (owners_find(owners, sockets, queues, &error) != 0) {
        fail_msg("%s", error.what);
    }
    sockets_fini(sockets);
}

static void assert_row(const struct owner *row, enum tcp_state state, enum owner_place where,
                       uint64_t count)
{
    assert_int_equal(row->side, SIDE_SERVER);
    assert_int_equal(row->state, state);
    assert_int_equal(row->where, where);
    assert_int_equal(row->count, count);
}

static void none_are_nobodys(void **state)
{
    struct sockets sockets = {.count = 0};
    struct owners owners;

    (void)state;
    find(&owners, &sockets, 7);
    assert_int_equal(owners.count, 0);
}

/* Descriptors that lie side by side are a range, and one of the same socket is none of its own. */
static void a_process_holds_them(void **state)
{
    struct sockets sockets = {.count = 0};
    struct owners owners;
    char ranges[64];
    int fd[5];

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        fd[i] = socket_new(&sockets, TCP_STATE_CLOSE_WAIT);
        assert_int_equal(fd[i], fd[0] + (int)i);
    }
    close(fd[3]);
    int again = dup2(fd[0], fd[4] + 2);
    find(&owners, &sockets, 0);
    assert_int_equal(owners.count, 2);
    assert_row(&owners.item[0], TCP_STATE_CLOSE_WAIT, OWNER_PROCESS, 4);
    assert_int_equal(owners.item[0].pid, getpid());
    assert_int_equal(owners.item[0].threads, 1);
    assert_int_equal(owners.item[0].processes, 1);
    assert_string_equal(owners.item[0].comm, "sample_owners_t");
    snprintf(ranges, sizeof ranges, "%d-%d,%d", fd[0], fd[2], fd[4]);
    assert_string_equal(owners.item[0].descriptors, ranges);
    assert_row(&owners.item[1], TCP_STATE_CLOSE_WAIT, OWNER_UNKNOWN, 1);
    assert_int_equal(owners.item[1].uid, 33);
    assert_non_null(owners.item[1].why);
    assert_null(owners.item[1].descriptors);
    for (size_t i = 0; i < 5; i++) {
        close(fd[i]);
    }
    close(again);
    owners_fini(&owners);
}

static pid_t child_new(void)
{
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* should a test fail */
        pause();
        _exit(0);
    }
    return child;
}

static void end(pid_t child)
{
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static bool is_holder(const struct owner *row, pid_t pid)
{
    bool is = false;

    for (size_t i = 0; i < row->holder_count; i++) {
        is = is || row->holder[i].pid == (uint64_t)pid;
    }
    return is;
}

static void several_processes_hold_them(void **state)
{
    struct sockets sockets = {.count = 0};
    struct owners owners;
    int fd[3];

    (void)state;
    fd[0] = socket_new(&sockets, TCP_STATE_ESTABLISHED);
    fd[1] = socket_new(&sockets, TCP_STATE_ESTABLISHED);
    pid_t first = child_new();
    fd[2] = socket_new(&sockets, TCP_STATE_ESTABLISHED);
    pid_t second = child_new();
    find(&owners, &sockets, 0);
    assert_int_equal(owners.count, 2);
    assert_row(&owners.item[0], TCP_STATE_ESTABLISHED, OWNER_INHERITED, 2);
    assert_int_equal(owners.item[0].processes, 3);
    assert_true(is_holder(&owners.item[0], getpid()) && is_holder(&owners.item[0], first) &&
                is_holder(&owners.item[0], second));
    assert_row(&owners.item[1], TCP_STATE_ESTABLISHED, OWNER_INHERITED, 1);
    assert_int_equal(owners.item[1].processes, 2);
    assert_int_equal(owners.item[0].parent, getpid());
    assert_int_equal(owners.item[1].parent, getpid());
    assert_true(is_holder(&owners.item[1], getpid()) && is_holder(&owners.item[1], second));
    end(first);
    end(second);
    for (size_t i = 0; i < 3; i++) {
        close(fd[i]);
    }
    owners_fini(&owners);
}

/* A process whose children come and go, each of them a moment. */
static pid_t breeder_new(void)
{
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* should a test fail */
    }
    while (child == 0) {
        pid_t short_lived = fork();
        if (short_lived == 0) {
            _exit(0);
        }
        waitpid(short_lived, NULL, 0);
    }
    return child;
}

static void one_that_ends_under_the_look_holds_nothing(void **state)
{
    enum { BREEDERS = 3, LOOKS = 100 };
    pid_t breeder[BREEDERS];

    (void)state;
    for (size_t i = 0; i < BREEDERS; i++) {
        breeder[i] = breeder_new();
    }
    for (int i = 0; i < LOOKS; i++) {
        struct sockets sockets = {.count = 0};
        struct owners owners;
        int fd = socket_new(&sockets, TCP_STATE_ESTABLISHED);
        find(&owners, &sockets, 0);
        owners_fini(&owners);
        close(fd);
    }
    for (size_t i = 0; i < BREEDERS; i++) {
        end(breeder[i]);
    }
}

/* A child in a network namespace of its own that holds `fd`, or whose child alone does.  Returns
 * who does, or 0: no such namespace can be made here. */
static pid_t leave(int fd, bool deep, pid_t *child)
{
    int told[2];
    pid_t holder = 0;

    assert_int_equal(pipe(told), 0);
    *child = fork();
    assert_true(*child >= 0);
    if (*child == 0) {
        bool left = unshare(CLONE_NEWNET) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* should a test fail */
        holder = !left ? 0 : deep ? child_new() : getpid();
        if (deep) {
            close(fd);
        }
        ssize_t length = write(told[1], &holder, sizeof holder);
        pause();
        _exit(length < 0);
    }
    assert_int_equal(read(told[0], &holder, sizeof holder), sizeof holder);
    close(told[0]);
    close(told[1]);
    return holder;
}

/* What the sockets' own namespace knows of one. */
static void find_here(struct owners *owners, int fd)
{
    struct sockets sockets = {.count = 0};
    struct stat status;

    assert_int_equal(fstat(fd, &status), 0);
    add(&sockets, SIDE_SERVER, TCP_STATE_CLOSE_WAIT, (uint32_t)status.st_ino);
    assert_int_equal(stat("/proc/self/ns/net", &status), 0);
    sockets.netns[sockets.netns_count++] = status.st_ino;
    find(owners, &sockets, 0);
    assert_int_equal(owners->count, 1);
}

/* Its parent is in the namespace of the sockets, so it is looked at. */
static void one_that_left_the_namespace_has_them_still(void **state)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct owners owners;
    pid_t child;
    pid_t holder = leave(fd, false, &child);

    (void)state;
    if (holder == 0) {
        end(child);
        skip();
    }
    find_here(&owners, fd);
    assert_row(&owners.item[0], TCP_STATE_CLOSE_WAIT, OWNER_INHERITED, 1);
    assert_true(is_holder(&owners.item[0], holder) && is_holder(&owners.item[0], getpid()));
    owners_fini(&owners);
    end(child);
    close(fd);
}

/* Neither is its parent: it is asked only when nobody else has the socket. */
static void those_elsewhere_are_looked_at_last(void **state)
{
    struct sockets sockets = {.count = 0};
    struct owners owners;
    struct stat here;
    pid_t child;
    int fd = socket_new(&sockets, TCP_STATE_CLOSE_WAIT);
    pid_t holder = leave(fd, true, &child);

    (void)state;
    if (holder == 0) {
        end(child);
        skip();
    }
    find_here(&owners, fd);
    assert_row(&owners.item[0], TCP_STATE_CLOSE_WAIT, OWNER_PROCESS, 1);
    assert_int_equal(owners.item[0].pid, getpid());
    owners_fini(&owners);
    close(fd);
    assert_int_equal(stat("/proc/self/ns/net", &here), 0);
    sockets.netns[sockets.netns_count++] = here.st_ino;
    find(&owners, &sockets, 0);
    assert_row(&owners.item[0], TCP_STATE_CLOSE_WAIT, OWNER_PROCESS, 1);
    assert_int_equal(owners.item[0].pid, holder);
    owners_fini(&owners);
    end(child);
}

/* In the queue are as many as the listeners' Recv-Q counts; one that was closed is an orphan. */
static void nobody_has_a_descriptor(void **state)
{
    struct sockets sockets = {.count = 0};
    struct owners owners;

    (void)state;
    for (int i = 0; i < 3; i++) {
        add(&sockets, SIDE_SERVER, TCP_STATE_CLOSE_WAIT, 0);
        add(&sockets, SIDE_SERVER, TCP_STATE_FIN_WAIT2, 0);
    }
    add(&sockets, SIDE_SERVER, TCP_STATE_TIME_WAIT, 0); /* cannot be anybody's */
    add(&sockets, SIDE_SERVER, TCP_STATE_LISTEN, 0);
    find(&owners, &sockets, 2);
    assert_int_equal(owners.count, 3);
    assert_row(&owners.item[0], TCP_STATE_FIN_WAIT2, OWNER_ORPHAN, 3);
    assert_row(&owners.item[1], TCP_STATE_CLOSE_WAIT, OWNER_ACCEPT_QUEUE, 2);
    assert_row(&owners.item[2], TCP_STATE_CLOSE_WAIT, OWNER_UNKNOWN, 1);
    assert_false(owners.item[0].has_age);
    owners_fini(&owners);
}

/* What would be more rows than are told is one, and no socket is lost. */
static void many_hold_one_each(void **state)
{
    enum { MANY = OWNER_ROWS + 6 };
    struct sockets sockets = {.count = 0};
    struct owners owners;
    pid_t child[MANY];
    uint64_t count = 0;

    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        int fd = socket_new(&sockets, TCP_STATE_CLOSE_WAIT);
        child[i] = child_new();
        close(fd);
    }
    find(&owners, &sockets, 0);
    assert_int_equal(owners.count, OWNER_ROWS);
    for (size_t i = 0; i < owners.count; i++) {
        assert_int_equal(owners.item[i].where, OWNER_PROCESS);
        count += owners.item[i].count;
    }
    assert_int_equal(count, MANY);
    assert_int_equal(owners.item[OWNER_ROWS - 1].pid, 0);
    assert_int_equal(owners.item[OWNER_ROWS - 1].processes, MANY - OWNER_ROWS + 1);
    assert_string_equal(owners.item[OWNER_ROWS - 1].comm, "sample_owners_t");
    for (size_t i = 0; i < MANY; i++) {
        end(child[i]);
    }
    owners_fini(&owners);
}

static void each_is_found_by_its_inode(void **state)
{
    enum { MANY = 100000 };
    struct sockets sockets = {.count = 0};

    (void)state;
    for (uint32_t i = 1; i <= MANY; i++) {
        add(&sockets, SIDE_CLIENT, TCP_STATE_ESTABLISHED, 3 * i);
    }
    assert_int_equal(sockets_index(&sockets), 0);
    for (uint32_t i = 1; i <= MANY; i++) {
        struct socket *found = sockets_find(&sockets, 3 * i);
        assert_non_null(found);
        assert_int_equal(found->inode, 3 * i);
        assert_null(sockets_find(&sockets, 3 * i + 1));
    }
    sockets_fini(&sockets);
}

/* Beyond the bound nothing is told rather than half of it. */
static void there_is_a_bound(void **state)
{
    const uint32_t queued[ENDS_N] = {0};
    struct sockets sockets = {.count = 0};
    struct owners owners = {.count = 0};
    struct error error;

    (void)state;
    for (uint32_t i = 0; i <= SOCKETS_MAX; i++) {
        add(&sockets, SIDE_CLIENT, TCP_STATE_FIN_WAIT2, 0);
    }
    assert_int_equal(owners_find(&owners, &sockets, queued, &error), -1);
    assert_int_equal(error.status, STATUS_MACHINE);
    assert_int_equal(owners.count, 0);
    sockets_fini(&sockets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_are_nobodys),
        cmocka_unit_test(a_process_holds_them),
        cmocka_unit_test(several_processes_hold_them),
        cmocka_unit_test(one_that_ends_under_the_look_holds_nothing),
        cmocka_unit_test(one_that_left_the_namespace_has_them_still),
        cmocka_unit_test(those_elsewhere_are_looked_at_last),
        cmocka_unit_test(nobody_has_a_descriptor),
        cmocka_unit_test(many_hold_one_each),
        cmocka_unit_test(each_is_found_by_its_inode),
        cmocka_unit_test(there_is_a_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
