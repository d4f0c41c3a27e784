#ifndef FINWAIT_JUNIT_H
#define FINWAIT_JUNIT_H

#include <stddef.h>
#include <stdio.h>

/* JUnit's XML as Jenkins (xunit-plugin's junit-10.xsd), GitLab and pytest (xunit2) have it. */

#define JUNIT_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
#define JUNIT_TAIL "</testsuites>\n"

/* What a case comes to. */
enum junit_end {
    JUNIT_PASS,
    JUNIT_FAILURE,
    JUNIT_ERROR,
    JUNIT_SKIPPED,
    JUNIT_N,
};

struct junit_suite {
    const char *name;      /* and the classname of its cases */
    double seconds;        /* it took; 0: nobody knows */
    const char *timestamp; /* of its begin, or NULL */
    size_t count[JUNIT_N]; /* of its cases, all of which follow */
};

void junit_begin(const struct junit_suite *suite, FILE *out);
void junit_finish(FILE *out);

/* A case; unless it passed, `type` is why in a word, and `text` in more of them. */
void junit_case(const struct junit_suite *suite, const char *name, double seconds,
                enum junit_end end, const char *type, const char *text, FILE *out);

#endif
