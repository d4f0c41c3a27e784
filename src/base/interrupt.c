#include "finwait/interrupt.h"

#include <stddef.h>

#define X(number) number,
const int interrupt_numbers[INTERRUPT_N] = {INTERRUPTS(X)};
#undef X

#define X(number) #number,
static const char *const names[INTERRUPT_N] = {INTERRUPTS(X)};
#undef X

const char *interrupt_name(int number)
{
    for (size_t i = 0; i < INTERRUPT_N; i++) {
        if (interrupt_numbers[i] == number) {
            return names[i];
        }
    }
    return NULL;
}

void interrupt_ignore(void)
{
    for (size_t i = 0; i < INTERRUPT_N; i++) {
        signal(interrupt_numbers[i], SIG_IGN);
    }
}
