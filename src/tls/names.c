#include "names.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "reason.h"

/*
 * OpenSSL passes over a name it does not know as long as one of a list is left, so a misspelt one
 * would go unnoticed: each word is therefore tried by itself first.
 */

enum {
    WORD_MAX = 128,
};

struct list {
    const char *option;
    const char *separators;
    const char *operators; /* a word that begins with one takes away or sorts: not tried */
    int (*set)(SSL_CTX *context, const char *text);
    void (*advise)(SSL_CTX *context, struct error *error); /* what there is */
};

static int set_groups(SSL_CTX *context, const char *text)
{
    return (int)SSL_CTX_set1_groups_list(context, text);
}

static void advise_ciphers(SSL_CTX *context, struct error *error)
{
    (void)context;
    error_hint(error, "openssl ciphers -v and openssl-ciphers(1) tell what there is");
}

/* OpenSSL 3.0 cannot be asked which groups it has; these are tried. */
static void advise_groups(SSL_CTX *context, struct error *error)
{
    static const char *const known[] = {
        "X25519",    "P-256",     "P-384",     "P-521",     "X448",           "brainpoolP256r1",
        "ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe8192", "X25519MLKEM768",
    };
    char names[256] = "";

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (set_groups(context, known[i]) == 1) {
            size_t length = strlen(names);
            snprintf(names + length, sizeof names - length, "%s%s", length > 0 ? ", " : "",
                     known[i]);
        }
    }
    ERR_clear_error();
    error_hint(error, "this OpenSSL has %s; SSL_CTX_set1_groups_list(3) tells of more", names);
}

static const struct list ciphers = {"tls.ciphers", ":, ;", "!-+@", SSL_CTX_set_cipher_list,
                                    advise_ciphers};
static const struct list ciphersuites = {"tls.ciphersuites", ":", "", SSL_CTX_set_ciphersuites,
                                         advise_ciphers};
static const struct list groups = {"tls.groups", ":", "", set_groups, advise_groups};

static int try_word(SSL_CTX *context, const struct list *list, const char *from, size_t length,
                    struct error *error)
{
    char word[WORD_MAX];

    if (length >= sizeof word) {
        return error_set(error, STATUS_USAGE, "%s: %.*s: too long for a name", list->option,
                         WORD_MAX, from);
    }
    memcpy(word, from, length);
    word[length] = '\0';
    if (list->set(context, word) != 1) {
        ERR_clear_error();
        error_set(error, STATUS_USAGE, "%s: OpenSSL has nothing called \"%s\"", list->option, word);
        list->advise(context, error);
        return -1;
    }
    return 0;
}

/* Whether there is nothing before, between or behind the colons. */
static bool has_gap(const char *text)
{
    return text[0] == '\0' || text[0] == ':' || strstr(text, "::") != NULL ||
           text[strlen(text) - 1] == ':';
}

/* OpenSSL has each word of it.  Of lists that it refuses it does not always say why. */
static int refuse_list(const struct list *list, const char *text, struct error *error)
{
    if (ERR_peek_error() != 0) {
        return error_openssl(error, "%s: \"%s\"", list->option, text);
    }
    if (has_gap(text)) {
        error_set(error, STATUS_USAGE, "%s: \"%s\" has an empty name in it", list->option, text);
        return error_hint(error, "put colons between names only");
    }
    error_set(error, STATUS_USAGE, "%s: \"%s\" names one of them twice", list->option, text);
    return error_hint(error, "take one out; P-256 and prime256v1, say, are one, too");
}

static int set_list(SSL_CTX *context, const struct list *list, const char *text,
                    struct error *error)
{
    size_t length;

    if (text == NULL) {
        return 0;
    }
    for (const char *word = text; *word != '\0'; word += length) {
        word += strspn(word, list->separators);
        length = strcspn(word, list->separators);
        if (length > 0 && strchr(list->operators, word[0]) == NULL &&
            try_word(context, list, word, length, error) != 0) {
            return -1;
        }
    }
    if (text[0] == '\0' || list->set(context, text) != 1) {
        return refuse_list(list, text, error);
    }
    return 0;
}

int names_set(SSL_CTX *context, const struct tls_spec *spec, struct error *error)
{
    return set_list(context, &ciphers, spec->ciphers, error) == 0 &&
                   set_list(context, &ciphersuites, spec->ciphersuites, error) == 0 &&
                   set_list(context, &groups, spec->groups, error) == 0
               ? 0
               : -1;
}
