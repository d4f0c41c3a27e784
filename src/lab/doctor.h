#ifndef FINWAIT_LAB_DOCTOR_H
#define FINWAIT_LAB_DOCTOR_H

#include "finwait/lab.h"

/* The checks of lab_doctor: each fills in all of `check` but its name. */
typedef void check_fn(struct check *check);

/* What a check found, and what to do about it (check.c). */
void check_say(struct check *check, enum check_verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void check_advise(struct check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Those that look (doctor_look.c). */
check_fn check_kernel, check_descriptors, check_cpus, check_port_range, check_clocksource;

/* Those that try, and so have to run in a child process (doctor_try.c). */
check_fn try_user_namespaces, try_private_lab, try_pid_namespace, try_socket_table, try_sock_diag,
    try_packet_order, try_nftables, try_netem, try_tbf;

#endif
