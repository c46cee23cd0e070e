// A read-only copy of a folder that fails on demand, for tests: faultfs BACKING CONTROL MOUNTPOINT (stays in front).
//
// CONTROL is a text file that is read anew at every open, read and listing. Each line is `OPERATION FAULT PART`: the operation
// (open, read or list), what befalls it, and a part of the paths it is about.
//   eio, estale, enoent, emfile: that error        estale-once: ESTALE the first time for each process life
//   short: 100 bytes at most                       stall: waits until the line is gone
//   slow: half a second first                      late: a tenth of a second first
//   empty: the file ends at once                   cut: the file ends after 100 bytes
//   broken (list): half of the entries, then EIO
#define FUSE_USE_VERSION 35
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *backing;
static const char *control;
static atomic_int staleAnswers;

static int join(char *target, size_t size, const char *path) {
    const int length = snprintf(target, size, "%s%s", backing, path);
    return length < 0 || (size_t)length >= size ? -ENAMETOOLONG : 0;
}

// The fault that befalls an operation on a path, in `fault` (16 bytes); empty where there is none.
static void find_fault(const char *operation, const char *path, char fault[16]) {
    fault[0] = 0;
    FILE *file = fopen(control, "re");
    if (file == NULL) return;
    char name[16], what[16], part[256];
    while (fscanf(file, "%15s %15s %255s", name, what, part) == 3) {
        if (strcmp(name, operation) != 0 || strstr(path, part) == NULL) continue;
        memcpy(fault, what, 16);
        break;
    }
    fclose(file);
}

enum { gives_little = 1, ends_at_once, ends_early, breaks_off };

// 0 to go on, one of the above to go on so, or -errno.
static int meet_fault(const char *operation, const char *path) {
    char fault[16];
    find_fault(operation, path, fault);
    while (strcmp(fault, "stall") == 0) {
        usleep(20000);
        find_fault(operation, path, fault);
    }
    if (strcmp(fault, "slow") == 0) usleep(500000);
    if (strcmp(fault, "late") == 0) usleep(100000);
    if (strcmp(fault, "eio") == 0) return -EIO;
    if (strcmp(fault, "estale") == 0) return -ESTALE;
    if (strcmp(fault, "enoent") == 0) return -ENOENT;
    if (strcmp(fault, "emfile") == 0) return -EMFILE;
    if (strcmp(fault, "estale-once") == 0 && atomic_fetch_add(&staleAnswers, 1) == 0) return -ESTALE;
    if (strcmp(fault, "empty") == 0) return ends_at_once;
    if (strcmp(fault, "cut") == 0) return ends_early;
    if (strcmp(fault, "broken") == 0) return breaks_off;
    return strcmp(fault, "short") == 0 ? gives_little : 0;
}

static int on_getattr(const char *path, struct stat *status, struct fuse_file_info *info) {
    (void)info;
    char whole[4096];
    const int failure = join(whole, sizeof whole, path);
    if (failure != 0) return failure;
    return lstat(whole, status) == 0 ? 0 : -errno;
}

static int on_readdir(
    const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset, struct fuse_file_info *info, enum fuse_readdir_flags flags) {
    (void)info, (void)flags;
    char whole[4096];
    int failure = join(whole, sizeof whole, path);
    if (failure == 0) failure = meet_fault("list", path);
    if (failure < 0) return failure;
    const int isBroken = failure == breaks_off;
    if (isBroken && offset > 0) return -EIO;
    DIR *directory = opendir(whole);
    if (directory == NULL) return -errno;
    long count = 0, place = 0;
    while (isBroken && readdir(directory) != NULL) count++;
    rewinddir(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        const struct stat status = {.st_ino = entry->d_ino, .st_mode = (mode_t)entry->d_type << 12};
        place++;
        // Numbered entries come in several answers: the kernel asks for the rest.
        if (isBroken && place > count / 2) break;
        if (fill(buffer, entry->d_name, &status, isBroken ? place : 0, 0) != 0) break;
    }
    closedir(directory);
    return 0;
}

static int on_open(const char *path, struct fuse_file_info *info) {
    char whole[4096];
    int failure = join(whole, sizeof whole, path);
    if (failure == 0) failure = meet_fault("open", path);
    if (failure < 0) return failure;
    const int descriptor = open(whole, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return -errno;
    info->fh = (uint64_t)descriptor;
    info->direct_io = 1;
    return 0;
}

static int on_read(const char *path, char *buffer, size_t size, off_t offset, struct fuse_file_info *info) {
    const int met = meet_fault("read", path);
    if (met < 0) return met;
    if (met == ends_at_once || (met == ends_early && offset >= 100)) return 0;
    if (met == ends_early && (off_t)size > 100 - offset) size = (size_t)(100 - offset);
    const ssize_t count = pread((int)info->fh, buffer, met == gives_little && size > 100 ? 100 : size, offset);
    return count < 0 ? -errno : (int)count;
}

static int on_release(const char *path, struct fuse_file_info *info) {
    (void)path;
    close((int)info->fh);
    return 0;
}

static void *on_init(struct fuse_conn_info *connection, struct fuse_config *config) {
    (void)connection;
    config->entry_timeout = 0;
    config->attr_timeout = 0;
    config->negative_timeout = 0;
    config->use_ino = 1;
    return NULL;
}

int main(int count, char **arguments) {
    if (count != 4) return 2;
    backing = arguments[1];
    control = arguments[2];
    const struct fuse_operations operations = {
        .init = on_init, .getattr = on_getattr, .readdir = on_readdir, .open = on_open, .read = on_read, .release = on_release};
    char *words[] = {arguments[0], "-f", "-o", "ro,fsname=faultfs,max_threads=200", arguments[3], NULL};
    return fuse_main(5, words, &operations, NULL);
}
