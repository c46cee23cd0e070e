#ifndef DCMFS_CPNG_H
#define DCMFS_CPNG_H
#include <stddef.h>
#include <stdint.h>

/* libpng reports errors by longjmp, which must not cross Swift frames: a whole picture goes in and out here. */

typedef struct {
    uint32_t width, height;
    int32_t channels;        /* 1 gray or 3 RGB, 8 bits */
    int32_t has_density;
    int32_t density_is_metric;
    uint32_t x_density, y_density;
    const char *icc_name;
    const uint8_t *icc; /* may be null */
    uint32_t icc_length;
} CPNG_Picture;

/* Compresses at zlib level 1 with one fixed filter (rendering.md section 5). 0 done: `*output` holds `*length` bytes to be
 * released with CPNG_free; -1 failed, nothing to release, `message` (200 bytes) says why. */
int CPNG_encode(const uint8_t *pixels, const CPNG_Picture *picture, uint8_t **output, size_t *length, char *message);
void CPNG_free(uint8_t *output);

#endif
