#include "verbose.h"

/* What the run showed, as the result's remarks have it. */

/* Between two columns: the mark that a remark begins with. */
#define INDENT 4

static void print_advice(FILE *out, const struct remark *remark)
{
    if (remark->advice != NULL) {
        text_blanks(INDENT, out);
        ink_put(INK_GREEN, "-> ", out);
        text_wrap(remark->advice, INDENT + 3, INDENT + 3, VERBOSE_PROSE, out);
    }
}

static void print_remark(FILE *out, const struct remark *remark, const char *mark, enum ink ink)
{
    ink_begin(ink, out);
    fprintf(out, "  %s ", mark);
    ink_end(out);
    text_wrap(remark->text != NULL ? remark->text : "", INDENT, INDENT, VERBOSE_PROSE, out);
    print_advice(out, remark);
}

static bool is_warning(const struct remark *remark)
{
    return remark->kind == REMARK_WARNING;
}

static bool is_told(const struct remark *remark)
{
    return remark->kind != REMARK_WARNING && remark->kind != REMARK_VERDICT;
}

static void print_remarks(FILE *out, const struct result *result,
                          bool (*wanted)(const struct remark *), const char *title,
                          const char *mark, enum ink ink)
{
    bool any = false;

    for (size_t i = 0; i < result->remark_count; i++) {
        if (wanted(&result->remark[i])) {
            if (!any) {
                paper_heading(out, title);
            }
            print_remark(out, &result->remark[i], mark, ink);
            any = true;
        }
    }
}

void verbose_warnings(FILE *out, const struct facts *facts)
{
    print_remarks(out, facts->result, is_warning, "Warnings", "!", INK_YELLOW);
}

void verbose_remarks(FILE *out, const struct facts *facts)
{
    print_remarks(out, facts->result, is_told, "What happened", "-", INK_BOLD);
}
