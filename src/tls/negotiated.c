#include <openssl/ec.h>
#include <openssl/objects.h>
#include <stdio.h>

#include "stream.h"

bool tls_resumed(tls_stream *stream)
{
    return SSL_session_reused(stream->ssl) == 1;
}

/* NIST's names of its curves, P-256, are what users and other tools say; OpenSSL says prime256v1.
 */
static const char *group_name(SSL *ssl)
{
    int nid = (int)SSL_get_negotiated_group(ssl);
    const char *name = nid > 0 ? EC_curve_nid2nist(nid) : NULL;

    return name != NULL || nid <= 0 ? name : OBJ_nid2sn(nid);
}

char *tls_negotiated(char *text, size_t size, tls_stream *stream)
{
    const char *group = group_name(stream->ssl);
    const unsigned char *alpn;
    unsigned alpn_length;

    SSL_get0_alpn_selected(stream->ssl, &alpn, &alpn_length);
    snprintf(text, size, "%s, %s%s%s%s%.*s", SSL_get_version(stream->ssl),
             SSL_get_cipher_name(stream->ssl), group != NULL ? ", " : "",
             group != NULL ? group : "", alpn_length > 0 ? ", " : "", (int)alpn_length,
             alpn_length > 0 ? (const char *)alpn : "");
    return text;
}
