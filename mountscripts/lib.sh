# Shared by the scripts beside it: messages, packages, toolchain. Source it, do not run it.
# shellcheck shell=bash

# shellcheck disable=SC2034
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || say() { printf '\n%s\n' "$*"; }
stop() { printf 'dcmfs: %s\n' "$*" >&2; exit 1; }

# Run a command as root: directly, or through sudo.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1; then sudo "$@"
    else stop "this needs root, and there is no sudo here: run as root: $*"
    fi
}

# Debian and Ubuntu name two of the packages differently.
build_packages() {
    local jpeg=libjpeg62-turbo-dev
    # shellcheck disable=SC1091
    . /etc/os-release
    case " ${ID:-} ${ID_LIKE:-} " in *" ubuntu "*) jpeg=libjpeg-turbo8-dev ;; esac
    # libjxl-dev may be missing: then JPEG XL is not built in.
    echo "libfuse3-dev fuse3 libsqlite3-dev $jpeg libpng-dev libopenjp2-7-dev libcharls-dev libjxl-dev zlib1g-dev libssl-dev pkg-config"
}

# Install what is missing, and only that: a machine that has everything needs neither root nor a network.
install_packages() {
    local missing=() name
    for name in "$@"; do
        dpkg-query -W -f '${db:Status-Abbrev}' "$name" 2>/dev/null | grep -q '^ii' || missing+=("$name")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    command -v apt-get >/dev/null 2>&1 || stop "apt-get not found: these scripts know Debian and Ubuntu. Install by hand: ${missing[*]}"
    say "Installing ${missing[*]}"
    as_root apt-get update -qq || stop "apt-get update failed"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
        stop "apt-get could not install: ${missing[*]}"
}

need_swift() {
    command -v swift >/dev/null 2>&1 || stop "Swift is not installed (or not in PATH). Get Swift 6.3 or later from https://www.swift.org/install/linux/"
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    case $version in
        ""|[0-5].*|6.[0-2]) stop "Swift 6.3 or later is needed; this is ${version:-unknown}" ;;
    esac
}

# Say what keeps this machine from mounting; empty when nothing does.
fuse_problem() {
    if [ ! -e /dev/fuse ]; then echo "there is no /dev/fuse here (load the kernel module: modprobe fuse; in a container: --device /dev/fuse --cap-add SYS_ADMIN)"
    elif [ ! -r /dev/fuse ] || [ ! -w /dev/fuse ]; then echo "/dev/fuse may not be opened by $(id -un)"
    elif [ "$(id -u)" -ne 0 ] && ! command -v fusermount3 >/dev/null 2>&1; then echo "fusermount3 is missing (package fuse3)"
    elif [ "$(id -u)" -ne 0 ] && [ ! -e /etc/mtab ]; then echo "there is no /etc/mtab, without which fusermount3 does not unmount (sudo ln -s ../proc/self/mounts /etc/mtab)"
    fi
}
