#!/bin/bash
# A real NFS server and real NFS clients on one machine, to try wasmrollout where it is meant to run.
#
#   Tests/NFS/lab.sh build              makes the virtual machine (once; some minutes)
#   Tests/NFS/lab.sh run DIR COMMAND    boots it with DIR at /payload and runs COMMAND there
#   Tests/NFS/lab.sh test PRODUCTS      the proof: what `make test-nfs` runs, with the programs in PRODUCTS
#
# The machine is a Debian kernel with all its files in memory: nothing in it outlives a run. In it, the first process is the
# NFS server, and each client is a set of namespaces of its own (network, mounts, host name), as separate as two hosts are.
#
# Needs root on Debian and: apt-get install qemu-system-x86 debootstrap cpio
# Settings: NFS_LAB (where the machine is kept; .build/nfs-lab), NFS_LAB_SUITE (this machine's), NFS_LAB_MIRROR,
# NFS_LAB_MEMORY (MB; 3072), NFS_LAB_DEADLINE (s; 1500), NFS_LAB_RESULTS (where the guest's logs go; $NFS_LAB/results),
# NFS_LAB_KVM (1 where the machine has a KVM that works: several times faster than the emulation that is the default).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lab=${NFS_LAB:-$here/../../.build/nfs-lab}
suite=${NFS_LAB_SUITE:-$(. /etc/os-release && echo "${VERSION_CODENAME:-bookworm}")}
mirror=${NFS_LAB_MIRROR:-http://deb.debian.org/debian}
mkdir -p "$lab"
lab=$(cd "$lab" && pwd)

# Directories that are gone when this script is, however it ends.
remove=()
trap '[ ${#remove[@]} = 0 ] || rm -rf "${remove[@]}"' EXIT

fail() { echo "Could not $*" >&2; exit 69; }

need() {
    command -v "$1" >/dev/null || fail "run the NFS lab: there is no '$1'. Install it: apt-get install $2."
}

# The files of the guest, as one archive that the kernel unpacks into memory.
archive() { (cd "$1" && find . -print0 | cpio --null --create --format=newc --quiet); }

build() {
    need debootstrap debootstrap
    need cpio cpio
    [ "$(id -u)" = 0 ] || fail "build the NFS lab: debootstrap needs root. Run it as root."
    local root=$lab/root packages=nfs-kernel-server,nfs-common,iproute2,kmod,procps,e2fsprogs,python3-minimal,busybox-static
    rm -rf "$root" "$lab/kernel" "$lab/files.cpio"
    debootstrap --variant=minbase --include="$packages" "$suite" "$root" "$mirror" >"$lab/debootstrap.log" 2>&1 \
        || fail "build the NFS lab: debootstrap failed. See $lab/debootstrap.log."
    add_kernel "$root"
    rm -rf "$root"/var/cache/apt "$root"/var/lib/apt/lists "$root"/usr/share/{doc,man,locale,info}
    mkdir -p "$root"/{payload,export,volume,results}
    archive "$root" >"$lab/files.cpio.part"
    mv "$lab/files.cpio.part" "$lab/files.cpio"
    rm -rf "$root"
    echo "NFS lab built in $lab: Linux $(cat "$lab/kernel.version")"
}

# The kernel that the suite calls current for clouds, fetched by the new root's own apt; only the modules that are used.
add_kernel() {
    local root=$1 package version
    chroot "$root" apt-get -qq update
    package=$(chroot "$root" apt-cache depends linux-image-cloud-amd64 | awk '$1 == "Depends:" { print $2; exit }')
    (cd "$lab" && rm -f linux-image-*.deb)
    (cd "$root/tmp" && chroot "$root" sh -c "cd /tmp && apt-get -qq download $package") \
        || fail "build the NFS lab: the kernel $package could not be fetched. Check the network."
    dpkg-deb --extract "$root"/tmp/linux-image-*.deb "$lab/unpacked"
    version=${package#linux-image-}
    cp "$lab/unpacked/boot/vmlinuz-$version" "$lab/kernel"
    local from=$lab/unpacked/lib/modules/$version to=$root/lib/modules/$version part
    mkdir -p "$to/kernel/drivers"
    cp "$from"/modules.{order,builtin,builtin.modinfo} "$to"
    for part in fs net lib crypto arch drivers/virtio drivers/block drivers/char drivers/net; do
        [ ! -d "$from/kernel/$part" ] || cp -a "$from/kernel/$part" "$to/kernel/$(dirname "$part")/"
    done
    chroot "$root" depmod "$version"
    echo "$version" >"$lab/kernel.version"
    rm -rf "$lab/unpacked" "$root"/tmp/*.deb
}

# Copies a program with the libraries that the guest does not have. The C library is the guest's own: with this machine's
# suite it is the same one.
add_program() {
    local program=$1 payload=$2 library
    mkdir -p "$payload/bin" "$payload/lib"
    install -m 755 "$program" "$payload/bin/"
    while read -r library; do
        case $(basename "$library") in
            ld-linux* | libc.so* | libm.so* | libpthread* | libdl.so* | librt.so*) ;;
            *) cp -L "$library" "$payload/lib/" ;;
        esac
    done < <(ldd "$program" 2>/dev/null | grep --only-matching '/[^ ]*' | sort -u)
}

# Boots with the payload and waits for the command's result, which the guest writes as its last word.
run() {
    need qemu-system-x86_64 qemu-system-x86
    [ -s "$lab/files.cpio" ] || build
    local payload=$1 command=$2 results=${NFS_LAB_RESULTS:-$lab/results} scratch status=0
    scratch=$(mktemp -d "$lab/run.XXXXXX")
    remove+=("$scratch")
    mkdir -p "$scratch/files/payload" "$results"
    cp -a "$payload/." "$scratch/files/payload/"
    install -m 755 "$here/guest/init" "$scratch/files/init"
    printf '%s\n' "$command" >"$scratch/files/payload/.command"
    { cat "$lab/files.cpio"; archive "$scratch/files"; } >"$scratch/initrd"
    rm -rf "$scratch/files"
    truncate --size 1G "$scratch/export.disk"
    : >"$results/report"
    local acceleration=(-accel "tcg,thread=multi" -cpu max)
    [ -z "${NFS_LAB_KVM:-}" ] || acceleration=(-accel kvm -cpu host)
    timeout --kill-after 5 "${NFS_LAB_DEADLINE:-1500}" qemu-system-x86_64 "${acceleration[@]}" \
        -smp 2 -m "${NFS_LAB_MEMORY:-3072}" -nodefaults -no-user-config -display none -no-reboot \
        -kernel "$lab/kernel" -initrd "$scratch/initrd" -append "console=ttyS0 quiet panic=-1 rdinit=/init" \
        -drive "file=$scratch/export.disk,if=virtio,format=raw,cache=unsafe" \
        -device virtio-rng-pci -serial "file:$results/console" -device virtio-serial-pci \
        -chardev "file,id=report,path=$results/report" -device virtserialport,chardev=report,name=report \
        -chardev "file,id=logs,path=$scratch/logs.tar" -device virtserialport,chardev=logs,name=logs </dev/null &
    local machine=$!
    tail --pid=$machine --lines=+1 --sleep-interval=0.3 --follow "$results/report" | sed '/^lab: exit /d' || true
    wait $machine || status=$?
    tar --extract --file "$scratch/logs.tar" --directory "$results" 2>/dev/null || true
    [ $status = 0 ] || fail "finish the run in the NFS lab: the machine ended with $status. See $results/console."
    status=$(sed -n 's/^lab: exit \([0-9]*\).*$/\1/p' "$results/report" | tail -n 1)
    [ -n "$status" ] || fail "finish the run in the NFS lab: it ended without a result. See $results/console."
    return "$status"
}

test_all() {
    local products=$1 payload
    payload=$(mktemp -d "$lab/payload.XXXXXX")
    remove+=("$payload")
    local program
    for program in wasmrollout spin-stand-in; do
        [ -x "$products/$program" ] || fail "test on NFS: $products has no $program. Build it first: swift build."
        add_program "$products/$program" "$payload"
    done
    cp "$here"/guest/*.sh "$here"/guest/*.py "$payload/"
    chmod 755 "$payload"/*.sh "$payload"/*.py
    run "$payload" "/payload/scenario.sh${NFS_LAB_ONLY:+ $NFS_LAB_ONLY}"
}

case "${1:-}" in
    build) build ;;
    run) [ $# -ge 3 ] || fail "run a command: DIR and COMMAND are needed. See the top of lab.sh."; run "$2" "$3" ;;
    test) [ $# -ge 2 ] || fail "test on NFS: name the directory of the built programs."; test_all "$2" ;;
    *) sed -n '2,16p' "${BASH_SOURCE[0]}" | sed 's/^# \{0,1\}//'; exit 64 ;;
esac
