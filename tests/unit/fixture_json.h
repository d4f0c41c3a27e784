#ifndef TESTS_FIXTURE_JSON_H
#define TESTS_FIXTURE_JSON_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

/* A result as JSON that has one of everything, with ' for ". */
static const char fixture_json[] =
    "{'schema': 2, 'partial': false, 'private_lab': true,"
    " 'findings': [{'text': 'f'}],"
    " 'remarks': [{'id': 'i', 'side': 'client', 'kind': 'cause', 'certainty': 'likely',"
    "   'text': 't', 'advice': 'a', 'evidence': {'load.timeout': 2}}],"
    " 'expectations': [{'text': 'e', 'verdict': 'pass', 'left': 1, 'right': 2.5}],"
    " 'metrics': {'server.time_wait.peak': 1.5},"
    " 'predicted': [{'client': {'path': 'p', 'final': 'close', 'fate': 'done', 'rst_sent': 0,"
    "   'tw': 0}, 'server': {'path': 'p', 'final': 'time_wait', 'fate': 'done', 'rst_sent': 0,"
    "   'tw': 1}}],"
    " 'scenario': {'name': 'n', 'expect': ['a', 'b']},"
    " 'faults': [{'at': 0, 'kind': 'drop', 'packets': 'fin', 'share': 1,"
    "   'toward': {'client': true, 'server': false}}],"
    " 'events': [{'at': 5, 'kind': 'start', 'side': 'server', 'reuseaddr': 'on',"
    "   'host': 'client'}],"
    " 'timeline': [{'due': 0, 'what': 'drop fin toward client', 'kind': 'fault_begins', 'index': "
    "0},"
    "   {'due': 5, 'what': 'start server', 'kind': 'event', 'index': 0, 'refusals': 3}],"
    " 'environment': {'kernel': '6.18'},"
    " 'phases': {'load': {'begin': 0, 'end': 5}},"
    " 'sampler': {'cpu': 1, 'gap_max': 2, 'gap_mean': 1, 'samples': 3, 'full_dumps': 1},"
    " 'client': {'program': 'connect pause(5ns) close', 'steps': [{'step': 'connect'},"
    "   {'step': 'pause', 'arg': 5}, {'step': 'close'}], 'workers': 1, 'workers_died': 0,"
    "   'account': {'attempted': 1, 'opened': 1, 'messages_sent': 0, 'messages_received': 0,"
    "     'bytes_sent': 0, 'bytes_received': 0, 'cpu_user': 0, 'cpu_system': 0,"
    "     'outcomes': {'done': 1}, 'errors': {'EPIPE': 1},"
    "     'latency': {'life': {'count': 1, 'min': 5, 'max': 5, 'sum': 5, 'buckets': [[5, 1]]}}},"
    "   'tls': {'handshakes': 1, 'resumed': 0, 'tickets': 2, 'notify_sent': 1,"
    "     'notify_received': 1, 'negotiated': 'TLSv1.3'}, 'tls_errors': {'unexpected eof': 3},"
    "   'final': {'at': 5, 'states': {'time_wait': 1}, 'fin_wait2_orphans': 0},"
    "   'observations': {'at': [1, 2], 'time_wait': [0, 1]},"
    "   'sockstat': {'at': [1, 2], 'time_wait': [0, 1]},"
    "   'counters': {'TcpExtTW': [1, 2]}, 'sysctl': {'net.ipv4.tcp_fin_timeout': '60'}},"
    " 'server': {'workers': 0, 'workers_died': 0},"
    " 'inspections': [{'host': 'client', 'command': 'ss', 'status': 0, 'output': 'o'}]}";

/* JSON with ' for ". */
static inline json_t *quoted(const char *text)
{
    char *copy = strdup(text);

    assert_non_null(copy);
    for (char *quote = copy; (quote = strchr(quote, '\'')) != NULL; *quote = '"') {
    }
    json_error_t problem;
    json_t *json = json_loads(copy, JSON_DECODE_ANY, &problem);
    if (json == NULL) {
        fail_msg("%s in %s", problem.text, text);
    }
    free(copy);
    return json;
}

#endif
