#include "lab_testing.h"

enum {
    CHECKS_MAX = 32,
};

struct findings {
    size_t count;
    struct check check[CHECKS_MAX];
};

static void on_check(void *context, const struct check *check)
{
    struct findings *findings = context;

    CHECK(findings->count < CHECKS_MAX);
    findings->check[findings->count++] = *check;
}

static const struct check *find(const struct findings *findings, const char *name)
{
    for (size_t i = 0; i < findings->count; i++) {
        if (strcmp(findings->check[i].name, name) == 0) {
            return &findings->check[i];
        }
    }
    fprintf(stderr, "no check called %s\n", name);
    exit(FAILED);
}

static enum check_verdict ask(struct findings *findings)
{
    findings->count = 0;
    return lab_doctor(on_check, findings);
}

static void every_check_says_something(void)
{
    struct findings findings;
    enum check_verdict worst = CHECK_OK;
    enum check_verdict said = ask(&findings);

    CHECK(findings.count > 0);
    for (size_t i = 0; i < findings.count; i++) {
        const struct check *check = &findings.check[i];
        CHECK(check->name[0] != '\0');
        CHECK(find(&findings, check->name) == check); /* names are unique */
        CHECK(check->found[0] != '\0');
        CHECK((check->verdict == CHECK_OK) == (check->advice[0] == '\0'));
        worst = check->verdict > worst ? check->verdict : worst;
    }
    CHECK(said == worst);
}

/* What the doctor says can be done, can be done. */
static void the_verdict_on_the_lab_is_true(void)
{
    struct findings findings;
    struct lab_config config = {.private = true, .addresses = {1, 1}};
    struct error error;

    ask(&findings);
    struct lab *lab = lab_prepare(&error) == 0 ? lab_new(&config, &error) : NULL;
    CHECK((find(&findings, "private lab")->verdict == CHECK_OK) == (lab != NULL));
    if (lab == NULL) {
        CHECK(find(&findings, "netem")->verdict != CHECK_OK);
        exit(SKIPPED);
    }
    lab_free(lab);
}

static void it_changes_nothing(void)
{
    struct findings findings;
    ino_t home = current_netns();
    uid_t user = geteuid();
    int descriptors = open_descriptors();

    ask(&findings);
    CHECK(current_netns() == home);
    CHECK(geteuid() == user);
    CHECK(open_descriptors() == descriptors);
    CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}

/* Where no namespace may be made, the doctor says so and what to do. */
static void a_forbidden_lab_is_missing(void)
{
    struct findings findings;

    prepare_with_namespaces("1");
    CHECK(ask(&findings) == CHECK_MISSING);
    CHECK(find(&findings, "private lab")->verdict == CHECK_MISSING);
    CHECK(strstr(find(&findings, "private lab")->advice, "max_net_namespaces") != NULL);
    CHECK(find(&findings, "own socket table")->verdict == CHECK_LIMITED);
    CHECK(find(&findings, "sock_diag")->verdict == CHECK_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        AS_SELF(every_check_says_something),
        AS_NOBODY(every_check_says_something),
        AS_SELF(the_verdict_on_the_lab_is_true),
        AS_NOBODY(the_verdict_on_the_lab_is_true),
        AS_SELF(it_changes_nothing),
        AS_NOBODY(it_changes_nothing),
        AS_SELF(a_forbidden_lab_is_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
