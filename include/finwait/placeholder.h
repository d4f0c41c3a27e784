#ifndef FINWAIT_PLACEHOLDER_H
#define FINWAIT_PLACEHOLDER_H

#include <stddef.h>

/*
 * {port} in a command of the user's, and FINWAIT_PORT in its environment.  Other braces are the
 * command's own, but for a word that is nearly a placeholder: that is refused, as it would pass for
 * text.  With its brace doubled, {{port}, one of either stands for itself.
 */
#define PLACEHOLDERS(X)                                                                            \
    X(ADDRESS, "address")                                                                          \
    X(PORT, "port")                                                                                \
    X(HOST_PORT, "host-port")                                                                      \
    X(UPSTREAM, "upstream")                                                                        \
    X(URL, "url")                                                                                  \
    X(CA, "ca")                                                                                    \
    X(CERT, "cert")                                                                                \
    X(KEY, "key")                                                                                  \
    X(OUT, "out")                                                                                  \
    X(DIR, "dir")

enum placeholder {
#define X(id, name) PLACE_##id,
    PLACEHOLDERS(X)
#undef X
        PLACE_N,
};
extern const char *const placeholder_names[PLACE_N];

/* The placeholder that begins at `at` in `word`, PLACE_N: none; *length of it, or of a word in
 * braces that `*meant` is near to (PLACE_N: to none), or 0.  A shell's ${port} and curl's %{url}
 * are theirs.
 */
enum placeholder placeholder_at(const char *word, const char *at, size_t *length,
                                enum placeholder *meant);

#endif
