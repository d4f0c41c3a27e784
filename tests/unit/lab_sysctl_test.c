#include <ftw.h>

#include "finwait/kernel_sysctl.h"
#include "lab_testing.h"

static struct lab *lab_with(struct sysctl_setting *client, size_t client_count,
                            struct sysctl_setting *server, size_t server_count, struct error *error)
{
    struct lab_config config = {
        .private = true,
        .sockets = 1000,
        .addresses = {1, 1},
        .sysctl = {{client_count, client}, {server_count, server}},
    };

    return lab_new(&config, error);
}

static void host_value_is(const struct lab *lab, enum side side, const char *name,
                          const char *expected)
{
    char value[256];
    struct error error;

    CHECK_CALL(lab_enter(lab, side, &error) == 0, &error);
    CHECK_CALL(sysctl_read(name, value, sizeof value, &error) == 0, &error);
    CHECK_CALL(lab_leave(lab, &error) == 0, &error);
    if (strcmp(value, expected) != 0) {
        fprintf(stderr, "%s host: %s is \"%s\", not \"%s\"\n", side_name(side), name, value,
                expected);
        exit(FAILED);
    }
}

/* ---- set ---- */

/* Older kernels give net.core to hosts that root made, and to no others. */
static bool has_net_core(const struct lab *lab)
{
    char value[64];
    struct error error;

    CHECK_CALL(lab_enter(lab, SIDE_SERVER, &error) == 0, &error);
    bool has = sysctl_read("net.core.somaxconn", value, sizeof value, &error) == 0;
    CHECK(has || (error.status == STATUS_MACHINE && strstr(error.hint, "as root") != NULL));
    CHECK_CALL(lab_leave(lab, &error) == 0, &error);
    return has;
}

static void each_host_gets_its_own(void)
{
    static struct sysctl_setting client[] = {
        {"net.ipv4.tcp_tw_reuse", "1"},
        {"net.ipv4.ip_local_port_range", "  20000\t 30000 "},
    };
    static struct sysctl_setting server[] = {
        {"net.ipv4.tcp_fin_timeout", "0x7"},
        {"net.ipv4.tcp_fin_timeout", "9"}, /* in order: the last one holds */
    };
    char before[64];
    char after[64];
    struct error error;

    prepare_or_skip();
    CHECK(sysctl_read("net.ipv4.tcp_fin_timeout", before, sizeof before, &error) == 0);
    struct lab *lab = lab_with(client, 2, server, 2, &error);
    CHECK_CALL(lab != NULL, &error);
    host_value_is(lab, SIDE_CLIENT, "net.ipv4.tcp_tw_reuse", "1");
    host_value_is(lab, SIDE_SERVER, "net.ipv4.tcp_tw_reuse", "2");
    host_value_is(lab, SIDE_CLIENT, "net.ipv4.ip_local_port_range", "20000 30000");
    host_value_is(lab, SIDE_SERVER, "net.ipv4.tcp_fin_timeout", "9");
    host_value_is(lab, SIDE_CLIENT, "net.ipv4.tcp_fin_timeout", "60");
    CHECK(sysctl_read("net.ipv4.tcp_fin_timeout", after, sizeof after, &error) == 0);
    CHECK(strcmp(before, after) == 0);
    lab_free(lab);
}

static void net_core_too(void)
{
    static struct sysctl_setting server[] = {{"net.core.somaxconn", "123"}};
    struct error error;

    prepare_or_skip();
    struct lab *lab = lab_with(NULL, 0, NULL, 0, &error);
    CHECK_CALL(lab != NULL, &error);
    bool has = has_net_core(lab);
    lab_free(lab);
    lab = lab_with(NULL, 0, server, 1, &error);
    CHECK((lab != NULL) == has);
    if (lab != NULL) {
        host_value_is(lab, SIDE_SERVER, "net.core.somaxconn", "123");
        lab_free(lab);
    }
}

static void a_newcomer_is_told_from_a_slip(void)
{
    static struct sysctl_setting server[] = {{"net.ipv4.tcp_tw_reuse_delay", "5000"}};
    struct error error;

    prepare_or_skip();
    struct lab *lab = lab_with(NULL, 0, server, 1, &error);
    if (lab == NULL) {
        CHECK(error.status == STATUS_MACHINE);
        CHECK(strstr(error.hint, "Linux 6.14") != NULL);
    } else {
        host_value_is(lab, SIDE_SERVER, "net.ipv4.tcp_tw_reuse_delay", "5000");
        lab_free(lab);
    }
}

