#ifndef REPORT_ERRNOS_H
#define REPORT_ERRNOS_H

/* What an errno means to someone who opens and closes connections.  Static storage. */
const char *errno_meaning(int errnum);

#endif
