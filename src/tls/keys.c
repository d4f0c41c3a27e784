#include <stdio.h>
#include <unistd.h>

#include "context.h"

/* One write(2), and less than PIPE_BUF: lines of several workers do not mix. */
static void on_line(const SSL *ssl, const char *line)
{
    const struct tls *tls = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    char text[512];
    int length = snprintf(text, sizeof text, "%s\n", line);

    if (length >= (int)sizeof text || write(tls->keys, text, (size_t)length) < 0) {
        return; /* the reader is behind, or gone: this one cannot be decrypted */
    }
}

void tls_log_keys(struct tls *tls, int fd)
{
    tls->keys = fd;
    SSL_CTX_set_app_data(tls->context, tls);
    SSL_CTX_set_keylog_callback(tls->context, on_line);
}

int tls_keys(const struct tls *tls)
{
    return tls->keys;
}
