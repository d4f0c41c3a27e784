#include <stdlib.h>

#include "finwait/wrap.h"
#include "text.h"

void text_say(char *sentence, size_t indent, FILE *out)
{
    text_blanks(indent, out);
    text_wrap(sentence, indent, indent > 0 ? indent + 2 : 0, TEXT_WIDTH, out);
    free(sentence);
}
