#ifndef FINWAIT_RUN_TRIAL_H
#define FINWAIT_RUN_TRIAL_H

#include <event2/event.h>

#include "finwait/capture.h"
#include "finwait/conduct.h"
#include "finwait/lab.h"
#include "finwait/model.h"
#include "finwait/role.h"
#include "finwait/sampler.h"
#include "moments.h"
#include "place.h"
#include "plan_command.h"

/* A trial under way: what the phases share. */
struct trial {
    const struct scenario *scenario;
    const struct conduct_options *options;
    struct result *result;
    struct model *model; /* NULL when a program is not known: a foreign server */
    struct event_base *base;
    struct lab *lab;
    struct sampler *sampler;
    struct moments *moments;
    struct capture *capture;      /* NULL: none, or it has failed */
    struct tls *tls[PLAYERS_N];   /* NULL: not played by us, or plain TCP */
    struct role *role[PLAYERS_N]; /* NULL: not played here */
    struct command_run command[PLAYERS_N];
    struct place place;       /* of their files */
    struct host_cpu host_cpu; /* when the load began */
    uint32_t workers[PLAYERS_N];
    enum phase phase;
    int64_t phase_began;
    int64_t phase_length; /* ns; 0: until the load is done */
    int64_t load_began;   /* CLOCK_MONOTONIC; all times of the result count from it */
    const char *cut_by;   /* the signal's name once it has been cut short */
    bool undone;          /* the machine could not do a fault or an event that was due */
    bool load_over;
    bool load_due;       /* load.duration is over; what is under way ends */
    int64_t load_ended;  /* CLOCK_MONOTONIC, as the client's workers know it; 0: they do not */
    uint64_t last_ended; /* for the progress line's rate */
    int64_t last_progress;
};

/* ---- plan.c: what the scenario means for the lab and the roles ---- */

void plan_lab(const struct scenario *scenario, struct lab_config *config);
int plan_workers(const struct scenario *scenario, uint32_t workers[SIDE_N], struct error *error);

/* Fill `plan` for the role of `side`; `host` has room for the Host header's text. */
void plan_role(const struct trial *trial, enum side side, struct role_plan *plan,
               char host[ADDRESS_TEXT]);

/* What the sampler looks at, once there is a lab: its hosts, which `config` then refers to. */
void plan_sampler(const struct trial *trial, struct sampler_config *config,
                  struct sampler_host host[SIDE_N]);

/* Where the server is. */
void plan_server(const struct trial *trial, struct address_pool *pool);

/* Where the client connects to. */
uint16_t plan_port(const struct trial *trial);

/* ---- plan_tls.c ---- */

/* Fill in what the roles we play need for transport: tls; freed by plan_tls_free in any case. */
int plan_tls(const struct scenario *scenario, struct tls *tls[SIDE_N], struct error *error);
void plan_tls_free(struct tls *tls[SIDE_N]);

/* ---- predict.c ---- */

/* Why the model cannot know it in hosts with the sysctls of `result`, where so many connections
 * find no room; static, NULL: it can. */
const char *predict_limit(const struct scenario *scenario, const struct result *result,
                          const struct model *model);

/* Record what the model says in the result. */
void predict_record(struct result *result, const struct model *model);

/* Predict after all, when faults and events were the only reason not to and none has come before
 * the end of settle.  Once the result's times count from the start of the load. */
void predict_unstruck(struct result *result, const struct scenario *scenario,
                      const struct model *model);

/* ---- foretell.c ---- */

/* Record what bounds the trial, and tell its owner what there will be no room for: once its sysctls
 * and its model are there. */
void foretell(struct trial *trial);

/* ---- collect.c: from the trial into the result ---- */

void collect_setup(struct trial *trial); /* scenario, environment */
void collect_lab(struct trial *trial);   /* what its processes are kept in; before the roles */
int collect_sysctls(struct trial *trial, struct error *error);
int collect_prediction(struct trial *trial, struct error *error); /* once the sysctls are known */
void collect_look(struct trial *trial, enum command_look when);   /* at what commands have */
void collect_final(struct trial *trial); /* the state counts that stand at the end of settle */
void collect_counters(struct trial *trial);
void collect_testimony(struct trial *trial); /* series and cost of the sampler, before roles end */
void collect_end(struct trial *trial);       /* the roles' accounts, once they have ended */

/* ---- host_cpu.c ---- */

/* As the load begins, and as it ends: the machine's CPU meanwhile.  Where /proc/stat does not tell
 * it is absent. */
void host_cpu_begin(struct trial *trial);
void host_cpu_end(struct trial *trial);

/* ---- inspect.c ---- */

/*
 * Run the user's command in each host, one after the other, and keep what it prints.  A signal that
 * cuts the trial short ends the command.
 */
void inspect_hosts(struct trial *trial);

/* ---- packets.c ---- */

/* Begin the capture that the scenario wants, before the roles start.  -1 with STATUS_MACHINE. */
int packets_begin(struct trial *trial, struct error *error);

/* Once the prediction is there. */
void packets_foresee(struct trial *trial);

/* Before the roles are torn down.  A capture that has failed is told in the result. */
void packets_end(struct trial *trial);

/* ---- opening.c ---- */

/* Note from now on how many of the driver's connections were opened, from the start of the load
 * on; then keep in the result how long their first tenth took, and the last. */
struct opening *opening_begin(struct trial *trial);
void opening_end(struct opening *opening);

/* ---- progress.c ---- */

/* Report to the owner how far the trial is. */
void progress_report(struct trial *trial);

#endif
