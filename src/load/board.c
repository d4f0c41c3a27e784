#include "finwait/board.h"

#include <stddef.h>
#include <sys/mman.h>

static size_t board_size(uint32_t slots)
{
    return sizeof(struct board) + (size_t)slots * sizeof(struct board_slot);
}

struct board *board_new(uint32_t slots)
{
    struct board *board =
        mmap(NULL, board_size(slots), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (board == MAP_FAILED) {
        return NULL;
    }
    board->slots = slots;
    for (uint32_t i = 0; i < slots; i++) {
        account_init(&board->slot[i].account);
    }
    return board;
}

void board_free(struct board *board)
{
    if (board != NULL) {
        munmap(board, board_size(board->slots));
    }
}
