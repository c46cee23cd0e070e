#include "copenjpeg.h"

#include <assert.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* pkg-config's folder is not always searched. */
#if __has_include(<openjpeg.h>)
#include <openjpeg.h>
#else
#include <openjpeg-2.5/openjpeg.h>
#endif

/* ---- a codestream in memory ---- */

typedef struct {
    const uint8_t *bytes;
    size_t length, position;
} Memory;

static OPJ_SIZE_T read_bytes(void *target, OPJ_SIZE_T count, void *user) {
    Memory *memory = user;
    size_t left = memory->length - memory->position;
    if (left == 0) return (OPJ_SIZE_T)-1;
    if (count > left) count = left;
    memcpy(target, memory->bytes + memory->position, count);
    memory->position += count;
    return count;
}

static OPJ_OFF_T skip_bytes(OPJ_OFF_T count, void *user) {
    Memory *memory = user;
    if (count < 0) return -1;
    size_t left = memory->length - memory->position;
    if ((uint64_t)count > left) count = (OPJ_OFF_T)left;
    memory->position += (size_t)count;
    return count;
}

static OPJ_BOOL seek_bytes(OPJ_OFF_T position, void *user) {
    Memory *memory = user;
    if (position < 0 || (uint64_t)position > memory->length) return OPJ_FALSE;
    memory->position = (size_t)position;
    return OPJ_TRUE;
}

static opj_stream_t *open_stream(Memory *memory) {
    opj_stream_t *stream = opj_stream_create(1 << 16, OPJ_TRUE);
    if (!stream) return NULL;
    opj_stream_set_read_function(stream, read_bytes);
    opj_stream_set_skip_function(stream, skip_bytes);
    opj_stream_set_seek_function(stream, seek_bytes);
    opj_stream_set_user_data(stream, memory, NULL);
    opj_stream_set_user_data_length(stream, memory->length);
    return stream;
}

/* ---- messages ---- */

typedef struct {
    COpenJPEG_Report *report;
    int has_failed;
} Log;

static void keep(COpenJPEG_Report *report, const char *text) {
    snprintf(report->message, sizeof report->message, "%s", text);
    report->message[strcspn(report->message, "\n")] = 0;
}

/* The first error says why; what follows says only that it failed. */
static void on_error(const char *text, void *user) {
    Log *log = user;
    if (!log->has_failed) keep(log->report, text);
    log->has_failed = 1;
    log->report->warnings += 1;
}

static void on_warning(const char *text, void *user) {
    Log *log = user;
    if (!log->has_failed) keep(log->report, text);
    log->report->warnings += 1;
}

static void on_info(const char *text, void *user) { (void)text, (void)user; }

/* ---- samples ---- */

/* The index, in a component of `length` samples, for position `at` of the picture. */
static size_t place(size_t at, uint32_t origin, uint32_t step, uint32_t first, uint32_t length) {
    if (step <= 1) return at < length ? at : length - 1;
    uint64_t index = ((uint64_t)origin + at) / step;
    index = index > first ? index - first : 0;
    return index < length ? (size_t)index : length - 1;
}

/* Two's complement over the precision, as 32 bits. */
static int32_t extended(int32_t value, uint32_t precision) {
    if (precision == 0 || precision >= 32) return value;
    uint32_t sign = (uint32_t)1 << (precision - 1);
    uint32_t bits = (uint32_t)value & ((sign << 1) - 1);
    return (int32_t)((bits ^ sign) - sign);
}

/* One row of a component, every `stride`th sample of the output. */
static void put_row(const int32_t *values, size_t count, size_t stride, int32_t size, uint8_t *pixels) {
    switch (size) {
    case 1:
        for (size_t x = 0; x < count; x++) pixels[x * stride] = (uint8_t)values[x];
        break;
    case 2:
        for (size_t x = 0; x < count; x++) {
            uint16_t word = (uint16_t)values[x];
            memcpy(pixels + x * stride * 2, &word, 2);
        }
        break;
    default:
        for (size_t x = 0; x < count; x++) memcpy(pixels + x * stride * 4, values + x, 4);
    }
}

/* A component that is subsampled or cut is put sample by sample, a whole one row by row. */
static void copy_component(
    const opj_image_t *image, const opj_image_comp_t *from, size_t index, const COpenJPEG_Options *options, size_t width, size_t height,
    uint8_t *pixels) {
    size_t components = (size_t)options->components, size = (size_t)options->sample_size;
    int is_whole = from->dx <= 1 && from->dy <= 1 && from->w == width && from->h == height;
    if (options->is_signed && !from->sgnd) {
        for (size_t i = 0; i < (size_t)from->w * from->h; i++) from->data[i] = extended(from->data[i], from->prec);
    }
    for (size_t y = 0; y < height; y++) {
        const int32_t *row = from->data + place(y, image->y0, from->dy, from->y0, from->h) * (size_t)from->w;
        uint8_t *target = pixels + (y * width * components + index) * size;
        if (is_whole) {
            put_row(row, width, components, options->sample_size, target);
            continue;
        }
        for (size_t x = 0; x < width; x++) {
            size_t column = place(x, image->x0, from->dx, from->x0, from->w);
            put_row(row + column, 1, components, options->sample_size, target + x * components * size);
        }
    }
}

