#define _GNU_SOURCE
#include "clinux_sandbox.h"

#include <errno.h>
#include <fcntl.h>
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

int CLinux_limit_cpu(uint64_t seconds) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_CPU, &limit) < 0) return -errno;
    limit.rlim_cur = seconds;
    return setrlimit(RLIMIT_CPU, &limit) < 0 ? -errno : 0;
}

int CLinux_limit_address_space(uint64_t bytes, int hard) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) < 0) return -errno;
    limit.rlim_cur = bytes > limit.rlim_max ? limit.rlim_max : bytes;
    if (hard) limit.rlim_max = limit.rlim_cur;
    return setrlimit(RLIMIT_AS, &limit) < 0 ? -errno : 0;
}

// 0 where there is no such clock.
static uint64_t microseconds(clockid_t clock) {
    struct timespec t = {0};
    if (clock_gettime(clock, &t) < 0) return 0;
    return (uint64_t)t.tv_sec * 1000000U + (uint64_t)t.tv_nsec / 1000U;
}

// RLIMIT_CPU counts user and system time as the scheduler's ticks charge them, which on a busy machine run seconds ahead of the exact
// CLOCK_PROCESS_CPUTIME_ID (or behind it). This is their clock: the kernel's MAKE_PROCESS_CPUCLOCK(0, CPUCLOCK_PROF).
static const clockid_t charged_time = (clockid_t)(~0U << 3);

uint64_t CLinux_cpu_time(void) {
    const uint64_t charged = microseconds(charged_time), exact = microseconds(CLOCK_PROCESS_CPUTIME_ID);
    return charged > exact ? charged : exact;
}
uint64_t CLinux_cpu_time_of(int pid) {
    clockid_t clock;
    return clock_getcpuclockid(pid, &clock) == 0 ? microseconds(clock) : 0;
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

void CLinux_trim(void) { malloc_trim(0); }

void CLinux_keep_memory(size_t bytes) {
    const int most = bytes > 1 << 30 ? 1 << 30 : (int)bytes;
    /* glibc takes no threshold above 32 MiB. */
    mallopt(M_MMAP_THRESHOLD, most / 2 < 32 << 20 ? most / 2 : 32 << 20);
    mallopt(M_TRIM_THRESHOLD, most);
}
