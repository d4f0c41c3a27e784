#include "version.h"

#include <event2/event.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <pcap/pcap.h>
#include <yaml.h>

#include "finwait/report.h"

void version_print(FILE *out)
{
    fprintf(out, "finwait %s\n", FINWAIT_VERSION);
    fprintf(out, "libevent %s, OpenSSL %s, libyaml %s, jansson %s\n%s\n", event_get_version(),
            OpenSSL_version(OPENSSL_VERSION_STRING), yaml_get_version_string(),
            jansson_version_str(), pcap_lib_version());
    for (size_t i = 0; report_table[i] != NULL; i++) {
        if (report_table[i]->absent != NULL) {
            fprintf(out, "no %s: %s\n", report_table[i]->name, report_table[i]->absent);
        }
    }
}
