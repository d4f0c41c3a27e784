#ifndef EXPLAIN_REMARKS_H
#define EXPLAIN_REMARKS_H

/*
 * What can be told of a result, one row each, in the order in which it is told: what struck the
 * run, how far the load went, how the connections were closed, what is left, what was foreseen.
 * A row is the observer that looks for it, its id, its kind and what it is about; HOST: the
 * observer takes a host's sockets and counters for those of one role, and does not look once a role
 * has been started in the other's host; PEERS: it takes the two roles for the ends of the same
 * connections as well, and does not look where a proxy stands between them; ENDS: that alone; TLS:
 * it does not look where no connection had TLS.  CLIENT, SERVER, PROXY, SIDES (client and server),
 * PLAYERS, LISTENERS (server and proxy's front), ALL: it looks at each of these in turn,
 * story->end.
 */
#define REMARKS(X)                                                                                 \
    X(observe_cut, "run.cut", WARNING, ANY, "the run was cut short, by what and in which phase")   \
    X(observe_not_done, "timeline.failed", WARNING, ANY,                                           \
      "a fault or an event was due and could not be done")                                         \
    X(observe_foretold, "limit.foretold", NOTE, ANY,                                               \
      "what there was no room for, as it was worked out before the run began")                     \
    X(observe_faults, "fault.struck", CAUSE, ANY, "what a fault did to the link, and when")        \
    X(observe_resent, "fault.resent", CONSEQUENCE, ANY, "segments sent again while faults struck") \
    X(observe_events, "event.happened", CAUSE, ANY,                                                \
      "a role was killed, stopped or started, and what its kernel did then")                       \
    X(observe_moved, "role.moved", WARNING, ANY,                                                   \
      "a role was started in the other's host, whose figures are of both from then on")            \
    X(observe_uncounted, "connections.uncounted", NOTE, ANY,                                       \
      "no role of ours counted connections")                                                       \
    X(observe_none, "connections.none", WARNING, ANY,                                              \
      "no connection was attempted, or none was established")                                      \
    X(observe_miscounted, "connections.miscounted", WARNING, ANY,                                  \
      "a role and its host's kernel do not count the same connections")                            \
    X(observe_not_accepted, "connections.not_accepted", WARNING, ENDS,                             \
      "the client opened more connections than the server's kernel made, or, with lab: host, "     \
      "than the server accepted")                                                                  \
    X(observe_unfinished, "connections.unfinished", WARNING, SIDES,                                \
      "connections were still open at the end of a run that nothing befell")                       \
    X(observe_resent_unasked, "segments.resent", WARNING, ANY,                                     \
      "segments sent again in a run without faults and events")                                    \
    X(observe_other_protocol, "protocol.other", WARNING, SIDES,                                    \
      "a peer spoke another protocol than the one that was due, and which")                        \
    X(observe_asked_for_tls, "protocol.tls_due", WARNING, CLIENT,                                  \
      "responses that say that the port wants TLS")                                                \
    X(observe_due, "message.missing", WARNING, SIDES,                                              \
      "connections that ended while a message was due to a role, and what came instead")           \
    X(observe_bad_status, "http.bad_status", WARNING, CLIENT,                                      \
      "responses whose status is outside http.ok")                                                 \
    X(observe_missed, "connections.missed", WARNING, CLIENT,                                       \
      "connections that were to be begun and never were, and what that makes of the numbers")      \
    X(observe_behind, "load.behind", WARNING, CLIENT,                                              \
      "an open loop's connections were begun late or not at all")                                  \
    X(observe_refused, "connect.refused", CAUSE, CLIENT, "a RST answered SYNs (ECONNREFUSED)")     \
    X(observe_restart, "restart.refused", CAUSE, ANY,                                              \
      "bind(2) was refused when the server was started again (EADDRINUSE)")                        \
    X(observe_no_ports, "ports.exhausted", CAUSE, HOST | CLIENT,                                   \
      "the client ran out of local ports, and what held them")                                     \
    X(observe_no_address, "address.unavailable", CAUSE, HOST | CLIENT,                             \
      "the client had no local address to connect from, while no port was short")                  \
    X(observe_port_held, "port.held", CAUSE, HOST | CLIENT,                                        \
      "another program held client.port all the time")                                             \
    X(observe_syn_queue, "syn_queue.full", CAUSE, ENDS | SERVER,                                   \
      "the listener had no room for more requests in SYN_RECV")                                    \
    X(observe_dropped, "listener.dropped", CAUSE, ENDS,                                            \
      "a listener dropped requests for another want of room, or of memory")                        \
    X(observe_accept_queue, "accept_queue.full", CAUSE, ENDS, "the accept queue was full")         \
    X(observe_proxy_listeners, "proxy.queue_full", CAUSE, PROXY,                                   \
      "behind a proxy: an accept queue of its host was full, the server's or its own")             \
    X(observe_slow_connects, "connect.slow", CONSEQUENCE, CLIENT,                                  \
      "connects waited for a SYN or SYN-ACK to be sent again")                                     \
    X(observe_step_timeouts, "timeout.step", CAUSE, SIDES,                                         \
      "a step waited longer than load.timeout, and finwait closed the socket")                     \
    X(observe_tcp_timeouts, "timeout.tcp", CAUSE, SIDES, "TCP itself gave up (ETIMEDOUT)")         \
    X(observe_no_fds, "descriptors.exhausted", CAUSE, SIDES,                                       \
      "a role had no descriptor left (EMFILE, ENFILE)")                                            \
    X(observe_errnos, "errno.met", CAUSE, SIDES,                                                   \
      "an errno without an outcome of its own ended connections, and what it can come from")       \
    X(observe_workers, "workers.died", CAUSE, SIDES,                                               \
      "workers of a role ended before the run did, as its program's `die` has it")                 \
    X(observe_workers_lost, "workers.lost", WARNING, SIDES,                                        \
      "workers of a role ended though nobody had asked for it: which, by what and when")           \
    X(observe_stood_still, "workers.stood_still", WARNING, SIDES,                                  \
      "a worker did nothing for a while, though no event had stopped it")                          \
    X(observe_command_ended, "command.ended", WARNING, PLAYERS,                                    \
      "a command that played a side ended by itself: how and when")                                \
    X(observe_command_behind, "command.behind", WARNING, SERVER,                                   \
      "a command that played the server could not connect to what it stands before")               \
    X(observe_command_deaf, "command.deaf", WARNING, LISTENERS,                                    \
      "a command that played the server, or a proxy, went on and listened no more")                \
    X(observe_command_killed, "command.killed", NOTE, PLAYERS,                                     \
      "processes of a command that did not end when they were told to")                            \
    X(observe_proxy_answers, "proxy.answered", WARNING, PROXY,                                     \
      "a proxy answered what its server never saw, some of it or all")                             \
    X(observe_blind, "sockets.unobserved", NOTE, ANY,                                              \
      "the kernel's socket tables were not looked at, or the server is in none of them")           \
    X(observe_before, "sockets.stood_before", NOTE, ANY,                                           \
      "lab: host: sockets that stood on the server's port before the run were left out")           \
    X(observe_self_connect, "self_connect", CAUSE, CLIENT,                                         \
      "connections of the client with itself: a simultaneous open")                                \
    X(observe_closer, "closed_first", CAUSE, ANY, "which side closed first, as counts")            \
    X(observe_crossing, "closed_first.both", CAUSE, PEERS,                                         \
      "both sides closed, neither having had the other's FIN or RST")                              \
    X(observe_idle, "idle.closed", CAUSE, ANY,                                                     \
      "the server closed connections in a pause of the client, and after what time")               \
    X(observe_resets, "rst.sent", CAUSE, PEERS | SIDES,                                            \
      "RSTs a side sent, why, and what they cut off")                                              \
    X(observe_host_resets, "rst.machine", CAUSE, ENDS,                                             \
      "lab: host: RSTs of the whole machine, as far as they can be of this run")                   \
    X(observe_tls_memory, "tls.out_of_memory", CAUSE, SIDES,                                       \
      "OpenSSL got no memory in a role's workers")                                                 \
    X(observe_tls_given_up, "tls.given_up", CAUSE, PEERS | CLIENT,                                 \
      "the client's program gives its TLS handshakes up, and what the server made of it")          \
    X(observe_tls_handshakes, "tls.handshake_failed", CAUSE, PEERS | TLS | SIDES,                  \
      "TLS handshakes that failed")                                                                \
    X(observe_tls_clients, "tls.client_refused", CAUSE, PEERS,                                     \
      "clients whose certificate was missing or refused, and how they learnt of it")               \
    X(observe_tls_turns, "tls.handshakes_waited", CAUSE, SERVER,                                   \
      "clients waited until another's TLS handshake had ended")                                    \
    X(observe_tls_resumption, "tls.not_resumed", NOTE, PEERS | TLS,                                \
      "sessions were to be resumed and none was")                                                  \
    X(observe_tls_notified, "tls.close_notify", NOTE, PEERS | TLS,                                 \
      "a side read the other's close_notify, so nothing was cut off")                              \
    X(observe_tls_none, "tls.no_close_notify", NOTE, PEERS | TLS,                                  \
      "no close_notify: the end cannot be told from a truncation")                                 \
    X(observe_tls_early, "tls.early_end", CAUSE, PEERS | TLS | SIDES,                              \
      "a close_notify came where a message was due")                                               \
    X(observe_tls_truncated, "tls.truncated", CAUSE, PEERS | TLS | SIDES,                          \
      "a FIN came and no close_notify")                                                            \
    X(observe_tls_alerts, "tls.alert", CAUSE, PEERS | TLS | SIDES,                                 \
      "a fatal alert ended connections")                                                           \
    X(observe_tls_tickets, "tls.tickets_unread", CAUSE, PEERS | TLS | CLIENT,                      \
      "session tickets that the client never read, and the RSTs they drew")                        \
    X(observe_tls_late, "tls.notify_late", CAUSE, PEERS | TLS | SIDES,                             \
      "a close_notify met a closed socket, which drew a RST")                                      \
    X(observe_tls_unread, "tls.notify_unread", CAUSE, PEERS | TLS | SIDES,                         \
      "a side closed with a close_notify unread, which made the close a RST")                      \
    X(observe_orphans_given_up, "orphans.gave_up", CONSEQUENCE, PEERS | SIDES,                     \
      "sockets that no program held gave up")                                                      \
    X(observe_assassinated, "time_wait.assassinated", CAUSE, PEERS | SIDES,                        \
      "RSTs met sockets in TIME_WAIT (RFC 1337)")                                                  \
    X(observe_syn_sent, "syn_sent.waiting", CONSEQUENCE, PEERS | CLIENT,                           \
      "sockets in SYN_SENT: no answer to the SYN")                                                 \
    X(observe_syn_recv, "syn_recv.waiting", CONSEQUENCE, PEERS | SERVER,                           \
      "requests in SYN_RECV: the ACK of the SYN-ACK has not been taken")                           \
    X(observe_unaccepted, "close_wait.unaccepted", CONSEQUENCE, HOST | LISTENERS,                  \
      "sockets in CLOSE_WAIT that nobody has accepted")                                            \
    X(observe_waiting, "accept_queue.waiting", CONSEQUENCE, HOST | LISTENERS,                      \
      "connections in the accept queue that the client has not closed")                            \
    X(observe_close_pending, "close_wait.pending", CONSEQUENCE, HOST | SIDES,                      \
      "sockets in CLOSE_WAIT whose program had not come to its end yet")                           \
    X(observe_close_wait, "close_wait.leak", CONSEQUENCE, HOST | ALL,                              \
      "sockets in CLOSE_WAIT whose application has not closed")                                    \
    X(observe_fin_wait2, "fin_wait2.waiting", CONSEQUENCE, HOST | ALL,                             \
      "sockets in FIN_WAIT2: the peer's FIN has not arrived")                                      \
    X(observe_established, "established.open", CONSEQUENCE, PEERS, "neither side has closed")      \
    X(observe_awaiting_fin, "established.awaiting_fin", CONSEQUENCE, PEERS | SIDES,                \
      "sockets still established whose peer has sent its FIN")                                     \
    X(observe_half_open, "established.half_open", CONSEQUENCE, PEERS | SIDES,                      \
      "sockets established on one side alone")                                                     \
    X(observe_unacked, "fin.unacked", CONSEQUENCE, PEERS | SIDES,                                  \
      "sockets whose FIN is not acknowledged")                                                     \
    X(observe_bound, "close.bound", CONSEQUENCE, HOST | SIDES,                                     \
      "sockets in CLOSE whose descriptor is open and keeps a port")                                \
    X(observe_unlisted, "close.unlisted", CONSEQUENCE, HOST | SIDES,                               \
      "sockets in CLOSE whose descriptor is open and that no table lists")                         \
    X(observe_time_wait, "time_wait.pile", CONSEQUENCE, HOST,                                      \
      "sockets in TIME_WAIT, how many would stand there, and what limits them")                    \
    X(observe_gave_way, "time_wait.ended_early", CAUSE, PEERS | SIDES,                             \
      "sockets in TIME_WAIT that ended before their time")                                         \
    X(observe_recycled, "time_wait.recycled", CAUSE, ANY,                                          \
      "sockets in TIME_WAIT taken over by a new connect")                                          \
    X(observe_overflow, "time_wait.overflow", CAUSE, ENDS,                                         \
      "sockets that skipped TIME_WAIT: tcp_max_tw_buckets was reached")                            \
    X(observe_dangers, "sysctl.danger", NOTE, ANY,                                                 \
      "a sysctl was set to a value that does harm on a machine that serves")                       \
    X(observe_nothing_left, "sockets.none_left", NOTE, ANY, "nothing piled up")                    \
    X(observe_elsewhere, "prediction.elsewhere", VERDICT, SIDES,                                   \
      "a side's sockets did not end where the model foresaw")                                      \
    X(observe_miscounted_minis, "prediction.time_wait", VERDICT, SIDES,                            \
      "a side's kernel made more or fewer TIME_WAIT sockets than the model foresaw")               \
    X(observe_failed, "prediction.failed", VERDICT, ANY,                                           \
      "connections failed, which the model did not foresee")                                       \
    X(observe_race, "prediction.race", VERDICT, ANY, "the model foresaw more than one way to end") \
    X(observe_buffers, "prediction.buffers", VERDICT, ANY,                                         \
      "the model foresaw more than one way to end, by the sizes of the buffers")                   \
    X(observe_met, "prediction.met", VERDICT, ANY, "every connection ended as the model foresaw")

#endif
