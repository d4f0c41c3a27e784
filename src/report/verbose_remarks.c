#include "verbose.h"

/* What the run showed, as the result's remarks have it. */

/* Between two columns: the mark that a remark begins with. */
#define INDENT 4

static void print_advice(const struct paper *paper, const struct remark *remark)
{
    if (remark->advice != NULL) {
        text_blanks(INDENT, paper->out);
        paper_begin(paper, INK_GREEN);
        fputs("-> ", paper->out);
        paper_end(paper);
        text_wrap(remark->advice, INDENT + 3, INDENT + 3, VERBOSE_PROSE, paper->out);
    }
}

static void print_remark(const struct paper *paper, const struct remark *remark, const char *mark,
                         enum ink ink)
{
    paper_begin(paper, ink);
    fprintf(paper->out, "  %s ", mark);
    paper_end(paper);
    text_wrap(remark->text != NULL ? remark->text : "", INDENT, INDENT, VERBOSE_PROSE, paper->out);
    print_advice(paper, remark);
}

static bool is_warning(const struct remark *remark)
{
    return remark->kind == REMARK_WARNING;
}

static bool is_told(const struct remark *remark)
{
    return remark->kind != REMARK_WARNING && remark->kind != REMARK_VERDICT;
}

static void print_remarks(const struct paper *paper, const struct result *result,
                          bool (*wanted)(const struct remark *), const char *title,
                          const char *mark, enum ink ink)
{
    bool any = false;

    for (size_t i = 0; i < result->remark_count; i++) {
        if (wanted(&result->remark[i])) {
            if (!any) {
                paper_heading(paper, title);
            }
            print_remark(paper, &result->remark[i], mark, ink);
            any = true;
        }
    }
}

void verbose_warnings(const struct paper *paper, const struct facts *facts)
{
    print_remarks(paper, facts->result, is_warning, "Warnings", "!", INK_YELLOW);
}

void verbose_remarks(const struct paper *paper, const struct facts *facts)
{
    print_remarks(paper, facts->result, is_told, "What happened", "-", INK_BOLD);
}
