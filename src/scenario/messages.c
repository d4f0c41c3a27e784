#include <stdlib.h>
#include <string.h>

#include "draft.h"
#include "finwait/file.h"
#include "finwait/grow.h"

/* What of requests and responses follows from what else, and whether it goes together. */

enum {
    BODY_MAX = 256 << 20, /* as request.size and response.size */
    RAW_REQUEST = 64,     /* bytes by default: without any it would be no message */
};

static const struct {
    const char *size, *body, *file;
} paths[SIDE_N] = {
    [SIDE_CLIENT] = {"request.size", "request.body", "request.body.file"},
    [SIDE_SERVER] = {"response.size", "response.body", "response.body.file"},
};

/* ---- what follows ---- */

static uint64_t *size_of(struct message_spec *message, enum side side)
{
    return side == SIDE_CLIENT ? &message->request_size : &message->response_size;
}

/* {dir}/NAME stands beside the scenario. */
static void settle_file(const struct scenario *scenario, struct message_part *part)
{
    static const char dir[] = "{dir}/";
    const char *slash = scenario->file != NULL ? strrchr(scenario->file, '/') : NULL;

    if (strncmp(part->file, dir, strlen(dir)) == 0) {
        char *settled = slash != NULL ? grow_format("%.*s/%s", (int)(slash - scenario->file),
                                                    scenario->file, part->file + strlen(dir))
                                      : grow_text(part->file + strlen(dir));

        free(part->file);
        part->file = settled;
    }
}

static int read_body(struct draft *draft, enum side side, size_t *length)
{
    struct message_part *part = &draft->scenario->message.part[side];
    struct where where = draft_given(draft, paths[side].file)->where;
    char told[384];

    if (part->body != NULL) {
        return draft_fail(draft, where, "take one of them out", "%s and %s are given",
                          paths[side].body, paths[side].file);
    }
    settle_file(draft->scenario, part);
    snprintf(told, sizeof told, "%s: %.300s", paths[side].file, part->file);
    part->body = file_read(part->file, BODY_MAX, told, length, draft->error);
    return part->body != NULL ? 0 : error_at(draft->error, where);
}

/* A body has its size, and whoever gave another must not think it was sent. */
static int complete_size(struct draft *draft, enum side side)
{
    struct message_spec *message = &draft->scenario->message;
    struct message_part *part = &message->part[side];
    const struct given *given = draft_given(draft, paths[side].size);
    uint64_t *size = size_of(message, side);
    size_t length = part->body != NULL ? strlen(part->body) : 0;

    if (part->file != NULL && read_body(draft, side, &length) != 0) {
        return -1;
    }
    if (part->body == NULL) {
        return 0;
    }
    if (given->level > LEVEL_DEFAULT && *size != length) {
        return draft_fail(draft, given->where, "take it out",
                          "%s is %ju, and the body has %zu bytes", paths[side].size,
                          (uintmax_t)*size, length);
    }
    *size = length;
    return 0;
}

int draft_complete_message(struct draft *draft)
{
    struct message_spec *message = &draft->scenario->message;

    if (message->protocol == PROTOCOL_RAW &&
        draft_given(draft, paths[SIDE_CLIENT].size)->level == LEVEL_DEFAULT) {
        message->request_size = RAW_REQUEST;
    }
    if (draft_given(draft, paths[SIDE_SERVER].size)->level == LEVEL_DEFAULT &&
        !message_status_has_body(message->status)) {
        message->response_size = 0;
    }
    return complete_size(draft, SIDE_CLIENT) == 0 ? complete_size(draft, SIDE_SERVER) : -1;
}

/* ---- checks ---- */

/* The first option given that a raw message has no place for; NULL: none. */
static const char *http_alone(const struct message_spec *message)
{
    const struct {
        bool given;
        const char *path;
    } options[] = {
        {message->chunked, "response.chunked"},
        {message->method != NULL, "request.method"},
        {message->version != HTTP_VERSION_1_1, "request.version"},
        {strcmp(message->path, "/") != 0, "request.path"},
        {message->host != NULL, "request.host"},
        {message->part[SIDE_CLIENT].fields != NULL, "request.headers"},
        {message->filler > 0, "request.filler"},
        {message->part[SIDE_SERVER].fields != NULL, "response.headers"},
        {message->status != 200, "response.status"},
        {message->persist != PERSIST_AUTO, "http.persist"},
    };

    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (options[i].given) {
            return options[i].path;
        }
    }
    return NULL;
}

static int check_raw(const struct draft *draft)
{
    const struct message_spec *message = &draft->scenario->message;
    const char *path = http_alone(message);

    if (path != NULL) {
        return draft_fail(draft, draft_given(draft, path)->where,
                          "take it out, or write protocol: http", "%s is HTTP, and protocol is raw",
                          path);
    }
    if (message->request_size == 0 || message->response_size == 0) {
        path = paths[message->request_size == 0 ? SIDE_CLIENT : SIDE_SERVER].size;
        return draft_fail(draft, draft_given(draft, path)->where,
                          "a raw message has at least 1 byte; a program without send sends "
                          "none",
                          "%s is 0, and protocol is raw", path);
    }
    return 0;
}

/* What a message says of its connection is the programs' to say, unless they alone end it. */
static int check_connection(const struct draft *draft, enum side side)
{
    static const char *const headers[SIDE_N] = {"request.headers", "response.headers"};
    static const char name[] = "Connection";
    const struct message_spec *message = &draft->scenario->message;
    char *field = message_field(message->part[side].fields, name, strlen(name));

    if (field == NULL || message->persist == PERSIST_PROGRAM) {
        return 0;
    }
    return draft_fail(draft, draft_given(draft, headers[side])->where,
                      "the last message says close where the server is to close first; or write "
                      "http: {persist: program}",
                      "%s.%s: it is what the programs do", headers[side], name);
}

static int check_http(const struct draft *draft)
{
    const struct message_spec *message = &draft->scenario->message;
    bool options = message->method != NULL && strcmp(message->method, "OPTIONS") == 0;

    if (strcmp(message->path, "*") == 0 && !options) {
        return draft_fail(draft, draft_given(draft, "request.path")->where,
                          "write a path, e.g. /, or method: OPTIONS",
                          "request.path is *, and the method is not OPTIONS");
    }
    if (!message_status_has_body(message->status) && message->response_size > 0) {
        return draft_fail(draft, draft_given(draft, "response.status")->where,
                          "take the body or its size out",
                          "response.status is %u, which has no body", message->status);
    }
    return check_connection(draft, SIDE_CLIENT) != 0 ? -1 : check_connection(draft, SIDE_SERVER);
}

int draft_check_message(const struct draft *draft)
{
    return draft->scenario->message.protocol == PROTOCOL_RAW ? check_raw(draft) : check_http(draft);
}
