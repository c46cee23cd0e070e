#define _GNU_SOURCE
#include "clinux_sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

int CLinux_is_sanitized(void) { return SANITIZED; }

// Only the soft end moves: the hard one could never be raised again without a capability.
static int move_soft_limit(int pid, int resource, uint64_t value) {
    struct rlimit limit;
    if (prlimit(pid, resource, NULL, &limit) < 0) return -errno;
    limit.rlim_cur = value > limit.rlim_max ? limit.rlim_max : value;
    return prlimit(pid, resource, &limit, NULL) < 0 ? -errno : 0;
}

int CLinux_limit_cpu_of(int pid, uint64_t seconds) { return move_soft_limit(pid, RLIMIT_CPU, seconds); }

int CLinux_limit_address_space_of(int pid, uint64_t bytes) { return move_soft_limit(pid, RLIMIT_AS, bytes); }

// 0 where there is no such clock.
static uint64_t microseconds(clockid_t clock) {
    struct timespec t = {0};
    if (clock_gettime(clock, &t) < 0) return 0;
    return (uint64_t)t.tv_sec * 1000000U + (uint64_t)t.tv_nsec / 1000U;
}

// RLIMIT_CPU counts user and system time as the scheduler's ticks charge them, which on a busy machine run seconds ahead of the exact
// CLOCK_PROCESS_CPUTIME_ID (or behind it). This is their clock: the kernel's MAKE_PROCESS_CPUCLOCK(pid, CPUCLOCK_PROF).
static clockid_t charged_time(int pid) { return (clockid_t)(~(unsigned)pid << 3); }

uint64_t CLinux_cpu_time_of(int pid) {
    clockid_t clock;
    return clock_getcpuclockid(pid, &clock) == 0 ? microseconds(clock) : 0;
}
uint64_t CLinux_charged_cpu_time_of(int pid) {
    const uint64_t charged = microseconds(charged_time(pid)), exact = CLinux_cpu_time_of(pid);
    return charged > exact ? charged : exact;
}
uint64_t CLinux_monotonic_time(void) { return microseconds(CLOCK_MONOTONIC); }

uint64_t CLinux_address_space(void) {
    char text[64] = {0};
    const int descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return 0;
    const ssize_t n = read(descriptor, text, sizeof text - 1);
    close(descriptor);
    if (n <= 0) return 0;
    return strtoull(text, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

int64_t CLinux_file_size(int descriptor) {
    struct stat status;
    if (syscall(SYS_fstat, descriptor, &status) < 0) return -errno;
    return S_ISREG(status.st_mode) ? status.st_size : -EINVAL;
}

void CLinux_prefer_for_oom(void) {
    const int descriptor = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    const ssize_t written = write(descriptor, "800", 3);
    (void)written;
    close(descriptor);
}

int CLinux_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? -errno : 0; }

// Version 3 of the interface: two words of 32 capabilities each.
int CLinux_drop_capabilities(void) {
    // Without CAP_SETPCAP the bounding set stays; no_new_privs lets no program gain from it.
    for (unsigned long capability = 0; capability < 64; capability++) {
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0 && errno == EINVAL) break;
    }
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[2];
    memset(sets, 0, sizeof sets);
    if (syscall(SYS_capset, &header, sets) < 0) return -errno;
    if (syscall(SYS_capget, &header, sets) < 0) return -errno;
    for (int i = 0; i < 2; i++) {
        if (sets[i].effective != 0 || sets[i].permitted != 0 || sets[i].inheritable != 0) return -EPERM;
    }
    return 0;
}

void CLinux_trim(void) { malloc_trim(0); }

void CLinux_keep_memory(size_t bytes) {
    const int most = bytes > 1 << 30 ? 1 << 30 : (int)bytes;
    /* glibc takes no threshold above 32 MiB. */
    mallopt(M_MMAP_THRESHOLD, most / 2 < 32 << 20 ? most / 2 : 32 << 20);
    mallopt(M_TRIM_THRESHOLD, most);
}
