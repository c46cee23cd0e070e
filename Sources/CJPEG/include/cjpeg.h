#ifndef DCMFS_CJPEG_H
#define DCMFS_CJPEG_H
#include <stddef.h>
#include <stdint.h>

#endif
