#ifndef DCMFS_CJPEG_H
#define DCMFS_CJPEG_H
#include <stddef.h>
#include <stdint.h>

/* libjpeg reports errors by longjmp, which must not cross Swift frames: whole pictures go in and out here, and the
 * setjmp stays in this file's C. Nothing is printed; nothing is kept between calls. */

/* Colour spaces of a stream; values are ours, not libjpeg's. */
enum { CJPEG_UNKNOWN = 0, CJPEG_GRAY = 1, CJPEG_RGB = 2, CJPEG_YCBCR = 3 };

typedef struct {
    int32_t width, height, components; /* what the caller has room for; another size is refused before decoding */
    int32_t stream_space;              /* CJPEG_...: how the coded components are to be read (rule C6) */
    int32_t convert_to_rgb;            /* 1: YCbCr becomes RGB; 0: components as coded */
    int64_t memory_limit;              /* bytes libjpeg may use for whole-image buffers (progressive) */
    int32_t scan_limit;                /* scans of a progressive stream that are followed */
} CJPEG_DecodeOptions;

typedef struct {
    int32_t warnings;  /* corruptions that libjpeg survived, premature end included */
    char message[200]; /* libjpeg's last error or warning, else empty */
} CJPEG_Report;

/* Decodes an 8-bit Huffman coded JPEG into width*height*components bytes, interleaved. 0 done, -1 refused (see message).
 * A stream that ends early is filled as libjpeg does and counts as a warning. */
int CJPEG_decode(
    const uint8_t *stream, size_t length, const CJPEG_DecodeOptions *options, uint8_t *pixels, size_t capacity, CJPEG_Report *report);

/* Pixels of a side of which `eighths` (1...8) come out. */
size_t CJPEG_side(int32_t side, int eighths);

/* The same reduced to `eighths` (1...8) of its size, rounded up: what a small picture of a large image costs least by. */
int CJPEG_decode_reduced(
    const uint8_t *stream, size_t length, const CJPEG_DecodeOptions *options, int eighths, uint8_t *pixels, size_t capacity,
    CJPEG_Report *report);

typedef struct {
    int32_t width, height, components; /* 1 gray or 3 RGB, 8 bits */
    int32_t quality;                   /* 1...100 */
    uint8_t density_unit;              /* JFIF: 0 aspect, 1 per inch, 2 per cm */
    uint16_t x_density, y_density;
    const uint8_t *icc; /* written as APP2 chunks; may be null */
    size_t icc_length;
} CJPEG_EncodeOptions;

/* Writes a baseline JFIF stream (4:4:4, standard Huffman tables). Returns its length, 0 when it does not fit `capacity`, -1 on error. */
ptrdiff_t CJPEG_encode(
    const uint8_t *pixels, const CJPEG_EncodeOptions *options, uint8_t *output, size_t capacity, CJPEG_Report *report);

/* Writes the coefficients of an 8-bit gray or YCbCr stream as a baseline JFIF stream with the density and profile of `options`
 * (the rest of which is not looked at): no loss, and nothing of the source but its coefficients. Returns the length, 0 when it
 * does not fit `capacity`, -1 for a stream that is damaged or not the one described. */
ptrdiff_t CJPEG_transcode(
    const uint8_t *stream, size_t length, const CJPEG_DecodeOptions *source, const CJPEG_EncodeOptions *options, uint8_t *output,
    size_t capacity, CJPEG_Report *report);

#endif
