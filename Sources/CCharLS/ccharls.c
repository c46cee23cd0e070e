#include "ccharls.h"

#include <stdio.h>
#include <string.h>

#include <charls/charls.h>

static int refuse(charls_jpegls_decoder *decoder, CCharLS_Report *report, const char *why) {
    snprintf(report->message, sizeof report->message, "%.190s", why);
    if (decoder) charls_jpegls_decoder_destroy(decoder);
    return -1;
}

int CCharLS_decode(
    const uint8_t *stream, size_t length, const CCharLS_Shape *shape, uint8_t *pixels, size_t capacity, CCharLS_Report *report) {
    memset(report, 0, sizeof *report);
    charls_jpegls_decoder *decoder = charls_jpegls_decoder_create();
    if (!decoder) return refuse(decoder, report, "no memory");
    charls_frame_info frame;
    memset(&frame, 0, sizeof frame);
    charls_jpegls_errc result = charls_jpegls_decoder_set_source_buffer(decoder, stream, length);
    if (!result) result = charls_jpegls_decoder_read_header(decoder);
    if (!result) result = charls_jpegls_decoder_get_frame_info(decoder, &frame);
    if (result) return refuse(decoder, report, charls_get_error_message(result));
    if ((int64_t)frame.width != shape->width || (int64_t)frame.height != shape->height || frame.component_count != shape->components ||
        frame.bits_per_sample != shape->precision) {
        return refuse(decoder, report, "the stream's size is not the one announced");
    }
    charls_interleave_mode mode = CHARLS_INTERLEAVE_MODE_NONE;
    size_t needed = 0;
    result = charls_jpegls_decoder_get_interleave_mode(decoder, &mode);
    if (!result && mode == CHARLS_INTERLEAVE_MODE_NONE && shape->components > 1) return refuse(decoder, report, "components of several scans");
    if (!result) result = charls_jpegls_decoder_get_destination_size(decoder, 0, &needed);
    if (result) return refuse(decoder, report, charls_get_error_message(result));
    if (needed > capacity) return refuse(decoder, report, "the stream needs more room than announced");
    result = charls_jpegls_decoder_decode_to_buffer(decoder, pixels, capacity, 0);
    if (result) snprintf(report->message, sizeof report->message, "%.190s", charls_get_error_message(result));
    charls_jpegls_decoder_destroy(decoder);
    /* Too much data are those that follow the last pixel. */
    return !result || result == CHARLS_JPEGLS_ERRC_TOO_MUCH_ENCODED_DATA ? 0 : 1;
}
