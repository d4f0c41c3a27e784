#include "finwait/lab_plan.h"

#include <arpa/inet.h>
#include <string.h>

const struct lab_plan lab_plans[LAB_PLAN_N] = {
    [LAB_V4] = {.family = AF_INET,
                .size = sizeof(struct in_addr),
                .block_bits = 16,
                .block = {[SIDE_CLIENT] = "198.18.0.0", [SIDE_SERVER] = "198.19.0.0"},
                .address = {[SIDE_CLIENT] = "198.18.0.1", [SIDE_SERVER] = "198.19.0.1"}},
    [LAB_V6] = {.family = AF_INET6,
                .size = sizeof(struct in6_addr),
                .block_bits = 64,
                .block = {[SIDE_CLIENT] = "2001:2:0:1::", [SIDE_SERVER] = "2001:2:0:2::"},
                .address = {[SIDE_CLIENT] = "2001:2:0:1::1", [SIDE_SERVER] = "2001:2:0:2::1"}},
};

bool lab_plan_owner(const struct address *address, enum side *owner)
{
    bool v6 = address_family(address) == AF_INET6;
    const struct lab_plan *plan = &lab_plans[v6 ? LAB_V6 : LAB_V4];
    const void *bytes = v6 ? (const void *)&address->in6.sin6_addr : &address->in.sin_addr;

    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        uint8_t block[sizeof(struct in6_addr)];
        inet_pton(plan->family, plan->block[side], block);
        if (memcmp(bytes, block, plan->block_bits / 8) == 0) {
            if (owner != NULL) {
                *owner = side;
            }
            return true;
        }
    }
    return false;
}
