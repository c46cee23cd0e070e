#ifndef DCMFS_CLINUX_FILES_H
#define DCMFS_CLINUX_FILES_H
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// openat2(2), which glibc does not wrap: opens `path` below `dirfd`, never leaving it and following no symbolic link
/// (RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS). Returns a descriptor or -errno.
/// Falls back to one openat(O_NOFOLLOW) per component where the kernel lacks openat2 or a sandbox forbids it.
int clinux_open_beneath(int dirfd, const char *path, int flags);

/// Opens a folder only as a place to start from (O_PATH): needs no right to read it. No symbolic link is followed, neither at
/// the end nor on the way (-ELOOP). Returns a descriptor or -errno.
int clinux_open_folder(const char *path);

/// getdents64(2): fills `buffer` with directory entries. Returns bytes, 0 at the end, or -errno.
ssize_t clinux_getdents(int fd, void *buffer, size_t size);

/// Takes an exclusive open-file-description lock on one byte far behind any byte that SQLite locks.
/// Returns 1 when taken, 0 when another process holds it, or -errno.
int clinux_try_lock(int fd);

/// Gives the file `temporary` in the folder `dirfd` the name `name`, unless there is anything of that name already
/// (renameat2 with RENAME_NOREPLACE, else a link). Returns 0 or -errno; on failure the temporary name is still there.
int clinux_publish(int dirfd, const char *temporary, const char *name);

/// The magic number of the filesystem that `path` lies on (statfs(2)), 0 when that cannot be told.
uint32_t clinux_filesystem_magic(const char *path);

/// Whether a file or folder has an access control list (POSIX, "system.posix_acl_access") besides its mode. Follows no link.
int clinux_has_access_list(const char *path);

/// ST_RDONLY of statvfs(3), which Swift knows under different types.
enum { CLINUX_ST_RDONLY = 1 };

/// Device numbers of a struct stat as /proc/self/mountinfo writes them.
unsigned int clinux_major(uint64_t device);
unsigned int clinux_minor(uint64_t device);

#endif
