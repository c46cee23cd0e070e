#ifndef DCMFS_CLinux_channel_H
#define DCMFS_CLinux_channel_H
#include <stddef.h>
#include <stdint.h>

// What Swift cannot call of the Linux interfaces between dcmfs and its workers: control messages (CMSG_* macros),
// memfd seals, atomic access to memory that another process writes. Functions return 0 or a count, else -errno.

// Descriptors that fit one message.
#define CLINUX_MAX_DESCRIPTORS 64

// A connected pair of packet sockets (SOCK_SEQPACKET: one send is one receive), close-on-exec.
int CLinux_socketpair(int sockets[2]);

// Sends one packet with up to 64 descriptors. Never raises SIGPIPE. Returns the number of bytes sent.
// With a timeout of 0 or more (milliseconds) it gives up with -ETIMEDOUT when the other side does not read.
long CLinux_send(int socket, const void *bytes, size_t count, const int *descriptors, int descriptor_count, int timeout_ms);

// Receives one packet; 0 means that the other side is gone. Received descriptors are close-on-exec. A packet longer than
// `capacity` is -EMSGSIZE; descriptors beyond `descriptor_capacity` are closed and make the call -EPROTO.
// With a timeout of 0 or more (milliseconds) the call returns -ETIMEDOUT when nothing comes in time.
long CLinux_receive(
    int socket, void *bytes, size_t capacity, int *descriptors, int descriptor_capacity, int *descriptor_count, int timeout_ms);

// 1 when a packet, or the end of the other side, can be received without waiting.
int CLinux_has_input(int socket);

// An anonymous file of `size` bytes that can neither shrink nor grow nor be executed. Close-on-exec.
int CLinux_shared_memory(size_t size);
// Maps it readable and writable in this process; NULL on failure.
void *CLinux_map_shared(int descriptor, size_t size);

// One 32-bit word in memory that two processes share.
void CLinux_store(void *word, uint32_t value);
void CLinux_increment(void *word);
uint32_t CLinux_load(const void *word);

#endif
