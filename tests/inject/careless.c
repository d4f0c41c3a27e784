#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the sweep has to find: a program that believes in every call, and does each wrong. */
int main(void)
{
    struct pollfd nothing = {.fd = -1};
    char *text = malloc(16);
    int file = open("scratch", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    int status;
    pid_t child;

    snprintf(text, 16, "whole\n"); /* a crash, without memory */
    if (file < 0) {
        _exit(3); /* and no word about it */
    }
    while (poll(&nothing, 1, 0) < 0) {
        pause(); /* for ever */
    }
    child = fork();
    if (child == 0) {
        _exit(write(STDOUT_FILENO, text, 6) == 6 ? 0 : 1);
    }
    waitpid(child, &status, 0);              /* how it ended is not asked: less output, exit 0 */
    (void)!unlinkat(AT_FDCWD, "scratch", 0); /* or stays behind */
    free(text);
    return 0;
}
