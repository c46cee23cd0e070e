#define _GNU_SOURCE
#include "clinux_sandbox.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Numbers and bits stand here because build machines have older headers than the kernels dcmfs runs on
// (Documentation/userspace-api/landlock.rst; system call numbers are the same on every architecture).
enum { create_ruleset = 444, restrict_self = 446, version_flag = 1 };

struct ruleset {
    uint64_t filesystem;
    uint64_t network;
    uint64_t scopes;
};

int CLinux_landlock_abi(void) {
    const long abi = syscall(create_ruleset, NULL, (size_t)0, version_flag);
    return abi > 0 ? (int)abi : 0;
}

static struct ruleset everything(int abi) {
    struct ruleset rules = {.filesystem = (1ULL << 13) - 1};   // ABI 1: execute ... make symbolic links
    if (abi >= 2) rules.filesystem |= 1ULL << 13;              // refer
    if (abi >= 3) rules.filesystem |= 1ULL << 14;              // truncate
    if (abi >= 4) rules.network = 3;                           // bind and connect TCP
    if (abi >= 5) rules.filesystem |= 1ULL << 15;              // ioctl of devices
    if (abi >= 6) rules.scopes = 3;                            // abstract unix sockets, signals
    return rules;
}

int CLinux_landlock(void) {
    const int abi = CLinux_landlock_abi();
    if (abi == 0) return 0;
    const struct ruleset rules = everything(abi);
    // Kernels accept a longer structure than they know as long as the rest is zero.
    const long descriptor = syscall(create_ruleset, &rules, sizeof rules, 0);
    if (descriptor < 0) return -errno;
    const long entered = syscall(restrict_self, (int)descriptor, 0);
    const int error = errno;
    close((int)descriptor);
    return entered < 0 ? -error : abi;
}
