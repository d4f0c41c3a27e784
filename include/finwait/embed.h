#ifndef FINWAIT_EMBED_H
#define FINWAIT_EMBED_H

/* For `extern const char NAME[];` at the top level: the file as a string, which may be longer than
 * a literal. */
#define EMBED(name, file)                                                                          \
    __asm__(".pushsection .rodata\n" name ": .incbin \"" file "\"\n.byte 0\n.popsection\n"         \
            ".global " name "\n.hidden " name "\n")

#endif
