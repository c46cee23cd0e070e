#include "cpng_sums.h"

#include <zlib.h>

/* zlib takes 32-bit lengths. */
enum { PIECE = 1 << 30 };

static uint32_t plain_crc32(uint32_t crc, const uint8_t *bytes, size_t length) {
    uLong sum = crc;
    for (; length > PIECE; bytes += PIECE, length -= PIECE) sum = crc32(sum, bytes, PIECE);
    return (uint32_t)crc32(sum, bytes, (uInt)length);
}

static uint32_t plain_adler32(uint32_t adler, const uint8_t *bytes, size_t length) {
    uLong sum = adler;
    for (; length > PIECE; bytes += PIECE, length -= PIECE) sum = adler32(sum, bytes, PIECE);
    return (uint32_t)adler32(sum, bytes, (uInt)length);
}

#if defined(__x86_64__)

#include <immintrin.h>

/* Folding: a register of 128 bits stands for all bytes read so far. Multiplying its halves by x^n mod P moves it n bits ahead,
 * onto bytes that are added there. The factors are x^(512+64), x^512, x^(128+64) and x^128 mod P, bits reflected. */
#define FAR_LOW 0x154442bd4ULL
#define FAR_HIGH 0x1c6e41596ULL
#define NEAR_LOW 0x1751997d0ULL
#define NEAR_HIGH 0x0ccaa009eULL

__attribute__((target("pclmul,sse4.1"))) static inline __m128i fold(__m128i value, __m128i factors, __m128i next) {
    __m128i low = _mm_clmulepi64_si128(value, factors, 0x00);
    __m128i high = _mm_clmulepi64_si128(value, factors, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

/* `length` is at least 64. What the register stands for is left to zlib: the sum of its 16 bytes, begun with nothing. */
__attribute__((target("pclmul,sse4.1"))) static uint32_t folded_crc32(uint32_t crc, const uint8_t *bytes, size_t length) {
    const __m128i far = _mm_set_epi64x((long long)FAR_HIGH, (long long)FAR_LOW);
    const __m128i near = _mm_set_epi64x((long long)NEAR_HIGH, (long long)NEAR_LOW);
    __m128i lanes[4];
    for (int i = 0; i < 4; i++) lanes[i] = _mm_loadu_si128((const __m128i *)(bytes + 16 * i));
    lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi32_si128((int)~crc));
    for (bytes += 64, length -= 64; length >= 64; bytes += 64, length -= 64) {
        for (int i = 0; i < 4; i++) lanes[i] = fold(lanes[i], far, _mm_loadu_si128((const __m128i *)(bytes + 16 * i)));
    }
    for (int i = 1; i < 4; i++) lanes[i] = fold(lanes[i - 1], near, lanes[i]);
    uint8_t rest[16];
    _mm_storeu_si128((__m128i *)rest, lanes[3]);
    return plain_crc32(plain_crc32(0xFFFFFFFF, rest, sizeof rest), bytes, length);
}

/* Bytes after which both sums still fit 32 bits, a multiple of 32. */
enum { ADLER_BLOCK = 5536, ADLER_BASE = 65521 };

static inline __attribute__((target("avx2"))) uint32_t total(__m256i lanes) {
    uint32_t parts[8];
    _mm256_storeu_si256((__m256i *)parts, lanes);
    uint32_t sum = 0;
    for (int i = 0; i < 8; i++) sum += parts[i];
    return sum;
}

/* 32 bytes at a time: the second sum grows by 32 times the first and by each byte times its distance from the end. */
__attribute__((target("avx2"))) static uint32_t wide_adler32(uint32_t adler, const uint8_t *bytes, size_t length) {
    const __m256i distances = _mm256_setr_epi8(
        32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
    const __m256i ones = _mm256_set1_epi16(1), zero = _mm256_setzero_si256();
    uint32_t first = adler & 0xFFFF, second = adler >> 16;
    while (length >= 32) {
        size_t steps = (length < ADLER_BLOCK ? length : ADLER_BLOCK) / 32;
        __m256i plain = zero, before = zero, weighted = zero;
        for (size_t i = 0; i < steps; i++) {
            __m256i chunk = _mm256_loadu_si256((const __m256i *)(bytes + 32 * i));
            before = _mm256_add_epi32(before, plain);
            plain = _mm256_add_epi32(plain, _mm256_sad_epu8(chunk, zero));
            weighted = _mm256_add_epi32(weighted, _mm256_madd_epi16(_mm256_maddubs_epi16(chunk, distances), ones));
        }
        second = (uint32_t)((second + (uint64_t)first * 32 * steps + (uint64_t)total(before) * 32 + total(weighted)) % ADLER_BASE);
        first = (first + total(plain)) % ADLER_BASE;
        bytes += 32 * steps;
        length -= 32 * steps;
    }
    return plain_adler32(second << 16 | first, bytes, length);
}

uint32_t CPNG_crc32(uint32_t crc, const uint8_t *bytes, size_t length) {
    if (length >= 64 && __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1")) return folded_crc32(crc, bytes, length);
    return plain_crc32(crc, bytes, length);
}

uint32_t CPNG_adler32(uint32_t adler, const uint8_t *bytes, size_t length) {
    if (length >= 64 && __builtin_cpu_supports("avx2")) return wide_adler32(adler, bytes, length);
    return plain_adler32(adler, bytes, length);
}

#else

uint32_t CPNG_crc32(uint32_t crc, const uint8_t *bytes, size_t length) { return plain_crc32(crc, bytes, length); }
uint32_t CPNG_adler32(uint32_t adler, const uint8_t *bytes, size_t length) { return plain_adler32(adler, bytes, length); }

#endif
