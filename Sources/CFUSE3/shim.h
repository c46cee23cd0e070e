#ifndef DCMFS_CFUSE3_SHIM_H
#define DCMFS_CFUSE3_SHIM_H
/* 64-bit off_t is the default on every platform we support; defining _FILE_OFFSET_BITS here would clash with Glibc's module. */
#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>
#endif
