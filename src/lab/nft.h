#ifndef FINWAIT_LAB_NFT_H
#define FINWAIT_LAB_NFT_H

#include "finwait/error.h"

/*
 * Have nftables (libnftables(3)) do `commands`, in nft(8)'s words, in the calling thread's
 * namespace: all of them or, with STATUS_MACHINE, none.
 */
int nft_run(const char *commands, struct error *error);

#endif
