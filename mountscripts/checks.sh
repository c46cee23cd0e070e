# Shared by check-tools, check-desktop and check-samba: the mount that they look at, a scratch folder, and the table of what came of it.
# Source it after lib.sh; it cleans up at exit.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034

work=$(mktemp -d)
mount=
mounted=
children=()
checks=0
failures=0

# One row of the table: what was looked at, and what was seen.
pass() { checks=$((checks + 1)); printf 'ok      %-24s %s\n' "$1" "${2:-}"; }
fail() { checks=$((checks + 1)); failures=$((failures + 1)); printf 'FAILED  %-24s %s\n' "$1" "${2:-}"; }
skip() { printf 'skipped %-24s %s\n' "$1" "${2:-}"; }
row() { # LABEL SEEN COMMAND...
    local label=$1 seen=$2
    shift 2
    if "$@"; then pass "$label" "$seen"; else fail "$label" "$seen"; fi
}
# The last line, and the exit status.
conclude() {
    printf '%s checks, %s failed\n' "$checks" "$failures"
    [ "$failures" -eq 0 ]
}

clean_up() {
    local status=$? child
    for child in "${children[@]}"; do kill "$child" 2>/dev/null && wait "$child" 2>/dev/null; done
    if [ -n "$mounted" ]; then "$dcmfs" unmount "$mount" >/dev/null 2>&1 || "$dcmfs" unmount --lazy "$mount"; fi
    chmod -R u+w "$work" 2>/dev/null
    rm -rf --one-file-system "$work"
    exit "$status"
}
trap clean_up EXIT

# Sets $mount: a folder of a mount as it is; an archive or a folder of DICOM files (Fixtures when none is named) is mounted for the time being,
# by the program in $DCMFS_BUILD, else in .build/release, else in PATH. The mount's options are those in $mount_options.
open_mount() { # [MOUNT|ARCHIVE|FOLDER]
    local source=${1:-$root/Fixtures} problem
    [ -e "$source" ] || stop "no such file or folder: $source"
    if findmnt -n -o FSTYPE -T "$source" | grep -q '^fuse\.dcmfs$'; then
        mount=$(cd "$source" && pwd)
        return
    fi
    dcmfs=${DCMFS_BUILD:-$root/.build/release}/dcmfs
    [ -x "$dcmfs" ] || dcmfs=$(command -v dcmfs) || stop "build first: swift build -c release"
    problem=$(fuse_problem)
    [ -z "$problem" ] || stop "cannot mount: $problem"
    mount=$work/mount
    mkdir "$mount"
    if [ -d "$source" ]; then
        "$dcmfs" index --quiet "$work/archive.db" "$source" || stop "indexing $source failed"
        source=$work/archive.db
    fi
    "$dcmfs" mount ${mount_options:+-o "$mount_options"} "$source" "$mount" || stop "mounting $source failed"
    mounted=1
}

# Reads every file below $1 once: sums into $work/truth, as `sha256sum -c` takes them; files that answer EIO (damaged pictures) into $work/skip.
take_sums() { # FOLDER
    local other
    (cd "$1" && find . -type f -print0 | sort -z | LC_ALL=C xargs -0 sha256sum 2>"$work/errors" >"$work/truth")
    sed -n 's/^sha256sum: \(.*\): Input\/output error$/\1/p' "$work/errors" | sed "s/^'\(.*\)'\$/\1/" | sort >"$work/skip"
    damaged=$(wc -l <"$work/skip")
    other=$(grep -vc 'Input/output error$' "$work/errors")
    files=$(wc -l <"$work/truth")
    if [ "$other" -eq 0 ] && [ "$files" -gt 0 ]; then pass "reading" "$files files, $damaged damaged pictures answer EIO"
    else fail "reading" "$files files; $other errors that are not EIO: $(grep -v 'Input/output error$' "$work/errors" | head -n 2)"
    fi
}

# A copy, compared with $work/truth; it is removed afterwards.
compare() { # LABEL FOLDER
    local bad extra
    bad=$(cd "$2" && sha256sum --quiet -c "$work/truth" 2>&1 | head -n 3)
    extra=$(($(find "$2" -type f | wc -l) - files))
    # Some tools leave an empty or padded file where they could not read one.
    if [ -z "$bad" ] && [ "$extra" -ge 0 ] && [ "$extra" -le "$damaged" ]; then pass "$1" "$files files equal"; else fail "$1" "${bad:-$extra files more}"; fi
    chmod -R u+w "$2"
    rm -rf "$2"
}
