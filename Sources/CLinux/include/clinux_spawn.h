#ifndef DCMFS_CLinux_spawn_H
#define DCMFS_CLinux_spawn_H
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// The descriptors a worker is born with, besides /dev/null on 0 and 1 (and 2, unless it may speak).
#define CLINUX_WORKER_SOCKET 3
#define CLINUX_WORKER_MEMORY 4

struct CLinux_worker {
    int executable;         // O_PATH descriptor of the program
    int socket;             // becomes CLINUX_WORKER_SOCKET
    int memory;             // becomes CLINUX_WORKER_MEMORY
    int error_output;       // becomes descriptor 2; negative: /dev/null
    uint64_t address_space; // RLIMIT_AS in bytes, 0: unlimited (sanitizers)
    uint64_t cpu_seconds;   // soft RLIMIT_CPU until dcmfs raises it for the first request
    uint64_t descriptors;   // RLIMIT_NOFILE
};

// Starts a worker: limits, no_new_privs, death with the calling thread, no other descriptors, then execveat.
// The calling thread must outlive the worker: the kernel ties PR_SET_PDEATHSIG to the thread, not the process.
// Returns the process id, else -errno (of the exec as well).
pid_t CLinux_spawn(const struct CLinux_worker *worker, const char *const *argv, const char *const *envp);

// The program behind `path` by an O_PATH descriptor (nothing is read, close-on-exec), else -errno.
int CLinux_open_program(const char *path);

// Names the calling thread (15 bytes at most) and blocks all signals in it.
void CLinux_become_helper_thread(const char *name);

// Gives the calling thread a table of descriptors of its own, with `kept` in it and nothing else. What it
// spawns then has no copies of what other threads opened before or later. Returns 0, else -errno (the table is still shared).
int CLinux_own_descriptors(int kept);

// A descriptor that turns readable when the process ends, else -errno.
int CLinux_pidfd(pid_t pid);

// Reaps a child that has ended; never waits. Returns its wait status, -EAGAIN while it runs, or -ECHILD when someone else reaped it.
int CLinux_reap(pid_t pid);

// Parts of a wait status (the macros of <sys/wait.h>).
int CLinux_exit_code(int status);   // -1 when it did not exit
int CLinux_term_signal(int status); // 0 when no signal ended it

#endif