static void the_users_bucket_limit_wins(void)
{
    static struct sysctl_setting server[] = {{"net.ipv4.tcp_max_tw_buckets", "10"}};
    struct error error;

    prepare_or_skip();
    struct lab *lab = lab_with(NULL, 0, server, 1, &error);
    CHECK_CALL(lab != NULL, &error);
    host_value_is(lab, SIDE_SERVER, "net.ipv4.tcp_max_tw_buckets", "10");
    host_value_is(lab, SIDE_CLIENT, "net.ipv4.tcp_max_tw_buckets", "262144");
    lab_free(lab);
}

/* ---- refused ---- */

static void bad_settings_are_refused(void)
{
    static struct {
        struct sysctl_setting sysctl;
        enum status status;
        const char *hint; /* part of it */
    } rows[] = {
        {{"net.ipv4.tcp_fin_timeout", "soon"}, STATUS_USAGE, ""},
        {{"net.ipv4.ip_local_port_range", "30000 20000"}, STATUS_USAGE, ""},
        {{"net.ipv4.ip_local_port_range", "1 99999999"}, STATUS_USAGE, ""},
        {{"net.ipv4.tcp_congestion_control", "no_such"}, STATUS_USAGE, "loads no module"},
        {{"net.ipv4.tcp_fin_timeout", "5 trailing"}, STATUS_USAGE, ""},
        {{"net.ipv4.tcp_fin_timeout", ""}, STATUS_USAGE, ""},
        {{"net.ipv4.tcp_fin_timout", "5"}, STATUS_USAGE, "net.ipv4.tcp_fin_timeout?"},
        {{"net.ipv44.tcp_fin_timeout", "5"}, STATUS_USAGE, "net.ipv4.tcp_fin_timeout?"},
        {{"net.ipv4.conf.lnk.rp_filter", "0"}, STATUS_USAGE, "write net.ipv4.conf.link.rp_filter"},
        {{"net.ipv4.nothing_like_it_at_all", "5"}, STATUS_MACHINE, "sysctl net.ipv4"},
        {{"net.ipv4.tcp_fin_timeout.more", "5"}, STATUS_USAGE, "whole machine"},
        {{"net.ipv4.conf", "5"}, STATUS_MACHINE, ""},
        {{"net.ipv4.tcp_max_orphans", "5"}, STATUS_USAGE, "whole machine"},
        {{"net.core.wmem_max", "65536"}, STATUS_USAGE, "whole machine"},
        {{"net.netfilter.nf_hooks_lwtunnel", "1"}, STATUS_USAGE, "whole machine"},
        {{"net.ipv4.ip_local_port_range", "1 65535"}, STATUS_USAGE, "ip_unprivileged_port_start"},
        {{"net.ipv4.tcp_ehash_entries", "5"}, STATUS_USAGE, "to read only"},
        {{"net.ipv4.tcp_tw_recycle", "1"}, STATUS_USAGE, "tcp_tw_reuse"},
        {{"net.ipv4..tcp_fin_timeout", "5"}, STATUS_USAGE, ""},
        {{"kernel.hostname", "x"}, STATUS_USAGE, ""},
    };

    prepare_or_skip();
    ino_t home = current_netns();
    int descriptors = open_descriptors();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct error error = {0};
        CHECK(lab_with(NULL, 0, &rows[i].sysctl, 1, &error) == NULL);
        if (error.status != rows[i].status || strstr(error.hint, rows[i].hint) == NULL ||
            strstr(error.what, "server host") == NULL ||
            strstr(error.what, rows[i].sysctl.name) == NULL) {
            fprintf(stderr, "%s=%s: status %d\n", rows[i].sysctl.name, rows[i].sysctl.value,
                    (int)error.status);
            error_print(&error, stderr);
            exit(FAILED);
        }
        CHECK(current_netns() == home);
        CHECK(open_descriptors() == descriptors);
    }
}

/* `number` as often as the sysctl takes one. */
static bool kernel_takes(const struct sysctl_info *info, int64_t number)
{
    char value[96] = "";
    struct error error;

    for (unsigned i = 0; i < info->numbers; i++) {
        size_t used = strlen(value);
        snprintf(value + used, sizeof value - used, "%lld ", (long long)number);
    }
    return sysctl_write(info->name, value, &error) == 0;
}

