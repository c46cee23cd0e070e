#ifndef DCMFS_COpenJPEG_H
#define DCMFS_COpenJPEG_H
#include <stddef.h>
#include <stdint.h>

/* OpenJPEG wants a stream of callbacks and hands out one buffer of 32-bit values per component: a whole codestream goes in
 * here and interleaved samples come out. The caller has checked the main header first; one thread, nothing is printed. */

enum { COPENJPEG_MOST_COMPONENTS = 4 };

typedef struct {
    int32_t width, height, components; /* of the picture at full size; another one is refused before tiles are decoded */
    int32_t reduction;                 /* halvings of the resolution, 0...32 */
    int32_t sample_size;               /* bytes per sample of the output: 1, 2 or 4 */
    int32_t is_signed;                 /* 1: a component that says unsigned is two's complement over its precision (rule J2) */
} COpenJPEG_Options;

typedef struct {
    int32_t width, height; /* of the decoded picture: ceil(full / 2^reduction) */
    int32_t warnings;      /* what OpenJPEG survived */
    char message[200];     /* its last error or warning, else empty */
} COpenJPEG_Report;

/* Decodes a raw codestream (no JP2 boxes) to width*height*components little-endian samples, interleaved, subsampled components
 * repeated. 0 done, -1 refused (see message), -2 `capacity` is too small. What a cut stream lacks is 0. */
int COpenJPEG_decode(
    const uint8_t *stream, size_t length, const COpenJPEG_Options *options, uint8_t *pixels, size_t capacity, COpenJPEG_Report *report);

#endif
