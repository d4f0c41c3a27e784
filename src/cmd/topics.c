#include "topics.h"
#include "finwait/named.h"

#include <stddef.h>

const struct topic topic_table[] = {
    {"scenario", "a YAML file that says what is run",
     "A scenario is a YAML file: who closes how, how much load, in which lab, under which sysctls "
     "and what is expected of it. What it does not say has a default.\n"
     "\n"
     "  name: leak\n"
     "  order: client-leak\n"
     "  load: {connections: 2000, concurrency: 50}\n"
     "  server: {sysctl: {net.ipv4.tcp_fin_timeout: 10}}\n"
     "  settle: 2s\n"
     "  expect:\n"
     "    - client.close_wait.final == connections.completed\n"
     "\n"
     "finwait run FILE.yaml runs it, finwait check FILE.yaml tells what is wrong with it, and all "
     "that it says. On the command line --set PATH=VALUE stands above the file, its keys joined "
     "with dots: --set load.connections=5000. For a file, - is one on stdin.",
     "finwait list options; of those that ship: finwait list scenarios"},
    {"orders", "who closes first, and how",
     "A close order is a pair of programs, one for each side: server-first, client-first, "
     "client-rst, simultaneous and so on. finwait show ORDER draws what becomes of it, finwait run "
     "ORDER runs it; in a scenario it is the option order, on the command line --order.",
     "finwait list orders"},
    {"programs", "what each end of a connection does, step by step",
     "A program is a list of steps. The client's begins with connect, the server's with accept, "
     "and each ends with close, rst, hold or die:\n"
     "\n"
     "  client: {program: connect send recv repeat(10) close}\n"
     "  server: {program: accept recv send repeat(10) wait-fin close}\n"
     "\n"
     "They are checked before anything runs: two sides that would wait for each other are refused, "
     "and finwait show SCENARIO draws what is foreseen.",
     "finwait list steps"},
    {"expectations", "what has to hold, or the run fails",
     "An expectation compares a metric with a number, another metric or a number times a metric, "
     "by < <= == != >= or >. Numbers have the metric's unit:\n"
     "\n"
     "  server.time_wait.final >= 0.99 * connections.completed\n"
     "  latency.close.p99 < 50ms\n"
     "  server.close_wait.final == 0\n"
     "\n"
     "A scenario lists them under expect, --expect adds one, --set expect=null drops those of the "
     "file. What was not measured is not zero: it fails. A scenario that ships expects what its "
     "order is known to do.",
     "finwait list metrics"},
    {"metrics", "the numbers of a result",
     "A metric's name is SIDE.STATE.WHEN (server.time_wait.peak, .mean, .final), "
     "SIDE.counter.NAME of the kernel's counters, latency.WHAT.QUANTILE, connections.WHAT and so "
     "on. --format csv prints all of a run, --json has them with what they are made from.",
     "finwait list metrics"},
    {"formats", "what --format prints, and for whom",
     "--format NAME prints a result so in place of the summary, --format NAME=FILE writes it into "
     "a file; as often as wanted. finwait report DIR --format NAME does it with a result made "
     "earlier, by run --out DIR.",
     NULL},
    {"exit-status", "what the exit statuses mean",
     "  0  every expectation held\n"
     "  1  one did not, or nothing could be compared\n"
     "  2  the command line or the scenario is wrong: nothing was run\n"
     "  3  this machine cannot do it: finwait doctor tells what is lacking\n"
     "  4  it was cut short, or not all that was asked for was done; the partial\n"
     "     result is written\n"
     "\n"
     "Of several scenarios it is the highest. Where the reader of stdout goes away, finwait ends "
     "as a filter does, by SIGPIPE, after it has written its files.",
     NULL},
    {"environment", "the environment variables that count",
     "  NO_COLOR        not empty: no colours\n"
     "  CLICOLOR_FORCE  not empty and not 0: colours, be it a terminal or not\n"
     "  CLICOLOR        0: no colours\n"
     "  TERM            dumb: no colours and no line that is drawn again\n"
     "  COLUMNS         how wide to print where there is no terminal (100)\n"
     "  LC_ALL, LC_CTYPE, LANG: the first that is set; not UTF-8: sparklines in ASCII\n"
     "  GITHUB_ACTIONS  true: --format markdown tells what failed as ::error, too\n"
     "  TMPDIR          where a run without --out keeps what its commands write (/tmp)\n"
     "\n"
     "A command of --server, --client, --proxy or --inspect finds FINWAIT_HOST, server or client, "
     "in its own; those that play a side FINWAIT_ADDRESS, FINWAIT_PORT, FINWAIT_HOST_PORT, "
     "FINWAIT_URL, FINWAIT_OUT, FINWAIT_DIR and, with TLS, FINWAIT_CA, FINWAIT_CERT and "
     "FINWAIT_KEY as well.",
     NULL},
    {"lab", "where it runs, and what it touches",
     "Each run has two fresh hosts of its own, network namespaces joined by a link, with their own "
     "sysctls, counters and sockets; they vanish with the run, and nothing on the machine changes. "
     "That needs no root where user namespaces are allowed: finwait doctor tells.\n"
     "lab: host is this host's loopback instead: no sysctl, no faults, and what else runs here is "
     "counted by the kernel as well. A server that is not finwait's (--at, server.at) is loaded "
     "from there; another machine's only with --i-may-load-this-target.",
     "finwait doctor"},
    {"faults", "packets lost, links cut, processes killed",
     "A scenario may list what befalls the link (faults) and the sides (events), each at a time "
     "from the start of the load:\n"
     "\n"
     "  faults: [{at: 1s, drop: fin, toward: client, for: 2s}]\n"
     "  events: [{at: 3s, kill: server}]\n"
     "\n"
     "On the command line each --set adds one: --set 'faults={drop: 5%, toward: server}'. They "
     "need a private lab.",
     "finwait list faults"},
    {"servers", "a server or a client that is not finwait's",
     "--at URL loads a server that already runs: finwait run --at https://127.0.0.1:8443/ -c 50 -d "
     "10s.\n"
     "--server -- COMMAND… has a command play the server in the lab, where its sockets and theirs "
     "alone are counted: finwait run leak-hunt --server -- python3 app.py. --client and --proxy "
     "likewise; COMMAND finds the address in its words {address}, {port}, {url} or in its "
     "environment.",
     "finwait help environment"},
    {"tls", "TLS and HTTPS",
     "--tls, or transport: tls, puts TLS under the messages; a certificate is made at start unless "
     "server.tls.cert names one. Orders whose names begin with tls- end with and without "
     "close_notify: finwait show tls-rst draws one.",
     "finwait list options; finwait list orders"},
    {.name = NULL},
};

const struct topic *topic_find(const char *name)
{
    return NAMED(name, topic_table, sizeof topic_table / sizeof topic_table[0] - 1);
}
