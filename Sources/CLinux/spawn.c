#define _GNU_SOURCE
#include "clinux_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE 2U
#endif
#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

enum { first_free = 5 };

// Never above the hard limit of the caller, which only root could pass.
static int set_limit(int resource, uint64_t soft, uint64_t hard) {
    struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard}, now;
    if (getrlimit(resource, &now) == 0 && now.rlim_max < limit.rlim_max) {
        limit.rlim_max = now.rlim_max;
        if (limit.rlim_cur > limit.rlim_max) limit.rlim_cur = limit.rlim_max;
    }
    return setrlimit(resource, &limit);
}

// RLIMIT_CPU's hard end stays open: it counts over the life of the process, dcmfs raises the soft end per request.
static int set_limits(const struct CLinux_worker *worker) {
    if (worker->address_space > 0 && set_limit(RLIMIT_AS, worker->address_space, worker->address_space) < 0) return -1;
    if (set_limit(RLIMIT_CPU, worker->cpu_seconds, RLIM_INFINITY) < 0) return -1;
    if (set_limit(RLIMIT_NOFILE, worker->descriptors, worker->descriptors) < 0) return -1;
    if (set_limit(RLIMIT_CORE, 0, 0) < 0) return -1;
    return set_limit(RLIMIT_FSIZE, 0, 0);
}

static void close_from(unsigned first) {
    if (syscall(SYS_close_range, first, ~0U, 0) == 0) return;
    const long end = sysconf(_SC_OPEN_MAX);
    for (long i = first; i < (end > 0 ? end : 1024); i++) close((int)i);
}

// Copies everything above the places it will go to, then puts each in its place: no order of numbers can collide.
static int place_descriptors(const struct CLinux_worker *worker) {
    const int executable = fcntl(worker->executable, F_DUPFD_CLOEXEC, first_free);
    const int socket = fcntl(worker->socket, F_DUPFD_CLOEXEC, first_free);
    const int memory = fcntl(worker->memory, F_DUPFD_CLOEXEC, first_free);
    const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    const int null = nothing < 0 ? -1 : fcntl(nothing, F_DUPFD_CLOEXEC, first_free);
    if (executable < 0 || socket < 0 || memory < 0 || null < 0) return -1;
    if (worker->error_output == 2) {
        if (fcntl(2, F_SETFD, 0) < 0) return -1;
    } else if (dup2(worker->error_output < 0 ? null : worker->error_output, 2) < 0) {
        return -1;
    }
    if (dup2(null, 0) < 0 || dup2(null, 1) < 0) return -1;
    if (dup2(socket, CLINUX_WORKER_SOCKET) < 0 || dup2(memory, CLINUX_WORKER_MEMORY) < 0) return -1;
    if (dup3(executable, first_free, O_CLOEXEC) < 0 && executable != first_free) return -1;
    close_from(first_free + 1);
    return 0;
}

// Runs in the child of vfork, in the parent's memory: system calls only, nothing but `error` is written.
__attribute__((noreturn)) static void run_child(
    const struct CLinux_worker *worker, const char *const *argv, const char *const *envp, volatile int *error) {
    // Handlers are the child's own copy; ignored signals would otherwise stay ignored over the exec.
    struct sigaction standard = {.sa_handler = SIG_DFL};
    for (int i = 1; i < NSIG; i++) sigaction(i, &standard, NULL);
    sigset_t none;
    sigemptyset(&none);

    // A session of its own: Ctrl-C on the terminal is for dcmfs to handle, not for the workers.
    setsid();
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
        place_descriptors(worker) == 0 && set_limits(worker) == 0) {
        sigprocmask(SIG_SETMASK, &none, NULL);
        syscall(SYS_execveat, first_free, "", argv, envp, AT_EMPTY_PATH);
    }
    *error = errno;
    _exit(127);
}

pid_t CLinux_spawn(const struct CLinux_worker *worker, const char *const *argv, const char *const *envp) {
    volatile int error = 0;
    sigset_t all, before;
    sigfillset(&all);
    // No handler of ours may run in the child while it borrows this memory.
    pthread_sigmask(SIG_SETMASK, &all, &before);
    // vfork, not fork: nothing is copied, however large the index or the cache of the daemon.
    const pid_t pid = vfork();
    if (pid == 0) run_child(worker, argv, envp, &error);
    const int failed = pid < 0 ? errno : error;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (pid > 0 && failed != 0) {
        // It has left by _exit already: vfork returns after that.
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
    }
    return failed != 0 ? -failed : pid;
}

int CLinux_open_program(const char *path) {
    const int descriptor = open(path, O_PATH | O_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

void CLinux_become_helper_thread(const char *name) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    pthread_setname_np(pthread_self(), name);
}

// Kernels before 5.9 lack close_range, those of old container runtimes refuse it.
static int own_table(unsigned first_left_out) {
    if (syscall(SYS_close_range, first_left_out, ~0U, CLOSE_RANGE_UNSHARE) == 0) return 0;
    if (unshare(CLONE_FILES) < 0) return -errno;
    close_from(first_left_out);
    return 0;
}

int CLinux_own_descriptors(int kept) {
    // Whatever lies above `kept` is not copied at all: closing a copy costs a round trip (FLUSH) on network filesystems.
    const int separated = own_table((unsigned)kept + 1);
    if (separated < 0) return separated;
    // Not even standard error: who waits for its end would wait for this thread.
    for (int i = 0; i < kept; i++) close(i);
    return 0;
}

int CLinux_pidfd(pid_t pid) {
    const long descriptor = syscall(SYS_pidfd_open, pid, 0);
    return descriptor < 0 ? -errno : (int)descriptor;
}

int CLinux_reap(pid_t pid) {
    int status = 0;
    for (;;) {
        const pid_t ended = waitpid(pid, &status, WNOHANG);
        if (ended == pid) return status;
        if (ended == 0) return -EAGAIN;
        if (errno != EINTR) return -errno;
    }
}

int CLinux_exit_code(int status) { return status >= 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1; }
int CLinux_term_signal(int status) { return status >= 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0; }
