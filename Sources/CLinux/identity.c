#define _GNU_SOURCE
#include "clinux_identity.h"

#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

// linux/fs.h of 6.9 has these; headers of the systems we build on are older.
struct fs_uuid {
    uint8_t length;
    uint8_t bytes[16];
};
#define GET_FS_UUID _IOR(0x15, 0, struct fs_uuid)

// btrfs_ioctl_fs_info_args: fsid stands behind two numbers of 64 bits, the whole takes 1024 bytes.
struct btrfs_info {
    uint64_t max_id, devices;
    uint8_t fsid[16];
    uint8_t rest[1024 - 32];
};
#define BTRFS_INFO _IOR(0x94, 31, struct btrfs_info)
#define BTRFS_MAGIC 0x9123683EU

uint32_t clinux_filesystem_magic_of(int fd) {
    struct statfs status;
    return fstatfs(fd, &status) == 0 ? (uint32_t)status.f_type : 0;
}

static int ask(int fd, uint8_t uuid[16]) {
    struct fs_uuid answer;
    memset(&answer, 0, sizeof answer);
    if (ioctl(fd, GET_FS_UUID, &answer) == 0 && answer.length == sizeof answer.bytes) {
        memcpy(uuid, answer.bytes, sizeof answer.bytes);
        return 1;
    }
    if (clinux_filesystem_magic_of(fd) != BTRFS_MAGIC) return 0;
    struct btrfs_info info;
    memset(&info, 0, sizeof info);
    if (ioctl(fd, BTRFS_INFO, &info) != 0) return 0;
    memcpy(uuid, info.fsid, sizeof info.fsid);
    return 1;
}

int clinux_filesystem_uuid(int fd, uint8_t uuid[16]) {
    const int flags = fcntl(fd, F_GETFL);
    if (flags < 0) return 0;
    if ((flags & O_PATH) == 0) return ask(fd, uuid);
    const int readable = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
    if (readable < 0) return 0;
    const int found = ask(readable, uuid);
    close(readable);
    return found;
}

uint64_t clinux_block_device(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISBLK(status.st_mode) ? (uint64_t)status.st_rdev : 0;
}
