#define _GNU_SOURCE
#include "clinux_files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#ifndef SYS_openat2
#define SYS_openat2 437
#endif

static int open_by_component(int dirfd, const char *path, int flags) {
    char component[256];
    int at = dirfd;
    for (;;) {
        while (*path == '/') path++;
        size_t length = strcspn(path, "/");
        if (length == 0 || length > 255) {
            if (at != dirfd) close(at);
            return length == 0 ? -ENOENT : -ENAMETOOLONG;
        }
        memcpy(component, path, length);
        component[length] = 0;
        path += length;
        const char *rest = path;
        while (*rest == '/') rest++;
        int last = *rest == 0;
        if (strcmp(component, "..") == 0) {
            if (at != dirfd) close(at);
            return -EXDEV;
        }
        int next = openat(at, component, last ? flags | O_NOFOLLOW : O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        int error = errno;
        if (at != dirfd) close(at);
        if (next < 0) return -error;
        if (last) return next;
        at = next;
    }
}

int clinux_open_beneath(int dirfd, const char *path, int flags) {
    struct open_how how;
    memset(&how, 0, sizeof how);
    how.flags = (uint64_t)(unsigned int)flags;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    // EAGAIN: a rename raced with the resolution; a few repeats are enough in practice (openat2(2)).
    for (int attempt = 0; attempt < 8; attempt++) {
        long fd = syscall(SYS_openat2, dirfd, path, &how, sizeof how);
        if (fd >= 0) return (int)fd;
        if (errno == ENOSYS || errno == EPERM) return open_by_component(dirfd, path, flags);
        if (errno != EAGAIN && errno != EINTR) return -errno;
    }
    return -EAGAIN;
}

int clinux_open_folder(const char *path) {
    const int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    struct open_how how;
    memset(&how, 0, sizeof how);
    how.flags = (uint64_t)(unsigned int)flags;
    how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    for (int attempt = 0; attempt < 8; attempt++) {
        long fd = syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
        if (fd >= 0) return (int)fd;
        if (errno == ENOSYS || errno == EPERM) {
            const int top = open(path[0] == '/' ? "/" : ".", flags);
            if (top < 0) return -errno;
            if (path[strspn(path, "/")] == 0) return top;
            const int below = open_by_component(top, path, flags);
            close(top);
            return below;
        }
        if (errno != EAGAIN && errno != EINTR) return -errno;
    }
    return -EAGAIN;
}

ssize_t clinux_getdents(int fd, void *buffer, size_t size) {
    long n = syscall(SYS_getdents64, fd, buffer, size);
    return n < 0 ? -errno : (ssize_t)n;
}

int clinux_try_lock(int fd) {
    struct flock lock;
    memset(&lock, 0, sizeof lock);
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = (off_t)1 << 61;
    lock.l_len = 1;
    if (fcntl(fd, F_OFD_SETLK, &lock) == 0) return 1;
    return errno == EAGAIN || errno == EACCES ? 0 : -errno;
}

int clinux_publish(int dirfd, const char *temporary, const char *name) {
    if (syscall(SYS_renameat2, dirfd, temporary, dirfd, name, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS && errno != EPERM) return -errno;
    if (linkat(dirfd, temporary, dirfd, name, 0) != 0) return -errno;
    return unlinkat(dirfd, temporary, 0) == 0 ? 0 : -errno;
}

unsigned int clinux_major(uint64_t device) { return major(device); }
unsigned int clinux_minor(uint64_t device) { return minor(device); }

int clinux_has_access_list(const char *path) { return lgetxattr(path, "system.posix_acl_access", NULL, 0) > 0; }

uint32_t clinux_filesystem_magic(const char *path) {
    struct statfs status;
    return statfs(path, &status) == 0 ? (uint32_t)status.f_type : 0;
}
