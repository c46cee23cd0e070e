#include "cjxl.h"

#include <stdio.h>
#include <string.h>

static int refuse(CJXL_Report *report, const char *why) {
    snprintf(report->message, sizeof report->message, "%s", why);
    return -1;
}

#if __has_include(<jxl/decode.h>)

#include <jxl/decode.h>

int CJXL_is_available(void) { return 1; }

static int unsupported(CJXL_Report *report, const char *why) {
    report->is_unsupported = 1;
    return refuse(report, why);
}

/* Called before libjxl allocates the picture. */
static int check(JxlDecoder *decoder, const CJXL_Shape *shape, CJXL_Report *report) {
    JxlBasicInfo info;
    if (JxlDecoderGetBasicInfo(decoder, &info) != JXL_DEC_SUCCESS) return refuse(report, "no basic information");
    if ((int64_t)info.xsize != shape->width || (int64_t)info.ysize != shape->height ||
        (int64_t)info.num_color_channels != shape->components) {
        return refuse(report, "the stream's size is not the one announced");
    }
    if (info.exponent_bits_per_sample != 0) return unsupported(report, "floating-point JPEG XL");
    if (info.bits_per_sample > 16) return unsupported(report, "JPEG XL of more than 16 bits");
    if ((int32_t)info.bits_per_sample > shape->sample_size * 8) return refuse(report, "the stream has more bits than announced");
    report->precision = (int32_t)info.bits_per_sample;
    return 0;
}

static int give_room(JxlDecoder *decoder, const CJXL_Shape *shape, uint8_t *pixels, size_t capacity, CJXL_Report *report) {
    JxlPixelFormat format = {
        (uint32_t)shape->components, shape->sample_size == 1 ? JXL_TYPE_UINT8 : JXL_TYPE_UINT16, JXL_LITTLE_ENDIAN, 0};
    size_t needed = 0;
    if (JxlDecoderImageOutBufferSize(decoder, &format, &needed) != JXL_DEC_SUCCESS || needed > capacity) {
        return refuse(report, "the stream needs more room than announced");
    }
    if (JxlDecoderSetImageOutBuffer(decoder, &format, pixels, capacity) != JXL_DEC_SUCCESS) return refuse(report, "no room");
    return 0;
}

/* libjxl delivers the whole range of the output type: back to the stream's own, exactly. */
static void rescale(uint8_t *pixels, size_t capacity, int32_t size, int32_t precision) {
    uint32_t own = ((uint32_t)1 << precision) - 1, whole = size == 1 ? 255 : 65535;
    if (own == whole) return;
    for (size_t at = 0; at + (size_t)size <= capacity; at += (size_t)size) {
        uint16_t value = size == 1 ? pixels[at] : 0;
        if (size == 2) memcpy(&value, pixels + at, 2);
        value = (uint16_t)(((uint64_t)value * own + whole / 2) / whole);
        if (size == 1) pixels[at] = (uint8_t)value; else memcpy(pixels + at, &value, 2);
    }
}

static int decode(JxlDecoder *decoder, const CJXL_Shape *shape, uint8_t *pixels, size_t capacity, CJXL_Report *report) {
    int has_room = 0;
    for (;;) {
        switch (JxlDecoderProcessInput(decoder)) {
        case JXL_DEC_BASIC_INFO:
            if (check(decoder, shape, report)) return -1;
            break;
        case JXL_DEC_NEED_IMAGE_OUT_BUFFER:
            if (report->precision == 0) return refuse(report, "no basic information");
            if (give_room(decoder, shape, pixels, capacity, report)) return -1;
            has_room = 1;
            break;
        case JXL_DEC_FULL_IMAGE:
        case JXL_DEC_SUCCESS: return has_room ? 0 : refuse(report, "no picture in the stream");
        case JXL_DEC_NEED_MORE_INPUT:
            if (!has_room) return refuse(report, "the stream ends before its picture");
            report->is_cut = 1;
            JxlDecoderFlushImage(decoder);
            return 0;
        default: return refuse(report, "libjxl refuses the stream");
        }
    }
}

int CJXL_shape(const uint8_t *stream, size_t length, CJXL_Shape *shape, CJXL_Report *report) {
    memset(report, 0, sizeof *report);
    memset(shape, 0, sizeof *shape);
    JxlDecoder *decoder = JxlDecoderCreate(NULL);
    if (!decoder) return refuse(report, "no memory");
    int result = -1;
    JxlBasicInfo info;
    if (JxlDecoderSubscribeEvents(decoder, JXL_DEC_BASIC_INFO) == JXL_DEC_SUCCESS &&
        JxlDecoderSetInput(decoder, stream, length) == JXL_DEC_SUCCESS && JxlDecoderProcessInput(decoder) == JXL_DEC_BASIC_INFO &&
        JxlDecoderGetBasicInfo(decoder, &info) == JXL_DEC_SUCCESS && info.xsize <= INT32_MAX && info.ysize <= INT32_MAX) {
        shape->width = (int32_t)info.xsize;
        shape->height = (int32_t)info.ysize;
        shape->components = (int32_t)info.num_color_channels;
        report->precision = (int32_t)info.bits_per_sample;
        shape->sample_size = info.bits_per_sample <= 8 ? 1 : 2;
        result = 0;
    }
    JxlDecoderDestroy(decoder);
    return result;
}

int CJXL_decode(
    const uint8_t *stream, size_t length, const CJXL_Shape *shape, uint8_t *pixels, size_t capacity, CJXL_Report *report) {
    memset(report, 0, sizeof *report);
    /* No parallel runner: one thread. */
    JxlDecoder *decoder = JxlDecoderCreate(NULL);
    if (!decoder) return refuse(report, "no memory");
    int result = -1;
    /* The matrix stays as it is coded: DICOM says elsewhere how the patient lies. */
    if (JxlDecoderSetKeepOrientation(decoder, JXL_TRUE) == JXL_DEC_SUCCESS &&
        JxlDecoderSubscribeEvents(decoder, JXL_DEC_BASIC_INFO | JXL_DEC_FULL_IMAGE) == JXL_DEC_SUCCESS &&
        JxlDecoderSetInput(decoder, stream, length) == JXL_DEC_SUCCESS) {
        JxlDecoderCloseInput(decoder);
        result = decode(decoder, shape, pixels, capacity, report);
    }
    JxlDecoderDestroy(decoder);
    if (result == 0) rescale(pixels, capacity, shape->sample_size, report->precision);
    return result;
}

#else

int CJXL_is_available(void) { return 0; }

int CJXL_shape(const uint8_t *stream, size_t length, CJXL_Shape *shape, CJXL_Report *report) {
    (void)stream, (void)length;
    memset(report, 0, sizeof *report);
    memset(shape, 0, sizeof *shape);
    return refuse(report, "built without libjxl");
}

int CJXL_decode(
    const uint8_t *stream, size_t length, const CJXL_Shape *shape, uint8_t *pixels, size_t capacity, CJXL_Report *report) {
    (void)stream, (void)length, (void)shape, (void)pixels, (void)capacity;
    memset(report, 0, sizeof *report);
    report->is_unsupported = 1;
    return refuse(report, "built without libjxl");
}

#endif
