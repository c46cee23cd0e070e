#include "cpng.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>
#include <zlib.h>

typedef struct {
    uint8_t *bytes;
    size_t length, capacity;
} Growing;

static void append(png_structp png, png_bytep data, size_t count) {
    Growing *out = png_get_io_ptr(png);
    if (count > SIZE_MAX / 2 - out->length) png_error(png, "picture too large");
    size_t needed = out->length + count;
    if (needed > out->capacity) {
        size_t capacity = needed + needed / 2 + 4096;
        uint8_t *grown = realloc(out->bytes, capacity);
        if (grown == NULL) png_error(png, "out of memory");
        out->bytes = grown;
        out->capacity = capacity;
    }
    memcpy(out->bytes + out->length, data, count);
    out->length = needed;
}

static void flush(png_structp png) { (void)png; }

static void on_error(png_structp png, png_const_charp text) {
    char *message = png_get_error_ptr(png);
    snprintf(message, 200, "%.190s", text);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

static void write_picture(png_structp png, png_infop info, const uint8_t *pixels, const CPNG_Picture *picture) {
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
    png_set_IHDR(
        png, info, picture->width, picture->height, 8, picture->channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (picture->has_density) {
        png_set_pHYs(
            png, info, picture->x_density, picture->y_density, picture->density_is_metric ? PNG_RESOLUTION_METER : PNG_RESOLUTION_UNKNOWN);
    }
    if (picture->icc_length > 0) png_set_iCCP(png, info, picture->icc_name, PNG_COMPRESSION_TYPE_BASE, picture->icc, picture->icc_length);
    png_set_compression_level(png, 1);
    png_set_compression_strategy(png, picture->channels == 1 ? Z_RLE : Z_DEFAULT_STRATEGY);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
    png_write_info(png, info);
    size_t stride = (size_t)picture->width * (size_t)picture->channels;
    for (uint32_t row = 0; row < picture->height; row++) png_write_row(png, pixels + row * stride);
    png_write_end(png, info);
}

int CPNG_encode(const uint8_t *pixels, const CPNG_Picture *picture, uint8_t **output, size_t *length, char *message) {
    Growing out = {NULL, 0, 0};
    Growing *volatile kept = &out;
    message[0] = 0;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, message, on_error, on_warning);
    if (png == NULL) return -1;
    png_infop info = png_create_info_struct(png);
    if (info == NULL || setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, info == NULL ? NULL : &info);
        free(kept->bytes);
        return -1;
    }
    png_set_write_fn(png, &out, append, flush);
    write_picture(png, info, pixels, picture);
    png_destroy_write_struct(&png, &info);
    *output = out.bytes;
    *length = out.length;
    return 0;
}

void CPNG_free(uint8_t *output) { free(output); }
