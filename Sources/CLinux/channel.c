#define _GNU_SOURCE
#include "clinux_channel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

int CLinux_socketpair(int sockets[2]) {
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0 ? -errno : 0;
}

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// Waits until `events` hold or the time is over; signals do not prolong it.
static int wait_for(int socket, short events, int timeout_ms) {
    const int64_t end = now_ms() + timeout_ms;
    struct pollfd one = {.fd = socket, .events = events};
    for (int left = timeout_ms;;) {
        const int n = poll(&one, 1, left);
        if (n > 0) return 0;
        if (n < 0 && errno != EINTR) return -errno;
        const int64_t rest = end - now_ms();
        if (n == 0 || rest <= 0) return -ETIMEDOUT;
        left = (int)rest;
    }
}

long CLinux_send(int socket, const void *bytes, size_t count, const int *descriptors, int descriptor_count, int timeout_ms) {
    if (descriptor_count < 0 || descriptor_count > CLINUX_MAX_DESCRIPTORS) return -EINVAL;
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(CLINUX_MAX_DESCRIPTORS * sizeof(int))];
    } control;
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (descriptor_count > 0) {
        const size_t length = (size_t)descriptor_count * sizeof(int);
        memset(&control, 0, sizeof control);
        message.msg_control = control.space;
        message.msg_controllen = CMSG_SPACE(length);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(length);
        memcpy(CMSG_DATA(header), descriptors, length);
    }
    for (;;) {
        const ssize_t n = sendmsg(socket, &message, MSG_NOSIGNAL | (timeout_ms >= 0 ? MSG_DONTWAIT : 0));
        if (n >= 0) return n;
        if (errno == EINTR) continue;
        if (timeout_ms < 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) return -errno;
        const int waited = wait_for(socket, POLLOUT, timeout_ms);
        if (waited < 0) return waited;
    }
}

// Moves the descriptors of a received message to the caller; 0, or -EPROTO when there were more than wanted.
static int take_descriptors(struct msghdr *message, int *descriptors, int capacity, int *count) {
    int surplus = (message->msg_flags & MSG_CTRUNC) != 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
        const size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n; i++) {
            int descriptor;
            memcpy(&descriptor, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
            if (*count < capacity) {
                descriptors[(*count)++] = descriptor;
            } else {
                close(descriptor);
                surplus = 1;
            }
        }
    }
    return surplus ? -EPROTO : 0;
}

long CLinux_receive(
    int socket, void *bytes, size_t capacity, int *descriptors, int descriptor_capacity, int *descriptor_count, int timeout_ms) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(CLINUX_MAX_DESCRIPTORS * sizeof(int))];
    } control;
    if (descriptor_count != NULL) *descriptor_count = 0;
    if (timeout_ms >= 0) {
        const int waited = wait_for(socket, POLLIN, timeout_ms);
        if (waited < 0) return waited;
    }
    for (;;) {
        struct iovec part = {.iov_base = bytes, .iov_len = capacity};
        struct msghdr message = {
            .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
        const ssize_t n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return -errno;
        int count = 0;
        const int taken = take_descriptors(&message, descriptors, descriptor_capacity, &count);
        if (taken < 0 || (message.msg_flags & MSG_TRUNC) != 0) {
            for (int i = 0; i < count; i++) close(descriptors[i]);
            return taken < 0 ? taken : -EMSGSIZE;
        }
        if (descriptor_count != NULL) *descriptor_count = count;
        return n;
    }
}

int CLinux_has_input(int socket) {
    struct pollfd one = {.fd = socket, .events = POLLIN};
    return poll(&one, 1, 0) > 0;
}

int CLinux_shared_memory(size_t size) {
    int descriptor = memfd_create("dcmfs-worker", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
    // Kernels before 6.3 do not know MFD_NOEXEC_SEAL.
    if (descriptor < 0) descriptor = memfd_create("dcmfs-worker", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor < 0) return -errno;
    if (ftruncate(descriptor, (off_t)size) < 0 || fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
        const int error = errno;
        close(descriptor);
        return -error;
    }
    return descriptor;
}

void *CLinux_map_shared(int descriptor, size_t size) {
    void *address = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    return address == MAP_FAILED ? NULL : address;
}

void CLinux_store(void *word, uint32_t value) { __atomic_store_n((uint32_t *)word, value, __ATOMIC_RELEASE); }
void CLinux_increment(void *word) { __atomic_add_fetch((uint32_t *)word, 1, __ATOMIC_RELEASE); }
uint32_t CLinux_load(const void *word) { return __atomic_load_n((const uint32_t *)word, __ATOMIC_ACQUIRE); }