static int copy_samples(const opj_image_t *image, const COpenJPEG_Options *options, uint8_t *pixels, size_t capacity, COpenJPEG_Report *report) {
    /* Without reduction the picture; with it, the largest component: at most one is not subsampled. */
    size_t width = (size_t)options->width, height = (size_t)options->height;
    if (options->reduction > 0) {
        width = height = 0;
        for (uint32_t i = 0; i < image->numcomps; i++) {
            if (image->comps[i].w > width) width = image->comps[i].w;
            if (image->comps[i].h > height) height = image->comps[i].h;
        }
    }
    size_t sample = (size_t)options->components * (size_t)options->sample_size;
    if (width == 0 || height == 0 || width > capacity || height > capacity / width || sample > capacity / (width * height)) return -2;
    memset(pixels, 0, capacity);
    for (uint32_t i = 0; i < image->numcomps; i++) {
        opj_image_comp_t component = image->comps[i];
        /* Tiles that are not there leave a component without values. */
        if (!component.data || component.w == 0 || component.h == 0) {
            report->warnings += 1;
            continue;
        }
        if (options->reduction > 0 && component.dx * component.dy > 1) return -1;
        copy_component(image, &component, i, options, width, height, pixels);
    }
    report->width = (int32_t)width;
    report->height = (int32_t)height;
    return 0;
}

/* ---- decoding ---- */

static int is_announced(const opj_image_t *image, const COpenJPEG_Options *options) {
    return (int64_t)image->x1 - image->x0 == options->width && (int64_t)image->y1 - image->y0 == options->height &&
           image->numcomps == (uint32_t)options->components && options->components > 0 &&
           options->components <= COPENJPEG_MOST_COMPONENTS;
}

static int configure(opj_codec_t *codec, const COpenJPEG_Options *options, Log *log) {
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    parameters.cp_reduce = (OPJ_UINT32)options->reduction;
    opj_set_info_handler(codec, on_info, log);
    opj_set_warning_handler(codec, on_warning, log);
    opj_set_error_handler(codec, on_error, log);
    if (!opj_setup_decoder(codec, &parameters)) return 0;
    /* A cut stream shows what is there (rule J4), but only in full: where OpenJPEG 2.5.0 skips packets that are too long, it goes on
     * reading behind the tile's data. */
    return opj_decoder_set_strict_mode(codec, options->reduction > 0);
}

/* Distributions build OpenJPEG with its assertions, and 2.5.0 asserts what a damaged HTJ2K stream says. Ours answers in place of the C
 * library's: within a call it is an error of that call, whose codec is destroyed; anywhere else the program ends as always. */
static _Thread_local struct {
    jmp_buf place;
    int is_set;
    COpenJPEG_Report *report;
} rescue;

void __assert_fail(const char *assertion, const char *file, unsigned int line, const char *function) {
    if (rescue.is_set) {
        rescue.is_set = 0;
        snprintf(rescue.report->message, sizeof rescue.report->message, "%s: %s", function ? function : "OpenJPEG", assertion);
        longjmp(rescue.place, 1);
    }
    fprintf(stderr, "%s:%u: %s: assertion '%s' failed\n", file, line, function ? function : "", assertion);
    abort();
}

static int decode_image(
    opj_stream_t *input, opj_codec_t *codec, const COpenJPEG_Options *options, opj_image_t **image, COpenJPEG_Report *report) {
    if (!opj_read_header(input, codec, image)) return 0;
    if (is_announced(*image, options)) return opj_decode(codec, input, *image);
    keep(report, "the stream's size is not the one announced");
    return 0;
}

/* The image, as far as it was made, is the caller's also after an assertion. */
static int guarded_decode(
    opj_stream_t *input, opj_codec_t *codec, const COpenJPEG_Options *options, opj_image_t **image, COpenJPEG_Report *report) {
    volatile int result = 0;
    rescue.report = report;
    if (setjmp(rescue.place) == 0) {
        rescue.is_set = 1;
        result = decode_image(input, codec, options, image, report);
    }
    rescue.is_set = 0;
    return result;
}

int COpenJPEG_decode(
    const uint8_t *stream, size_t length, const COpenJPEG_Options *options, uint8_t *pixels, size_t capacity, COpenJPEG_Report *report) {
    memset(report, 0, sizeof *report);
    Log log = {report, 0};
    Memory memory = {stream, length, 0};
    opj_image_t *image = NULL;
    opj_codec_t *codec = opj_create_decompress(OPJ_CODEC_J2K);
    opj_stream_t *input = open_stream(&memory);
    int result = -1;
    if (codec && input && configure(codec, options, &log) && guarded_decode(input, codec, options, &image, report)) {
        result = copy_samples(image, options, pixels, capacity, report);
    }
    if (image) opj_image_destroy(image);
    if (input) opj_stream_destroy(input);
    if (codec) opj_destroy_codec(codec);
    return result;
}
