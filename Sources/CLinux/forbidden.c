#define _GNU_SOURCE
#include "clinux_sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#endif

static long try_files(int what, int descriptor) {
    switch (what) {
    case CLINUX_TRY_OPEN: return syscall(SYS_openat, AT_FDCWD, "/etc/hostname", O_RDONLY, 0);
    case CLINUX_TRY_OPENAT2: return syscall(SYS_openat2, AT_FDCWD, "/etc/hostname", NULL, 0);
    case CLINUX_TRY_FCHMOD: return syscall(SYS_fchmod, descriptor, 0777);
    case CLINUX_TRY_FUTIMENS: return syscall(SYS_utimensat, descriptor, NULL, NULL, 0);
    case CLINUX_TRY_FTRUNCATE: return syscall(SYS_ftruncate, descriptor, 0);
    case CLINUX_TRY_FSETXATTR: return syscall(SYS_fsetxattr, descriptor, "user.dcmfs", "x", 1, 0);
    case CLINUX_TRY_WRITE_ELSEWHERE: return syscall(SYS_write, descriptor, "x", 1);
    case CLINUX_TRY_UNLINK: return syscall(SYS_unlinkat, AT_FDCWD, "/nonexistent", 0);
    case CLINUX_TRY_STAT: {
        struct stat status;
        return syscall(SYS_newfstatat, AT_FDCWD, "/etc/hostname", &status, 0);
    }
    case CLINUX_TRY_IOCTL: return syscall(SYS_ioctl, descriptor, 0x5401, NULL);
    default: errno = EINVAL; return -1;
    }
}

// Its own process: what a worker could loosen about itself.
static long try_itself(int what) {
    switch (what) {
    case CLINUX_TRY_SET_LIMIT: {
        const struct rlimit limit = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
        return syscall(SYS_prlimit64, 0, RLIMIT_CPU, &limit, NULL);
    }
    case CLINUX_TRY_GET_LIMIT: {
        struct rlimit limit;
        return syscall(SYS_prlimit64, 0, RLIMIT_CPU, NULL, &limit);
    }
    case CLINUX_TRY_PRCTL: return syscall(SYS_prctl, PR_SET_PDEATHSIG, 0, 0, 0, 0);
    case CLINUX_TRY_MADVISE_FORK:
    case CLINUX_TRY_MADVISE_POISON: {
        void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return syscall(SYS_madvise, page, 4096, what == CLINUX_TRY_MADVISE_FORK ? MADV_DONTFORK : MADV_HWPOISON);
    }
    case CLINUX_TRY_HANDLE_SIGNAL: {
        const struct sigaction ignore = {.sa_handler = SIG_IGN};
        return sigaction(SIGXCPU, &ignore, NULL);
    }
    case CLINUX_TRY_BLOCK_SIGNALS: {
        sigset_t all;
        sigfillset(&all);
        return sigprocmask(SIG_SETMASK, &all, NULL);
    }
    case CLINUX_TRY_CAPABILITIES: {
        struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
        struct __user_cap_data_struct sets[2] = {{.effective = ~0U, .permitted = ~0U}, {.effective = ~0U, .permitted = ~0U}};
        return syscall(SYS_capset, &header, sets);
    }
    default: errno = EINVAL; return -1;
    }
}

static long try_processes(int what) {
    static const char *const nothing[] = {NULL};
    switch (what) {
    case CLINUX_TRY_SOCKET_UDP: return syscall(SYS_socket, AF_INET, SOCK_DGRAM, 0);
    case CLINUX_TRY_SOCKET_UNIX: return syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
    case CLINUX_TRY_FORK: {
        const long pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0);
        if (pid == 0) _exit(0);
        return pid;
    }
    case CLINUX_TRY_THREAD: return syscall(SYS_clone, CLONE_VM | CLONE_THREAD | CLONE_SIGHAND, NULL, NULL, NULL, 0);
    case CLINUX_TRY_EXEC: return syscall(SYS_execve, "/bin/true", nothing, nothing);
    case CLINUX_TRY_PTRACE: return syscall(SYS_ptrace, PTRACE_TRACEME, 0, NULL, NULL);
    case CLINUX_TRY_KILL_OTHER: return syscall(SYS_kill, 1, 0);
    case CLINUX_TRY_EXECUTABLE_MEMORY:
        return syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    case CLINUX_TRY_MAKE_EXECUTABLE: {
        void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return syscall(SYS_mprotect, page, 4096, PROT_READ | PROT_EXEC);
    }
    case CLINUX_TRY_LIMIT_OTHER: return syscall(SYS_prlimit64, 1, RLIMIT_NOFILE, NULL, NULL);
    case CLINUX_TRY_IO_URING: return syscall(SYS_io_uring_setup, 1, NULL);
    case CLINUX_TRY_X32: return syscall(0x40000000L | 39L);
    default: errno = EINVAL; return -1;
    }
}

void CLinux_pause(int milliseconds) {
    const struct timespec rest = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000L};
    uint32_t word = 0;
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &rest, NULL, 0);
}

long CLinux_try_forbidden(int what, int descriptor) {
    errno = 0;
    if (what >= CLINUX_TRY_SET_LIMIT) {
        const long result = try_itself(what);
        return result < 0 && errno != 0 ? -errno : result;
    }
    const long result = (what <= CLINUX_TRY_FCHMOD || (what >= CLINUX_TRY_FUTIMENS && what <= CLINUX_TRY_UNLINK) ||
                         what == CLINUX_TRY_STAT || what == CLINUX_TRY_IOCTL || what == CLINUX_TRY_OPENAT2)
        ? try_files(what, descriptor)
        : try_processes(what);
    return result < 0 && errno != 0 ? -errno : result;
}
