#include "cjpeg.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

/* jpeglib.h needs FILE and size_t before it; jerror.h only for the codes below. */
#include <jerror.h>

typedef struct {
    struct jpeg_error_mgr base;
    jmp_buf escape;
    CJPEG_Report *report;
} ErrorManager;

enum { FAILED = 1, FULL = 2 };

static void on_error(j_common_ptr codec) {
    ErrorManager *errors = (ErrorManager *)codec->err;
    char text[JMSG_LENGTH_MAX];
    codec->err->format_message(codec, text);
    snprintf(errors->report->message, sizeof errors->report->message, "%.190s", text);
    longjmp(errors->escape, FAILED);
}

static void on_message(j_common_ptr codec, int level) {
    ErrorManager *errors = (ErrorManager *)codec->err;
    if (level >= 0) return;
    errors->base.num_warnings += 1;
    char text[JMSG_LENGTH_MAX];
    codec->err->format_message(codec, text);
    snprintf(errors->report->message, sizeof errors->report->message, "%.190s", text);
}

static void on_output(j_common_ptr codec) { (void)codec; }

static struct jpeg_error_mgr *quiet(ErrorManager *errors, CJPEG_Report *report) {
    memset(report, 0, sizeof *report);
    struct jpeg_error_mgr *base = jpeg_std_error(&errors->base);
    base->error_exit = on_error;
    base->emit_message = on_message;
    base->output_message = on_output;
    errors->report = report;
    return base;
}

static void refuse(ErrorManager *errors, const char *why) {
    snprintf(errors->report->message, sizeof errors->report->message, "%s", why);
    longjmp(errors->escape, FAILED);
}

/* ---- decoding ---- */

typedef struct {
    struct jpeg_progress_mgr base;
    int scan_limit;
} ScanLimit;

/* A progressive stream may repeat scans for ever; each costs a pass over the image. */
static void check_scans(j_common_ptr codec) {
    if (!codec->is_decompressor) return;
    j_decompress_ptr decoder = (j_decompress_ptr)codec;
    if (decoder->input_scan_number > ((ScanLimit *)codec->progress)->scan_limit) {
        refuse((ErrorManager *)codec->err, "too many scans");
    }
}

static J_COLOR_SPACE space_of(int32_t space) {
    switch (space) {
    case CJPEG_GRAY: return JCS_GRAYSCALE;
    case CJPEG_RGB: return JCS_RGB;
    case CJPEG_YCBCR: return JCS_YCbCr;
    default: return JCS_UNKNOWN;
    }
}

/* `eighths` of the stream's width and height come out; 8 is the whole picture. */
static int decode(
    const uint8_t *stream, size_t length, const CJPEG_DecodeOptions *options, int eighths, uint8_t *pixels, size_t capacity,
    CJPEG_Report *report) {
    struct jpeg_decompress_struct decoder;
    ErrorManager errors;
    ScanLimit progress;
    memset(&decoder, 0, sizeof decoder);
    memset(&progress, 0, sizeof progress);
    decoder.err = quiet(&errors, report);
    if (setjmp(errors.escape)) {
        report->warnings = (int32_t)errors.base.num_warnings;
        jpeg_destroy_decompress(&decoder);
        return -1;
    }
    jpeg_create_decompress(&decoder);
    decoder.mem->max_memory_to_use = (long)options->memory_limit;
    progress.base.progress_monitor = check_scans;
    progress.scan_limit = options->scan_limit;
    decoder.progress = &progress.base;
    jpeg_mem_src(&decoder, stream, (unsigned long)length);
    jpeg_read_header(&decoder, TRUE);

    size_t stride = CJPEG_side(options->width, eighths) * (size_t)options->components;
    size_t height = CJPEG_side(options->height, eighths);
    if ((int64_t)decoder.image_width != options->width || (int64_t)decoder.image_height != options->height ||
        decoder.num_components != options->components || height == 0 || capacity / height < stride) {
        refuse(&errors, "the stream's size is not the one announced");
    }
    decoder.jpeg_color_space = space_of(options->stream_space);
    decoder.out_color_space = decoder.jpeg_color_space;
    if (options->convert_to_rgb && decoder.jpeg_color_space == JCS_YCbCr) decoder.out_color_space = JCS_RGB;
    decoder.dct_method = JDCT_ISLOW;
    decoder.do_fancy_upsampling = TRUE;
    decoder.scale_num = (unsigned int)eighths;
    decoder.scale_denom = 8;
    jpeg_start_decompress(&decoder);
    if (decoder.output_components != options->components || decoder.output_height != height ||
        decoder.output_width * (size_t)options->components != stride) {
        refuse(&errors, "the stream has another number of components");
    }
    while (decoder.output_scanline < decoder.output_height) {
        JSAMPROW row = pixels + (size_t)decoder.output_scanline * stride;
        jpeg_read_scanlines(&decoder, &row, 1);
    }
    /* jpeg_finish_decompress would insist on what follows the last row; nothing of it is needed. */
    report->warnings = (int32_t)errors.base.num_warnings;
    jpeg_destroy_decompress(&decoder);
    return 0;
}

