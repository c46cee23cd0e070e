#ifndef DCMFS_CPNG_H
#define DCMFS_CPNG_H
#include <stddef.h>
#include <stdint.h>

#endif
