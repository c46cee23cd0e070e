#ifndef DCMFS_CPNG_SUMS_H
#define DCMFS_CPNG_SUMS_H
#include <stddef.h>
#include <stdint.h>

/* The two sums of a stored PNG, continued over `length` bytes: CRC-32 of the chunk (PNG 5.5) and Adler-32 of the zlib stream
 * (RFC 1950). With zlib alone they take longer than drawing the picture; where the processor multiplies carry-less they do not. */
uint32_t CPNG_crc32(uint32_t crc, const uint8_t *bytes, size_t length);
uint32_t CPNG_adler32(uint32_t adler, const uint8_t *bytes, size_t length);

#endif