size_t CJPEG_side(int32_t side, int eighths) { return side <= 0 ? 0 : ((size_t)side * (size_t)eighths + 7) / 8; }

int CJPEG_decode(
    const uint8_t *stream, size_t length, const CJPEG_DecodeOptions *options, uint8_t *pixels, size_t capacity, CJPEG_Report *report) {
    return decode(stream, length, options, 8, pixels, capacity, report);
}

int CJPEG_decode_reduced(
    const uint8_t *stream, size_t length, const CJPEG_DecodeOptions *options, int eighths, uint8_t *pixels, size_t capacity,
    CJPEG_Report *report) {
    return decode(stream, length, options, eighths < 1 ? 1 : eighths > 8 ? 8 : eighths, pixels, capacity, report);
}

/* ---- encoding ---- */

static void on_start(j_compress_ptr encoder) { (void)encoder; }

static boolean on_full(j_compress_ptr encoder) { longjmp(((ErrorManager *)encoder->err)->escape, FULL); }

static void on_end(j_compress_ptr encoder) { (void)encoder; }

static void configure(j_compress_ptr encoder, const CJPEG_EncodeOptions *options) {
    encoder->image_width = (JDIMENSION)options->width;
    encoder->image_height = (JDIMENSION)options->height;
    encoder->input_components = options->components;
    encoder->in_color_space = options->components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(encoder);
    jpeg_set_quality(encoder, options->quality, TRUE);
    encoder->dct_method = JDCT_ISLOW;
    for (int i = 0; i < encoder->num_components; i++) {
        encoder->comp_info[i].h_samp_factor = 1;
        encoder->comp_info[i].v_samp_factor = 1;
    }
    /* Gray needs no conversion and no downsampling, which libjpeg would make byte by byte. */
    encoder->raw_data_in = options->components == 1;
    encoder->density_unit = options->density_unit;
    encoder->X_density = options->x_density;
    encoder->Y_density = options->y_density;
}

/* Whole blocks: rows and columns beyond the picture repeat its last, as libjpeg itself would do. */
static void write_gray(j_compress_ptr encoder, const uint8_t *pixels, size_t width, size_t height) {
    size_t padded = (width + DCTSIZE - 1) / DCTSIZE * DCTSIZE;
    JSAMPROW rows[DCTSIZE];
    JSAMPARRAY plane = rows;
    uint8_t *scratch = NULL;
    if (padded != width) scratch = encoder->mem->alloc_large((j_common_ptr)encoder, JPOOL_IMAGE, padded * DCTSIZE);
    while (encoder->next_scanline < height) {
        for (size_t i = 0; i < DCTSIZE; i++) {
            size_t row = encoder->next_scanline + i < height ? encoder->next_scanline + i : height - 1;
            const uint8_t *source = pixels + row * width;
            rows[i] = (JSAMPROW)(uintptr_t)source;
            if (scratch == NULL) continue;
            rows[i] = scratch + i * padded;
            memcpy(rows[i], source, width);
            memset(rows[i] + width, source[width - 1], padded - width);
        }
        jpeg_write_raw_data(encoder, &plane, DCTSIZE);
    }
}

static void write_rows(j_compress_ptr encoder, const uint8_t *pixels, size_t stride) {
    while (encoder->next_scanline < encoder->image_height) {
        JSAMPROW rows[DCTSIZE];
        JDIMENSION count = 0;
        for (; count < DCTSIZE && encoder->next_scanline + count < encoder->image_height; count++) {
            rows[count] = (JSAMPROW)(uintptr_t)(pixels + (size_t)(encoder->next_scanline + count) * stride);
        }
        jpeg_write_scanlines(encoder, rows, count);
    }
}

