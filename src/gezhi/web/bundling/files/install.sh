#!/bin/sh
# Installs Gezhi from this folder: no network, no administrator right.   ./install.sh [FOLDER]
# 从本文件夹安装格治：不联网，不需要管理员权限。                          ./install.sh [文件夹]
set -eu
umask 022
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

stop() {
    printf '%s\n' "$@" >&2
    exit 1
}

if [ "$#" -ge 1 ]; then
    target=$1
elif [ "$(id -u)" = 0 ]; then
    target=/opt/gezhi
else
    target=${HOME:-$here}/gezhi
fi
mkdir -p -- "$target"
target=$(CDPATH='' cd -- "$target" && pwd)

# Asked of the manifest without a JSON reader: each value stands on a line of its own.
told() { sed -n "s/^ \"$1\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}\$/\1/p" "$here/manifest.json"; }
version=$(told version)
machine=$(told platform)
machine=${machine#linux-}
[ "$(uname -s)" = Linux ] && [ "$(uname -m)" = "$machine" ] ||
    stop "This archive is for Linux on $machine; this machine is $(uname -s) on $(uname -m)." \
        "这个安装包用于 $machine 的 Linux，本机是 $(uname -m) 的 $(uname -s)。"

# The Python: the one in the archive, otherwise the newest on this machine for which the archive has wheels.
release=$target/releases/$version
if [ -f "$here/runtime/python.tar.gz" ]; then
    rm -rf -- "$release.new"
    mkdir -p -- "$release.new"
    tar -xzf "$here/runtime/python.tar.gz" -C "$release.new"
    python=$(find "$release.new" -path '*/bin/python3' | head -n 1)
    [ -n "$python" ] || stop "There is no bin/python3 in runtime/python.tar.gz." "runtime/python.tar.gz 里没有 bin/python3。"
    runtime=$release/${python#"$release.new"/}
else
    python=
    for name in python3.13 python3.12 python3.11 python3; do
        command -v "$name" >/dev/null 2>&1 || continue
        found=$("$name" -c 'import sys; print("%d.%d" % sys.version_info[:2])') || continue
        if grep -q "^  \"$found\",\{0,1\}\$" "$here/manifest.json" && "$name" -c 'import venv' 2>/dev/null; then
            python=$(command -v "$name")
            break
        fi
    done
    versions=$(sed -n 's/^  "\(3\.[0-9]*\)",\{0,1\}$/\1/p' "$here/manifest.json" | tr '\n' ' ')
    [ -n "$python" ] ||
        stop "Gezhi needs a Python of version $versions(with its module venv); none was found on this machine." \
            "Install one from the system's own disc, or use an archive that was made with --runtime." \
            "格治需要 Python $versions（含 venv 模块），本机没有找到。" \
            "请从系统安装盘安装，或使用带 --runtime 制作的安装包。"
    runtime=
fi
"$python" -c 'import os, sys; n, v = os.confstr("CS_GNU_LIBC_VERSION").split(); sys.exit(tuple(map(int, v.split("."))) < (2, 28))' ||
    stop "This system's C library is older than glibc 2.28." "本系统的 C 语言库早于 glibc 2.28。"
"$python" -I "$here/verify.py" ||
    stop "The archive is damaged: copy it again." "安装包已损坏，请重新复制。"

# A release in a folder of its own: an upgrade leaves the former one in place, and the link changes last.
rm -rf -- "$release"
mkdir -p -- "$target/releases" "$target/bin"
if [ -n "$runtime" ]; then
    mv -- "$release.new" "$release"
    python=$runtime
fi
"$python" -m venv --without-pip "$release/venv"
installer=$(ls "$here"/wheels/pip-*.whl)
pip() {
    "$release/venv/bin/python" -I "$installer/pip" --isolated --disable-pip-version-check --no-input "$@"
}
pip install --quiet --no-index --find-links "$here/wheels" --require-hashes --requirement "$here/requirements.lock"
pip install --quiet --no-index --no-deps "$here"/wheels/gezhi-"$version"-*.whl
sed "s|/opt/gezhi|$target|g" "$here/gezhi.service" >"$release/gezhi.service"
ln -sfn -- "$release/venv/bin/gezhi" "$target/bin/gezhi"

printf '%s\n' "" \
    "Gezhi $version is installed in $target" \
    "  a demo city:     $target/bin/gezhi --data $target/demo-data demo --serve" \
    "  your office:     $target/bin/gezhi --data $target/data serve" \
    "  as a service:    $release/gezhi.service, see README.txt" \
    "格治 $version 已安装到 $target" \
    "  演示城市：       $target/bin/gezhi --data $target/demo-data demo --serve" \
    "  正式使用：       $target/bin/gezhi --data $target/data serve" \
    "  作为系统服务：   $release/gezhi.service，见 README.txt"
