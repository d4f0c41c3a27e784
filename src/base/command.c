#include "finwait/command.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "finwait/error.h"

char *command_end_text(char *text, size_t size, enum command_end end, int number)
{
    const char *name = end == COMMAND_SIGNAL ? sigabbrev_np(number) : NULL;

    switch (end) {
    case COMMAND_STATUS:
        snprintf(text, size, "exit status %d", number);
        break;
    case COMMAND_SIGNAL:
        snprintf(text, size, name != NULL ? "SIG%s" : "signal %s%d", name != NULL ? name : "",
                 number);
        break;
    case COMMAND_NO_EXEC:
        snprintf(text, size, "%s", errno_name(number));
        break;
    default:
        snprintf(text, size, "with its keeper, which was killed");
        break;
    }
    return text;
}

const char *command_last_lines(const char *printed, unsigned lines)
{
    size_t at = strlen(printed);

    while (at > 0 && printed[at - 1] == '\n') {
        at--;
    }
    for (; at > 0; at--) {
        if (printed[at - 1] == '\n' && --lines == 0) {
            break;
        }
    }
    return printed + at;
}
