#ifndef DCMFS_CLinux_H
#define DCMFS_CLinux_H
#include <stddef.h>
#include <stdint.h>

#endif
