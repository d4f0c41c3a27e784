#include "finwait/junit.h"

#include "finwait/escape.h"

static void put_attribute(const char *name, const char *value, FILE *out)
{
    fprintf(out, " %s=\"", name);
    escape_xml(value, out);
    fputc('"', out);
}

void junit_begin(const struct junit_suite *suite, FILE *out)
{
    size_t count = 0;

    for (size_t i = 0; i < JUNIT_N; i++) {
        count += suite->count[i];
    }
    fputs("  <testsuite", out);
    put_attribute("name", suite->name, out);
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\"",
            count, suite->count[JUNIT_FAILURE], suite->count[JUNIT_ERROR],
            suite->count[JUNIT_SKIPPED], suite->seconds);
    if (suite->timestamp != NULL) {
        put_attribute("timestamp", suite->timestamp, out);
    }
    fputs(">\n", out);
}

void junit_finish(FILE *out)
{
    fputs("  </testsuite>\n", out);
}

void junit_case(const struct junit_suite *suite, const char *name, double seconds,
                enum junit_end end, const char *type, const char *text, FILE *out)
{
    static const char *const elements[] = {
        [JUNIT_FAILURE] = "failure",
        [JUNIT_ERROR] = "error",
        [JUNIT_SKIPPED] = "skipped",
    };

    fputs("    <testcase", out);
    put_attribute("classname", suite->name, out);
    put_attribute("name", name, out);
    fprintf(out, " time=\"%.3f\"", seconds);
    if (end == JUNIT_PASS) {
        fputs("/>\n", out);
        return;
    }
    fprintf(out, ">\n      <%s", elements[end]);
    put_attribute("type", type, out);
    put_attribute("message", text, out);
    fprintf(out, ">%s: ", type);
    escape_xml(text, out);
    fprintf(out, "</%s>\n    </testcase>\n", elements[end]);
}
