#include "finwait/kernel_counter.h"
#include "finwait/named.h"

#include <string.h>
#include <strings.h>

/* Found in net/ipv4/proc.c, which names them, and at each place that counts, of Linux 6.12. */
const struct counter_info counter_table[] = {
    /* opening */
    {"TcpActiveOpens", COUNTER_PLAIN, true, "connects", "tcp_connect(), tcp_output.c"},
    {"TcpPassiveOpens", COUNTER_PLAIN, true, "connections accepted by the kernel",
     "tcp_create_openreq_child(), tcp_minisocks.c"},
    {"TcpAttemptFails", COUNTER_WORSE, true, "connects that failed, requests that were reset",
     "tcp_done(), tcp.c; tcp_check_req(), tcp_minisocks.c"},
    {"TcpCurrEstab", COUNTER_PLAIN, false,
     "a level: by how much those in established or close_wait changed", "tcp_set_state(), tcp.c"},
    {"TcpExtTCPFastOpenActive", COUNTER_BETTER, false,
     "connects whose data went with the SYN and was taken",
     "tcp_rcv_fastopen_synack(), tcp_input.c"},
    {"TcpExtTCPFastOpenActiveFail", COUNTER_WORSE, false,
     "connects whose data went with the SYN and was not taken",
     "tcp_rcv_fastopen_synack(), tcp_input.c"},
    {"TcpExtTCPFastOpenPassive", COUNTER_BETTER, false, "connections made by a SYN with data",
     "tcp_try_fastopen(), tcp_fastopen.c"},
    {"TcpExtTCPFastOpenPassiveFail", COUNTER_WORSE, false,
     "SYNs whose Fast Open cookie was not valid", "tcp_try_fastopen(), tcp_fastopen.c"},
    {"TcpExtTCPFastOpenCookieReqd", COUNTER_PLAIN, false, "SYNs that asked for a Fast Open cookie",
     "tcp_try_fastopen(), tcp_fastopen.c"},
    {"TcpExtTCPFastOpenBlackhole", COUNTER_WORSE, false,
     "Fast Open suspended, as a path seemed to lose its SYNs",
     "tcp_fastopen_active_disable(), tcp_fastopen.c"},
    /* the listener's queues */
    {"TcpExtListenOverflows", COUNTER_WORSE, true, "accept queue full",
     "tcp_conn_request(), tcp_input.c; tcp_v4_syn_recv_sock(), tcp_ipv4.c"},
    {"TcpExtListenDrops", COUNTER_WORSE, true, "SYNs and third ACKs dropped by the listener",
     "tcp_listendrop(), include/net/tcp.h"},
    {"TcpExtSyncookiesSent", COUNTER_PLAIN, true, "SYN cookies sent",
     "cookie_init_sequence(), include/net/tcp.h"},
    {"TcpExtSyncookiesRecv", COUNTER_PLAIN, false, "valid SYN cookies that came back",
     "cookie_tcp_check(), syncookies.c"},
    {"TcpExtSyncookiesFailed", COUNTER_WORSE, false, "ACKs without a valid SYN cookie",
     "cookie_tcp_check(), syncookies.c"},
    {"TcpExtTCPReqQFullDoCookies", COUNTER_WORSE, false, "SYN queue full, answered with a cookie",
     "tcp_syn_flood_action(), tcp_input.c"},
    {"TcpExtTCPReqQFullDrop", COUNTER_WORSE, true, "SYN queue full, dropped",
     "tcp_syn_flood_action(), tcp_input.c"},
    {"TcpExtTCPFastOpenListenOverflow", COUNTER_WORSE, false, "TCP_FASTOPEN's queue full",
     "tcp_fastopen_queue_check(), tcp_fastopen.c"},
    {"TcpExtTCPDeferAcceptDrop", COUNTER_PLAIN, false,
     "third ACKs passed over until data comes: TCP_DEFER_ACCEPT",
     "tcp_check_req(), tcp_minisocks.c"},
    {"TcpExtEmbryonicRsts", COUNTER_WORSE, true, "requests in syn_recv ended by a RST",
     "tcp_check_req(), tcp_minisocks.c"},
    {"TcpExtTCPMigrateReqSuccess", COUNTER_BETTER, false,
     "connections handed to another listener of the port as theirs closed",
     "inet_csk_listen_stop(), inet_connection_sock.c"},
    {"TcpExtTCPMigrateReqFailure", COUNTER_WORSE, false,
     "connections no other listener of the port could take",
     "inet_csk_listen_stop(), inet_connection_sock.c"},
    /* ending by a RST, or by giving up */
    {"TcpEstabResets", COUNTER_WORSE, true, "resets from established or close_wait",
     "tcp_set_state(), tcp.c"},
    {"TcpOutRsts", COUNTER_WORSE, true, "RSTs sent",
     "tcp_send_active_reset(), tcp_output.c; tcp_v4_send_reset(), tcp_ipv4.c"},
    {"TcpExtTCPAbortOnData", COUNTER_WORSE, true,
     "closed with SO_LINGER 0, or got data after closing",
     "__tcp_close(), tcp.c; tcp_rcv_state_process(), tcp_input.c"},
    {"TcpExtTCPAbortOnClose", COUNTER_WORSE, true, "closed with data it had not read (RFC 2525)",
     "__tcp_close(), tcp.c"},
    {"TcpExtTCPAbortOnLinger", COUNTER_WORSE, true, "closed in FIN_WAIT2 with TCP_LINGER2 at -1",
     "__tcp_close(), tcp.c"},
    {"TcpExtTCPAbortOnTimeout", COUNTER_WORSE, true, "given up after the last retransmission",
     "tcp_write_err(), tcp_timer.c"},
    {"TcpExtTCPAbortOnMemory", COUNTER_WORSE, true,
     "had too many orphaned sockets or no memory for them",
     "__tcp_close(), tcp.c; tcp_out_of_resources(), tcp_timer.c"},
    {"TcpExtTCPAbortFailed", COUNTER_WORSE, true, "no memory to send a RST",
     "tcp_send_active_reset(), tcp_output.c"},
    {"TcpExtTCPKeepAlive", COUNTER_PLAIN, true, "keepalive probes sent",
     "tcp_keepalive_timer(), tcp_timer.c"},
    {"TcpExtTCPSYNChallenge", COUNTER_PLAIN, true,
     "SYN or SYN-ACK met an open connection: challenge ACK",
     "tcp_validate_incoming(), tcp_input.c"},
    {"TcpExtTCPChallengeACK", COUNTER_PLAIN, false,
     "challenge ACKs sent (RFC 5961): a SYN, RST or ACK that did not fit",
     "tcp_send_challenge_ack(), tcp_input.c"},
    {"TcpExtTCPACKSkippedChallenge", COUNTER_PLAIN, false,
     "challenge ACKs not sent, the last one being too recent",
     "tcp_send_challenge_ack(), tcp_input.c"},
    /* TIME_WAIT and FIN_WAIT2 without a socket */
    {"TcpExtTW", COUNTER_PLAIN, true, "mini-sockets made: time_wait, fin_wait2",
     "__inet_twsk_schedule(), inet_timewait_sock.c"},
    {"TcpExtTWKilled", COUNTER_PLAIN, true, "mini-sockets made to last 4 s or less",
     "__inet_twsk_schedule(), inet_timewait_sock.c"},
    {"TcpExtTWRecycled", COUNTER_PLAIN, true, "time_wait taken over by a new connect",
     "__inet_check_established(), inet_hashtables.c"},
    {"TcpExtTCPTimeWaitOverflow", COUNTER_WORSE, true, "no room: tcp_max_tw_buckets reached",
     "tcp_time_wait(), tcp_minisocks.c"},
    {"TcpExtTCPACKSkippedTimeWait", COUNTER_PLAIN, false,
     "ACKs of time_wait not sent, the last one being too recent",
     "tcp_timewait_state_process(), tcp_minisocks.c"},
    {"TcpExtTCPACKSkippedFinWait2", COUNTER_PLAIN, false,
     "ACKs of fin_wait2 not sent, the last one being too recent",
     "tcp_timewait_state_process(), tcp_minisocks.c"},
    {"TcpExtPAWSTimewait", COUNTER_WORSE, false,
     "segments to time_wait with a timestamp that is too old",
     "tcp_timewait_state_process(), tcp_minisocks.c", "6.16"},
    /* sent again */
    {"TcpRetransSegs", COUNTER_WORSE, true, "segments sent again, probes included",
     "__tcp_retransmit_skb(), tcp_rtx_synack(), tcp_output.c"},
    {"TcpExtTCPSynRetrans", COUNTER_WORSE, false, "SYNs and SYN-ACKs sent again",
     "__tcp_retransmit_skb(), tcp_rtx_synack(), tcp_output.c"},
    {"TcpExtTCPTimeouts", COUNTER_WORSE, true, "retransmission timeouts",
     "tcp_retransmit_timer(), tcp_timer.c"},
    {"TcpExtTCPLossProbes", COUNTER_PLAIN, true,
     "sent again early, as a probe: the peer delays its ACK",
     "tcp_send_loss_probe(), tcp_output.c"},
    {"TcpExtTCPLossProbeRecovery", COUNTER_BETTER, false, "losses that a probe found and mended",
     "tcp_process_tlp_ack(), tcp_input.c"},
    {"TcpExtTCPFastRetrans", COUNTER_WORSE, false, "segments sent again on duplicate ACKs or SACK",
     "tcp_xmit_retransmit_queue(), tcp_output.c"},
    {"TcpExtTCPSlowStartRetrans", COUNTER_WORSE, false,
     "segments sent again after a timeout, in slow start",
     "tcp_xmit_retransmit_queue(), tcp_output.c"},
    {"TcpExtTCPLostRetransmit", COUNTER_WORSE, false,
     "segments whose retransmission was lost as well", "tcp_mark_skb_lost(), tcp_input.c"},
    {"TcpExtTCPSpuriousRTOs", COUNTER_WORSE, false,
     "timeouts that were needless: the ACK was only late", "tcp_try_undo_loss(), tcp_input.c"},
    {"TcpExtTCPDSACKRecv", COUNTER_WORSE, false, "segments that the peer got twice",
     "tcp_check_dsack(), tcp_input.c"},
    {"TcpExtTCPRetransFail", COUNTER_WORSE, true, "could not be sent again: no memory, or no route",
     "__tcp_retransmit_skb(), tcp_output.c"},
    {"TcpExtTcpTimeoutRehash", COUNTER_PLAIN, false,
     "timeouts that chose another path: a new flow label or hash",
     "tcp_write_timeout(), tcp_timer.c"},
    /* not taken in */
    {"TcpInErrs", COUNTER_WORSE, false,
     "segments with a bad header or checksum, or a SYN where none is due",
     "tcp_v4_rcv(), tcp_ipv4.c"},
    {"TcpInCsumErrors", COUNTER_WORSE, false, "segments with a bad checksum",
     "tcp_v4_rcv(), tcp_ipv4.c"},
    {"TcpExtPAWSActive", COUNTER_WORSE, false,
     "answers to a SYN with a timestamp that does not fit",
     "tcp_rcv_synsent_state_process(), tcp_input.c"},
    {"TcpExtPAWSEstab", COUNTER_WORSE, false, "segments with a timestamp that is too old",
     "tcp_validate_incoming(), tcp_input.c"},
    {"TcpExtPAWSOldAck", COUNTER_PLAIN, false, "old pure ACKs that came out of order",
     "tcp_validate_incoming(), tcp_input.c", "6.14"},
    {"TcpExtTSEcrRejected", COUNTER_WORSE, false, "third ACKs that echo a timestamp never sent",
     "tcp_check_req(), tcp_minisocks.c", "6.15"},
    {"TcpExtBeyondWindow", COUNTER_WORSE, false, "segments beyond the window",
     "tcp_validate_incoming(), tcp_input.c", "6.17"},
    {"TcpExtTCPBacklogDrop", COUNTER_WORSE, true,
     "segments for a busy socket, whose backlog was full", "tcp_add_backlog(), tcp_ipv4.c"},
    {"TcpExtTCPRcvQDrop", COUNTER_WORSE, false, "segments that the receive buffer had no room for",
     "tcp_data_queue(), tcp_input.c"},
    {"TcpExtTCPZeroWindowDrop", COUNTER_WORSE, false, "segments that met a closed window",
     "tcp_data_queue(), tcp_input.c"},
    /* the window and memory */
    {"TcpExtTCPToZeroWindowAdv", COUNTER_WORSE, false,
     "windows closed, the receive buffer being full", "tcp_select_window(), tcp_output.c"},
    {"TcpExtTCPFromZeroWindowAdv", COUNTER_PLAIN, false, "windows opened again",
     "tcp_select_window(), tcp_output.c"},
    {"TcpExtTCPWinProbe", COUNTER_PLAIN, false, "probes of a closed window sent",
     "tcp_send_probe0(), tcp_output.c"},
    {"TcpExtTCPWqueueTooBig", COUNTER_WORSE, true,
     "segments not split, as the send queue holds too much", "tcp_fragment(), tcp_output.c"},
    {"TcpExtTCPMemoryPressures", COUNTER_WORSE, true, "TCP came near what tcp_mem grants it",
     "tcp_enter_memory_pressure(), tcp.c"},
    /* how much went over the link */
    {"TcpInSegs", COUNTER_PLAIN, false, "segments received", "tcp_v4_rcv(), tcp_ipv4.c"},
    {"TcpOutSegs", COUNTER_PLAIN, false, "segments sent, those sent again not counted",
     "__tcp_transmit_skb(), tcp_output.c"},
    {"TcpExtTCPOrigDataSent", COUNTER_PLAIN, false, "segments with data sent for the first time",
     "tcp_event_new_data_sent(), tcp_output.c"},
    {"TcpExtTCPDelivered", COUNTER_PLAIN, false, "segments acknowledged, SYN and FIN included",
     "tcp_newly_delivered(), tcp_input.c"},
    {"TcpExtDelayedACKs", COUNTER_PLAIN, false,
     "ACKs sent by the timer, as no data went back before",
     "tcp_delack_timer_handler(), tcp_timer.c"},
    {"IpExtInOctets", COUNTER_PLAIN, false, "bytes of IPv4 received, headers included",
     "ip_rcv_core(), ip_input.c"},
    {"IpExtOutOctets", COUNTER_PLAIN, false, "bytes of IPv4 sent, headers included",
     "ip_finish_output2(), ip_output.c"},
};
const size_t counter_count = sizeof counter_table / sizeof counter_table[0];

const struct counter_info *counter_info(const char *name)
{
    return NAMED(name, counter_table, counter_count);
}

const char *counter_meaning(const char *name)
{
    const struct counter_info *info = counter_info(name);

    return info != NULL ? info->meaning : "";
}

const char *counter_meant(const char *name)
{
    static const char *const groups[] = {"", "TcpExt", "Tcp", "IpExt"};

    for (size_t i = 0; counter_info(name) == NULL && i < sizeof groups / sizeof groups[0]; i++) {
        size_t length = strlen(groups[i]);
        for (const struct counter_info *info = counter_table; info < counter_table + counter_count;
             info++) {
            if (strncmp(info->name, groups[i], length) == 0 &&
                strcasecmp(info->name + length, name) == 0) {
                return info->name;
            }
        }
    }
    return NULL;
}

const char *counter_sense_name(enum counter_sense sense)
{
    static const char *const names[] = {
        [COUNTER_PLAIN] = "-", [COUNTER_WORSE] = "worse", [COUNTER_BETTER] = "better"};

    return names[sense];
}
