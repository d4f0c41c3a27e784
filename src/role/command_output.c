#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

/* What a command prints. */

enum {
    SLICE = COMMAND_TAIL / 2, /* a line to look for is in the tail, whole, after one of them */
};

static void write_log(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, bytes, length);
        if (n < 0 && errno != EINTR) {
            return; /* the disk is full: what is printed goes on, lest the command block */
        }
        bytes += n > 0 ? n : 0;
        length -= n > 0 ? (size_t)n : 0;
    }
}

static void keep_in_log(const struct output *output, const char *bytes, size_t length)
{
    static const char cut[] = "\n(finwait keeps the first 16 MiB; there was more)\n";
    uint64_t before = output->board->printed;

    if (output->log < 0 || before > COMMAND_LOG_MAX) {
        return;
    }
    bool fits = length <= COMMAND_LOG_MAX - before;
    write_log(output->log, bytes, fits ? length : COMMAND_LOG_MAX - before);
    if (!fits) {
        write_log(output->log, cut, sizeof cut - 1);
    }
}

static void keep_in_tail(struct command_board *board, const char *bytes, size_t length)
{
    size_t kept = board->tail_used;

    if (length > COMMAND_TAIL) {
        bytes += length - COMMAND_TAIL;
        length = COMMAND_TAIL;
    }
    if (kept + length > COMMAND_TAIL) {
        size_t drop = kept + length - COMMAND_TAIL;
        memmove(board->tail, board->tail + drop, kept - drop);
        kept -= drop;
    }
    memcpy(board->tail + kept, bytes, length);
    for (size_t i = kept; i < kept + length; i++) {
        if (board->tail[i] == '\0') { /* it would end the text, and what was printed were nothing */
            board->tail[i] = '?';
        }
    }
    board->tail_used = kept + length;
}

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* In what it has printed itself: the line of one that was started before is on the board, too. */
static void look_for_line(struct output *output, const char *bytes, size_t length)
{
    struct command_board *board = output->board;

    for (size_t done = 0; done < length && board->line_seen == 0; done += SLICE) {
        size_t slice = length - done < SLICE ? length - done : SLICE;
        keep_in_tail(board, bytes + done, slice);
        output->fresh = min_size(output->fresh + slice, board->tail_used);
        board->line_seen = memmem(board->tail + board->tail_used - output->fresh, output->fresh,
                                  output->line, strlen(output->line)) != NULL;
    }
}

void output_keep(struct output *output, const char *bytes, size_t length)
{
    keep_in_log(output, bytes, length);
    if (output->line != NULL && output->board->line_seen == 0) {
        look_for_line(output, bytes, length);
    } else {
        keep_in_tail(output->board, bytes, length);
    }
    output->board->printed += length;
}
