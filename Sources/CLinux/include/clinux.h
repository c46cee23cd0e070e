#ifndef DCMFS_CLinux_H
#define DCMFS_CLinux_H
#include <stddef.h>
#include <stdint.h>

#include "clinux_channel.h"
#include "clinux_files.h"
#include "clinux_identity.h"
#include "clinux_sandbox.h"
#include "clinux_spawn.h"

#endif