/* What the scenario refuses for the table's sake, this kernel refuses as well. */
static void what_lies_out_of_bounds_no_kernel_takes(void)
{
    struct error error;
    size_t tried = 0;

    prepare_or_skip();
    struct lab *lab = lab_with(NULL, 0, NULL, 0, &error);
    CHECK_CALL(lab != NULL, &error);
    CHECK_CALL(lab_enter(lab, SIDE_CLIENT, &error) == 0, &error);
    for (size_t i = 0; i < sysctl_count; i++) {
        const struct sysctl_info *info = &sysctl_table[i];
        char value[256];
        if (info->scope == SYSCTL_MACHINE || info->scope == SYSCTL_READ || info->numbers == 0 ||
            sysctl_read(info->name, value, sizeof value, &error) != 0) {
            continue;
        }
        if (kernel_takes(info, info->min - 1) || kernel_takes(info, info->max + 1) ||
            sysctl_check(info->name, value, &error) != 0) {
            fprintf(stderr, "%s: its bounds are not this kernel's\n", info->name);
            exit(FAILED);
        }
        tried++;
    }
    CHECK_CALL(lab_leave(lab, &error) == 0, &error);
    lab_free(lab);
    CHECK(tried > 30);
}

/* ---- the machine's own values ---- */

static const struct lab *tried_in;
static size_t tried;

/* One more, or one less where the kernel refuses that, than each number of `now`. */
static bool move_value(const char *name, const char *now)
{
    struct error error;

    for (int by = 1; by >= -1; by -= 2) {
        char value[256] = "";
        size_t used = 0;
        for (const char *at = now; *at != '\0' && used < sizeof value - 24;) {
            char *end;
            long long number = strtoll(at, &end, 10);
            if (end == at || (*end != ' ' && *end != '\0')) {
                return false;
            }
            used += (size_t)sprintf(value + used, "%lld ", number + by);
            at = *end == '\0' ? end : end + 1;
        }
        if (sysctl_write(name, value, &error) == 0) {
            return true;
        }
    }
    return false;
}

static void move_it_in_a_host(const char *name)
{
    char before[256];
    char now[256];
    char after[256];
    struct error error;

    if (sysctl_check_scope(name, &error) != 0 || sysctl_read(name, now, sizeof now, &error) != 0) {
        return;
    }
    CHECK_CALL(lab_leave(tried_in, &error) == 0, &error);
    bool at_home = sysctl_read(name, before, sizeof before, &error) == 0;
    CHECK_CALL(lab_enter(tried_in, SIDE_CLIENT, &error) == 0, &error);
    bool moved = move_value(name, now);
    CHECK_CALL(lab_leave(tried_in, &error) == 0, &error);
    if (at_home &&
        (sysctl_read(name, after, sizeof after, &error) != 0 || strcmp(before, after) != 0)) {
        fprintf(stderr, "%s of a lab is the machine's\n", name);
        exit(FAILED);
    }
    CHECK_CALL(lab_enter(tried_in, SIDE_CLIENT, &error) == 0, &error);
    tried += moved && at_home;
}

static int on_file(const char *path, const struct stat *status, int type, struct FTW *where)
{
    char name[256];

    (void)where;
    if (type == FTW_F && (status->st_mode & S_IWUSR) != 0) {
        snprintf(name, sizeof name, "%s", path + strlen("/proc/sys/"));
        for (char *at = name; *at != '\0'; at++) {
            *at = *at == '/' ? '.' : *at;
        }
        move_it_in_a_host(name);
    }
    return 0;
}

/* What the list of scopes lets through: whatever has a file that can be written in a host. */
static void no_value_of_the_machine_moves(void)
{
    struct error error;

    prepare_or_skip();
    struct lab *lab = lab_with(NULL, 0, NULL, 0, &error);
    CHECK_CALL(lab != NULL, &error);
    tried_in = lab;
    CHECK_CALL(lab_enter(lab, SIDE_CLIENT, &error) == 0, &error);
    CHECK(nftw("/proc/sys/net", on_file, 16, FTW_PHYS) == 0);
    CHECK_CALL(lab_leave(lab, &error) == 0, &error);
    lab_free(lab);
    CHECK(tried > 150);
}

static void a_host_lab_sets_nothing(void)
{
    static struct sysctl_setting sysctl = {"net.ipv4.tcp_fin_timeout", "7"};
    struct lab_config config = {.addresses = {1, 1}, .sysctl = {{0}, {1, &sysctl}}};
    char before[64];
    char after[64];
    struct error error;

    CHECK(sysctl_read(sysctl.name, before, sizeof before, &error) == 0);
    CHECK(lab_new(&config, &error) == NULL);
    CHECK(error.status == STATUS_USAGE);
    CHECK(sysctl_read(sysctl.name, after, sizeof after, &error) == 0);
    CHECK(strcmp(before, after) == 0);
}