/* An encoder whose output is the caller's buffer; escapes at once when there is none. Its error manager is set before. */
static void start_encoder(j_compress_ptr encoder, struct jpeg_destination_mgr *destination, uint8_t *output, size_t capacity) {
    jpeg_create_compress(encoder);
    destination->next_output_byte = output;
    destination->free_in_buffer = capacity;
    destination->init_destination = on_start;
    destination->empty_output_buffer = on_full;
    destination->term_destination = on_end;
    encoder->dest = destination;
    if (capacity == 0) longjmp(((ErrorManager *)encoder->err)->escape, FULL);
}

ptrdiff_t CJPEG_encode(
    const uint8_t *pixels, const CJPEG_EncodeOptions *options, uint8_t *output, size_t capacity, CJPEG_Report *report) {
    struct jpeg_compress_struct encoder;
    struct jpeg_destination_mgr destination;
    ErrorManager errors;
    memset(&encoder, 0, sizeof encoder);
    encoder.err = quiet(&errors, report);
    int escaped = setjmp(errors.escape);
    if (escaped) {
        jpeg_destroy_compress(&encoder);
        return escaped == FULL ? 0 : -1;
    }
    start_encoder(&encoder, &destination, output, capacity);
    configure(&encoder, options);
    jpeg_start_compress(&encoder, TRUE);
    if (options->icc_length > 0) jpeg_write_icc_profile(&encoder, options->icc, (unsigned int)options->icc_length);
    if (encoder.raw_data_in) {
        write_gray(&encoder, pixels, (size_t)options->width, (size_t)options->height);
    } else {
        write_rows(&encoder, pixels, (size_t)options->width * (size_t)options->components);
    }
    jpeg_finish_compress(&encoder);
    size_t length = capacity - destination.free_in_buffer;
    jpeg_destroy_compress(&encoder);
    return (ptrdiff_t)length;
}

/* ---- transcoding ---- */

static void open_source(j_decompress_ptr decoder, ScanLimit *progress, const CJPEG_DecodeOptions *options, const uint8_t *stream, size_t length) {
    jpeg_create_decompress(decoder);
    decoder->mem->max_memory_to_use = (long)options->memory_limit;
    progress->base.progress_monitor = check_scans;
    progress->scan_limit = options->scan_limit;
    decoder->progress = &progress->base;
    jpeg_mem_src(decoder, stream, (unsigned long)length);
    jpeg_read_header(decoder, TRUE);
    if ((int64_t)decoder->image_width != options->width || (int64_t)decoder->image_height != options->height ||
        decoder->num_components != options->components) {
        refuse((ErrorManager *)decoder->err, "the stream's size is not the one announced");
    }
    decoder->jpeg_color_space = space_of(options->stream_space);
}

ptrdiff_t CJPEG_transcode(
    const uint8_t *stream, size_t length, const CJPEG_DecodeOptions *source, const CJPEG_EncodeOptions *options, uint8_t *output,
    size_t capacity, CJPEG_Report *report) {
    struct jpeg_decompress_struct decoder;
    struct jpeg_compress_struct encoder;
    struct jpeg_destination_mgr destination;
    ErrorManager errors;
    ScanLimit progress;
    memset(&decoder, 0, sizeof decoder);
    memset(&encoder, 0, sizeof encoder);
    memset(&progress, 0, sizeof progress);
    decoder.err = encoder.err = quiet(&errors, report);
    int escaped = setjmp(errors.escape);
    if (escaped) {
        jpeg_destroy_compress(&encoder);
        jpeg_destroy_decompress(&decoder);
        return escaped == FULL ? 0 : -1;
    }
    open_source(&decoder, &progress, source, stream, length);
    jvirt_barray_ptr *coefficients = jpeg_read_coefficients(&decoder);
    if (errors.base.num_warnings > 0) refuse(&errors, "a damaged stream");

    start_encoder(&encoder, &destination, output, capacity);
    jpeg_copy_critical_parameters(&decoder, &encoder);
    for (int i = 0; i < encoder.num_components; i++) encoder.comp_info[i].component_id = i + 1;
    encoder.write_JFIF_header = TRUE;
    encoder.write_Adobe_marker = FALSE;
    encoder.density_unit = options->density_unit;
    encoder.X_density = options->x_density;
    encoder.Y_density = options->y_density;
    jpeg_write_coefficients(&encoder, coefficients);
    if (options->icc_length > 0) jpeg_write_icc_profile(&encoder, options->icc, (unsigned int)options->icc_length);
    jpeg_finish_compress(&encoder);
    size_t written = capacity - destination.free_in_buffer;
    jpeg_destroy_compress(&encoder);
    jpeg_destroy_decompress(&decoder);
    return (ptrdiff_t)written;
}
