#ifndef DCMFS_CJXL_H
#define DCMFS_CJXL_H
#include <stddef.h>
#include <stdint.h>

/* JPEG XL through libjxl, where the build found it: a whole stream in, interleaved samples out. One thread. */

typedef struct {
    int32_t width, height, components; /* 1 gray or 3 RGB; another shape is refused before decoding */
    int32_t sample_size;               /* bytes per sample of the output: 1 or 2 */
} CJXL_Shape;

typedef struct {
    int32_t precision;   /* bits per sample of the stream */
    int32_t is_cut;      /* the stream ends early: what is missing is 0 or coarse */
    int32_t is_unsupported; /* the stream is not damaged, but of a kind that is not decoded (floating point, ...) */
    char message[200];   /* why it was refused, else empty */
} CJXL_Report;

/* 1 when libjxl is built in. */
int CJXL_is_available(void);

/* Shape and precision by the stream's first bytes; 0 done, -1 where they do not tell. */
int CJXL_shape(const uint8_t *stream, size_t length, CJXL_Shape *shape, CJXL_Report *report);

/* Decodes a codestream or a container (ISO/IEC 18181-2) to values of the stream's own precision, little endian. A JPEG in
 * JPEG XL is delivered as RGB. 0 done, -1 refused. */
int CJXL_decode(
    const uint8_t *stream, size_t length, const CJXL_Shape *shape, uint8_t *pixels, size_t capacity, CJXL_Report *report);

#endif