static void long_values_do_not_overflow(void)
{
    char longest[8192];
    char tiny[2];
    struct error error;

    prepare_or_skip();
    struct lab *lab = lab_with(NULL, 0, NULL, 0, &error);
    CHECK_CALL(lab != NULL, &error);
    memset(longest, '1', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    CHECK(lab_enter(lab, SIDE_CLIENT, &error) == 0);
    CHECK(sysctl_read("net.ipv4.tcp_max_tw_buckets", tiny, sizeof tiny, &error) == -1);
    CHECK(error.status == STATUS_MACHINE);
    CHECK(sysctl_write("net.ipv4.tcp_fin_timeout", longest, &error) == -1);
    CHECK(error.status == STATUS_USAGE);
    CHECK(sysctl_write(longest, "1", &error) == -1);
    CHECK(error.status == STATUS_USAGE);
    lab_free(lab);
}

/* ---- names ---- */

static void names_have_a_form(void **state)
{
    static const char *const good[] = {
        "net.ipv4.tcp_fin_timeout",
        "net.core.somaxconn",
        "net.ipv4.conf.veth-1.rp_filter",
    };
    static const char *const bad[] = {
        "",        "net",         "net.",       "net..ipv4",    "net.ipv4.",   "net.../sys",
        ".net.ip", "kernel.core", "netx.ipv4",  "net/ipv4",     "net.a/b",     "net.a b",
        "net.a\n", "net.a\tb",    "net.ipv4..", "net.\xc3\xa9", "Net.ipv4.tcp"};
    (void)state;

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(sysctl_name_ok(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(sysctl_name_ok(bad[i]));
    }
}

/* ---- listing ---- */

struct listing {
    char last[256];
    size_t count;
    bool fin_timeout;
    bool somaxconn;
};

static void on_value(void *context, const char *name, const char *value)
{
    struct listing *listing = context;

    CHECK(strcmp(listing->last, name) < 0);
    CHECK(strpbrk(value, "\t\n") == NULL);
    CHECK(strcmp(name, "net.ipv4.tcp_fastopen_key") != 0);
    CHECK(strncmp(name, "net.ipv4.conf", strlen("net.ipv4.conf")) != 0);
    snprintf(listing->last, sizeof listing->last, "%s", name);
    listing->count++;
    if (strcmp(name, "net.ipv4.tcp_fin_timeout") == 0) {
        listing->fin_timeout = true;
        CHECK(strcmp(value, "17") == 0);
    }
    if (strcmp(name, "net.core.somaxconn") == 0) {
        listing->somaxconn = true;
    }
}

static void a_hosts_values_are_listed(void)
{
    static struct sysctl_setting client[] = {{"net.ipv4.tcp_fin_timeout", "17"}};
    struct listing listing = {0};
    struct error error;

    prepare_or_skip();
    struct lab *lab = lab_with(client, 1, NULL, 0, &error);
    CHECK_CALL(lab != NULL, &error);
    CHECK_CALL(lab_enter(lab, SIDE_CLIENT, &error) == 0, &error);
    CHECK_CALL(sysctl_each(on_value, &listing, &error) == 0, &error);
    CHECK_CALL(lab_leave(lab, &error) == 0, &error);
    CHECK(listing.fin_timeout && listing.somaxconn == has_net_core(lab));
    CHECK(listing.count > 50);
    lab_free(lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        AS_SELF(each_host_gets_its_own),
        AS_NOBODY(each_host_gets_its_own),
        AS_SELF(net_core_too),
        AS_NOBODY(net_core_too),
        AS_SELF(a_newcomer_is_told_from_a_slip),
        AS_SELF(the_users_bucket_limit_wins),
        AS_NOBODY(the_users_bucket_limit_wins),
        AS_SELF(bad_settings_are_refused),
        AS_NOBODY(bad_settings_are_refused),
        AS_SELF(what_lies_out_of_bounds_no_kernel_takes),
        AS_SELF(no_value_of_the_machine_moves),
        AS_NOBODY(no_value_of_the_machine_moves),
        AS_SELF(a_host_lab_sets_nothing),
        AS_SELF(long_values_do_not_overflow),
        cmocka_unit_test(names_have_a_form),
        AS_SELF(a_hosts_values_are_listed),
        AS_NOBODY(a_hosts_values_are_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
