#ifndef DCMFS_CLINUX_IDENTITY_H
#define DCMFS_CLINUX_IDENTITY_H
#include <stdint.h>

/// Magic number of the filesystem that an open file (O_PATH suffices) lies on (fstatfs(2)); 0 when that cannot be told.
uint32_t clinux_filesystem_magic_of(int fd);

/// UUID of that filesystem, 16 bytes, as the kernel tells it (FS_IOC_GETFSUUID, Linux 6.9; Btrfs long before). Returns 1, or 0
/// where it tells none. A folder opened with O_PATH is opened once more for reading.
int clinux_filesystem_uuid(int fd, uint8_t uuid[16]);

/// Device number of a block device's file, 0 when it is none. Follows symbolic links.
uint64_t clinux_block_device(const char *path);

#endif
