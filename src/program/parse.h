#ifndef FINWAIT_PROGRAM_PARSE_H
#define FINWAIT_PROGRAM_PARSE_H

#include "finwait/program.h"

/* A program being read: what program_parse and its checks share. */
struct parse {
    struct program *program;
    const char *text;
    enum side side;
    struct program_places *places;
    struct error *error;
};

/* The error that was just set is about the word at `offset`.  Returns -1. */
static inline int parse_fail_at(const struct parse *parse, size_t offset)
{
    parse->places->fault = offset;
    return -1;
}

/* Whether the steps, each valid by itself, make a program; see program_parse. */
int program_check(const struct parse *parse);

/* Whether each step can follow those that have run before it. */
int program_check_rules(const struct parse *parse);

#endif
