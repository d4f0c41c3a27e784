#include "plan_command.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/clock.h"
#include "finwait/grow.h"
#include "finwait/placeholder.h"
#include "finwait/result.h"
#include "trial.h"

/* What commands are run with: the words of the scenario, their placeholders filled in. */

/* How long a client may take to end before it is started again. */
#define CLIENT_PATIENCE (10 * NS_PER_S)

static const char *const variables[PLACE_N] = {
#define X(id, name) "FINWAIT_" #id,
    PLACEHOLDERS(X)
#undef X
};

/* "": it has none in this run. */
struct values {
    char text[PLACE_N][PATH_MAX];
};

/* "10.0.0.1:80" and "[2001::1]:80" without what is the port's. */
static void fill_address(struct values *values, const char *host_port)
{
    size_t port = (size_t)(strrchr(host_port, ':') - host_port);
    size_t bracket = host_port[0] == '[';

    snprintf(values->text[PLACE_ADDRESS], PATH_MAX, "%.*s", (int)(port - 2 * bracket),
             host_port + bracket);
    snprintf(values->text[PLACE_PORT], PATH_MAX, "%s", host_port + port + 1);
}

/* Where a proxy connects to. */
static void fill_upstream(struct values *values, const struct trial *trial)
{
    struct address_pool server;
    char host_port[ADDRESS_TEXT];

    plan_server(trial, &server);
    address_format(host_port, sizeof host_port, &server.first);
    snprintf(values->text[PLACE_UPSTREAM], PATH_MAX, "%s", host_port);
}

static void fill_values(struct values *values, const struct trial *trial, enum side side,
                        const struct address *server)
{
    char host_port[ADDRESS_TEXT];
    bool tls = trial->scenario->transport == TRANSPORT_TLS;

    address_format(host_port, sizeof host_port, server);
    fill_address(values, host_port);
    snprintf(values->text[PLACE_HOST_PORT], PATH_MAX, "%s", host_port);
    snprintf(values->text[PLACE_URL], PATH_MAX, "%s://%s/", tls ? "https" : "http", host_port);
    if (side == SIDE_PROXY) {
        fill_upstream(values, trial);
    }
}

/* ---- files ---- */

/* The server's certificate: its files as given, or as it was made. */
static int fill_tls(struct values *values, struct trial *trial, enum side side, struct error *error)
{
    const struct tls_spec *tls = &trial->scenario->tls;
    const char *cert = tls->side[SIDE_SERVER].cert;
    const char *key = tls->side[SIDE_SERVER].key;
    const char *ca = tls->side[SIDE_CLIENT].ca;
    bool server = side != SIDE_CLIENT;

    if (trial->tls[SIDE_SERVER] == NULL) {
        return 0;
    }
    if (cert != NULL && key != NULL) {
        snprintf(values->text[PLACE_CERT], PATH_MAX, "%s", cert);
        snprintf(values->text[PLACE_KEY], PATH_MAX, "%s", server ? key : "");
    } else {
        snprintf(values->text[PLACE_CERT], PATH_MAX, "%.4000s/cert.pem", trial->place.path);
        snprintf(values->text[PLACE_KEY], PATH_MAX, "%.4000s%s", server ? trial->place.path : "",
                 server ? "/key.pem" : "");
        if (tls_save(trial->tls[SIDE_SERVER], values->text[PLACE_CERT],
                     server ? values->text[PLACE_KEY] : NULL, error) != 0) {
            return -1;
        }
    }
    snprintf(values->text[PLACE_CA], PATH_MAX, "%s", ca != NULL ? ca : values->text[PLACE_CERT]);
    return 0;
}

/* Where the scenario's file is, for what it has brought along; without one, where we are. */
static int fill_directory(struct values *values, const char *file, struct error *error)
{
    char *copy = grow_text(file != NULL ? file : "./");
    int status = 0;

    if (realpath(dirname(copy), values->text[PLACE_DIR]) == NULL) {
        status = error_errno(error, STATUS_MACHINE, errno, "the directory of %s",
                             file != NULL ? file : "this run");
    }
    free(copy);
    return status;
}

static int fill_files(struct values *values, struct trial *trial, enum side side,
                      struct error *error)
{
    if (place_make(&trial->place, trial->options->out, error) != 0 ||
        fill_tls(values, trial, side, error) != 0 ||
        fill_directory(values, trial->scenario->file, error) != 0) {
        return -1;
    }
    snprintf(values->text[PLACE_OUT], PATH_MAX, "%s", trial->place.path);
    return 0;
}

/* ---- words ---- */

static void fill_word(struct words *words, const char *word, const struct values *values)
{
    struct grow_stream stream;

    grow_stream_open(&stream);
    for (const char *at = word; *at != '\0';) {
        enum placeholder meant;
        size_t length;
        size_t doubled = 0;
        enum placeholder place = placeholder_at(word, at, &length, &meant);

        if (*at == '{') {
            placeholder_at(word, at + 1, &doubled, &meant);
        }
        if (place != PLACE_N) {
            fputs(values->text[place], stream.out);
            at += length;
        } else {
            at += doubled > 0;
            doubled += doubled == 0;
            fwrite(at, 1, doubled, stream.out);
            at += doubled;
        }
    }
    char *text = grow_stream_close(&stream);
    words_add(words, text);
    free(text);
}

static void add_variable(struct words *words, const char *name, const char *value)
{
    char *pair = grow_format("%s=%s", name, value);

    words_add(words, pair);
    free(pair);
}

static void fill_environment(struct words *words, const struct values *values, enum side side)
{
    for (enum placeholder place = 0; place < PLACE_N; place++) {
        if (values->text[place][0] != '\0') {
            add_variable(words, variables[place], values->text[place]);
        }
    }
    add_variable(words, "FINWAIT_HOST", side_name(side_host(side)));
}

static void fill_log(struct command_run *run, const struct trial *trial, enum side side)
{
    if (place_stays(&trial->place)) {
        run->log = grow_format("%s/%s.log", trial->place.path, side_name(side));
    }
}

int plan_command(struct trial *trial, enum side side, const struct address *server,
                 struct error *error)
{
    const struct command_spec *spec = &trial->scenario->side[side].command;
    struct command_run *run = &trial->command[side];
    struct values *values = grow_new(1, sizeof *values);

    fill_values(values, trial, side, server);
    int status = fill_files(values, trial, side, error);
    if (status == 0) {
        for (size_t i = 0; i < spec->words.count; i++) {
            fill_word(&run->argv, spec->words.item[i], values);
        }
        fill_log(run, trial, side);
        fill_environment(&run->environment, values, side);
    }
    free(values);
    run->plan = (struct command_plan){
        .argv = run->argv.item,
        .environment = run->environment.item,
        .log = run->log,
        .ready_line = spec->ready_line,
        .ready_within = side != SIDE_CLIENT ? spec->ready_within : CLIENT_PATIENCE,
        .grace = spec->grace,
    };
    return status;
}

void plan_command_free(struct command_run *run)
{
    words_fini(&run->argv);
    words_fini(&run->environment);
    free(run->log);
}
