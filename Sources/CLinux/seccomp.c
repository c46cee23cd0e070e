#define _GNU_SOURCE
#include "clinux_sandbox.h"

// The allow-list of a worker. It may read what it was handed, answer on its own socket, manage its memory and end.
//   allowed       reading by descriptor, one socket, anonymous and read-only memory, clocks, exit
//   EPERM         what a C library probes for by itself and survives without (opening locale files, isatty, reading limits, ...)
//   anything else ends the process with SIGSYS
// Limits are set from outside, and no signal can be caught or blocked: SIGXCPU ends what would ignore them.
// A read-only descriptor alone would still allow fchmod, futimens, fsetxattr and ioctl, hence no list of forbidden calls.

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifdef ARCHITECTURE

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the low half of an argument is read at its first byte"
#endif

#ifndef SECCOMP_RET_KILL_PROCESS
#define SECCOMP_RET_KILL_PROCESS 0x80000000U
#endif

#define FIELD(name) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, name))
#define ARGUMENT(n) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + (n) * 8)
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, (value))
#define UNLESS_EQUAL_SKIP(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (skip))

#define ALLOW(call) UNLESS_EQUAL_SKIP(SYS_##call, 1), RETURN(SECCOMP_RET_ALLOW)
#define REFUSE(call) UNLESS_EQUAL_SKIP(SYS_##call, 1), RETURN(SECCOMP_RET_ERRNO | EPERM)
// The low 32 bits of argument n must equal `value`; the kernel looks at no others for the int arguments used here.
#define ALLOW_IF(call, n, value)                                                                                       \
    UNLESS_EQUAL_SKIP(SYS_##call, 4), ARGUMENT(n), UNLESS_EQUAL_SKIP((value), 1), RETURN(SECCOMP_RET_ALLOW),           \
        RETURN(SECCOMP_RET_KILL_PROCESS)
#define ALLOW_UNLESS_BITS(call, n, bits)                                                                               \
    UNLESS_EQUAL_SKIP(SYS_##call, 4), ARGUMENT(n), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), 1, 0),                 \
        RETURN(SECCOMP_RET_ALLOW), RETURN(SECCOMP_RET_KILL_PROCESS)

static int install(struct sock_filter *filter, size_t count) {
    const struct sock_fprog program = {.len = (unsigned short)count, .filter = filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -errno;
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0) return -errno;
    return 0;
}

int CLinux_seccomp(int socket) {
    const unsigned channel = (unsigned)socket;
    const unsigned self = (unsigned)getpid();
    struct sock_filter filter[] = {
        FIELD(arch),
        UNLESS_EQUAL_SKIP(ARCHITECTURE, 1),
        BPF_STMT(BPF_JMP | BPF_JA, 1),
        RETURN(SECCOMP_RET_KILL_PROCESS),
        FIELD(nr),
#ifdef __x86_64__
        // x32 calls have bit 30 set and other tables.
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000U, 0, 1),
        RETURN(SECCOMP_RET_KILL_PROCESS),
#endif
        // hot first
        ALLOW(pread64),
        ALLOW(close),
        ALLOW_IF(recvmsg, 0, channel),
        ALLOW_IF(sendmsg, 0, channel),
        ALLOW(fstat),
        ALLOW(lseek),
        ALLOW(read),
        ALLOW(clock_gettime),
        ALLOW(getrusage),
        // memory, never executable
        ALLOW_UNLESS_BITS(mmap, 2, PROT_EXEC),
        ALLOW_UNLESS_BITS(mprotect, 2, PROT_EXEC),
        ALLOW(munmap),
        ALLOW(mremap),
        // what the allocator gives back, nothing else
        UNLESS_EQUAL_SKIP(SYS_madvise, 5), ARGUMENT(2), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MADV_DONTNEED, 1, 0),
        UNLESS_EQUAL_SKIP(MADV_FREE, 1), RETURN(SECCOMP_RET_ALLOW), RETURN(SECCOMP_RET_KILL_PROCESS),
        ALLOW(brk),
        ALLOW(futex),
        ALLOW(getrandom),
        // last words of the Swift runtime and the C library go to descriptor 2
        UNLESS_EQUAL_SKIP(SYS_write, 5), ARGUMENT(0), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 2, 1, 0),
        UNLESS_EQUAL_SKIP(channel, 1), RETURN(SECCOMP_RET_ALLOW), RETURN(SECCOMP_RET_KILL_PROCESS),
        UNLESS_EQUAL_SKIP(SYS_writev, 5), ARGUMENT(0), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 2, 1, 0),
        UNLESS_EQUAL_SKIP(channel, 1), RETURN(SECCOMP_RET_ALLOW), RETURN(SECCOMP_RET_KILL_PROCESS),
        ALLOW(getpid),
        ALLOW(gettid),
        ALLOW_IF(tgkill, 0, self), // abort()
        ALLOW(sched_yield),
        ALLOW(restart_syscall),
        ALLOW(exit),
        ALLOW(exit_group),
        // probes
        REFUSE(openat),
        REFUSE(newfstatat),
        REFUSE(readlinkat),
        REFUSE(faccessat),
        REFUSE(ioctl),
        REFUSE(fcntl),
        REFUSE(prctl),
        REFUSE(rt_sigaction),
        REFUSE(rt_sigprocmask),
        REFUSE(sigaltstack),
        // reading a limit is a probe (the new one, argument 2, is NULL), setting one is not
        UNLESS_EQUAL_SKIP(SYS_prlimit64, 4), ARGUMENT(2), UNLESS_EQUAL_SKIP(0, 1), RETURN(SECCOMP_RET_ERRNO | EPERM),
        RETURN(SECCOMP_RET_KILL_PROCESS),
#ifdef SYS_getrlimit
        REFUSE(getrlimit),
#endif
        REFUSE(uname),
        REFUSE(sched_getaffinity),
        REFUSE(sysinfo),
#ifdef SYS_open
        REFUSE(open),
        REFUSE(stat),
        REFUSE(lstat),
        REFUSE(access),
        REFUSE(readlink),
#endif
        RETURN(SECCOMP_RET_KILL_PROCESS),
    };
    return install(filter, sizeof filter / sizeof filter[0]);
}

#else

int CLinux_seccomp(int socket) {
    (void)socket;
    return -ENOSYS;
}

#endif
