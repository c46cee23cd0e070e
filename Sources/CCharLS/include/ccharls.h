#ifndef DCMFS_CCharLS_H
#define DCMFS_CCharLS_H
#include <stddef.h>
#include <stdint.h>

/* JPEG-LS through CharLS, whose C interface reports errors as codes: a stream of one scan in, its samples out. */

typedef struct {
    int32_t width, height, components; /* what the caller has room for; another size is refused before decoding */
    int32_t precision;                 /* bits per sample, 2...16 */
} CCharLS_Shape;

typedef struct {
    char message[200]; /* CharLS's words, else empty */
} CCharLS_Report;

/* Decodes to one byte per sample up to 8 bits, else two, little endian; the HP colour transforms are undone (rule C7).
 * Components of one scan come out interleaved. 0 done, whatever follows the scan's last pixel; 1 a scan is damaged or ends early: the rows before it are written; -1 refused,
 * nothing is written. */
int CCharLS_decode(
    const uint8_t *stream, size_t length, const CCharLS_Shape *shape, uint8_t *pixels, size_t capacity, CCharLS_Report *report);

#endif
