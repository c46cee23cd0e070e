#ifndef DCMFS_CLinux_sandbox_H
#define DCMFS_CLinux_sandbox_H
#include <stddef.h>
#include <stdint.h>

// 0 where the kernel has no Landlock, else its ABI version.
int CLinux_landlock_abi(void);

// Denies this process every file system, network and signal access that Landlock can deny, at the level the kernel has.
// Returns the ABI level in force (0: not available), else -errno.
int CLinux_landlock(void);

// Installs the allow-list of system calls (docs in seccomp.c). `socket` is the only descriptor that may be sent to.
// Returns 0, else -errno (-ENOSYS where this architecture has no list).
int CLinux_seccomp(int socket);

// 1 when this build runs under a sanitizer, which needs address space and system calls that the sandbox denies.
int CLinux_is_sanitized(void);

// Soft limits of a worker, set by dcmfs: the worker itself may change none. Returns 0, else -errno.
int CLinux_limit_cpu_of(int pid, uint64_t seconds);
int CLinux_limit_address_space_of(int pid, uint64_t bytes);

// Exact processor time of a process in microseconds; 0 where there is none such.
uint64_t CLinux_cpu_time_of(int pid);
// The same, or what RLIMIT_CPU has counted for it where that is more.
uint64_t CLinux_charged_cpu_time_of(int pid);
// Monotonic clock in microseconds.
uint64_t CLinux_monotonic_time(void);
// Size of this process's address space in bytes, from /proc/self/statm; 0 when that cannot be read.
uint64_t CLinux_address_space(void);
// Size of a regular file by its descriptor through the plain fstat call (glibc's own takes a path and is not allowed in the
// sandbox); -errno, or -EINVAL for anything that is not a regular file.
int64_t CLinux_file_size(int descriptor);
// Makes the kernel end this process before others when memory runs out.
void CLinux_prefer_for_oom(void);
// Gives up every capability for good: permitted, effective, inheritable, ambient, and the bounding set where that is allowed.
// Returns 0, else -errno.
int CLinux_drop_capabilities(void);
// No core dump of any kind: RLIMIT_CORE 0 alone does not stop one that core_pattern pipes to a program.
int CLinux_forbid_dumps(void);
// Gives freed memory back to the kernel.
void CLinux_trim(void);
// Keeps up to so many freed bytes for the next allocations instead of giving each back: fetching a page anew from the kernel costs
// more than drawing into it.
void CLinux_keep_memory(size_t bytes);

// System calls that the sandbox must refuse, for its tests. Each returns its result, else -errno.
enum CLinux_forbidden {
    CLINUX_TRY_OPEN = 0,
    CLINUX_TRY_FCHMOD = 1,
    CLINUX_TRY_SOCKET_UDP = 2,
    CLINUX_TRY_SOCKET_UNIX = 3,
    CLINUX_TRY_FORK = 4,
    CLINUX_TRY_EXEC = 5,
    CLINUX_TRY_PTRACE = 6,
    CLINUX_TRY_KILL_OTHER = 7,
    CLINUX_TRY_EXECUTABLE_MEMORY = 8,
    CLINUX_TRY_MAKE_EXECUTABLE = 9,
    CLINUX_TRY_FUTIMENS = 10,
    CLINUX_TRY_FTRUNCATE = 11,
    CLINUX_TRY_FSETXATTR = 12,
    CLINUX_TRY_WRITE_ELSEWHERE = 13,
    CLINUX_TRY_UNLINK = 14,
    CLINUX_TRY_LIMIT_OTHER = 15,
    CLINUX_TRY_STAT = 16,
    CLINUX_TRY_IOCTL = 17,
    CLINUX_TRY_IO_URING = 18,
    CLINUX_TRY_X32 = 19,
    CLINUX_TRY_OPENAT2 = 20,
    CLINUX_TRY_THREAD = 21,
    CLINUX_TRY_SET_LIMIT = 22,
    CLINUX_TRY_GET_LIMIT = 23,
    CLINUX_TRY_PRCTL = 24,
    CLINUX_TRY_MADVISE_FORK = 25,
    CLINUX_TRY_MADVISE_POISON = 26,
    CLINUX_TRY_HANDLE_SIGNAL = 27,
    CLINUX_TRY_BLOCK_SIGNALS = 28,
    CLINUX_TRY_CAPABILITIES = 29,
    CLINUX_TRY_COUNT = 30,
};
long CLinux_try_forbidden(int what, int descriptor);
// Waits in the only way that the sandbox leaves, for its tests.
void CLinux_pause(int milliseconds);

#endif
