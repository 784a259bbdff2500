# To be sourced by scripts that need a system with little on it: roots of Debian releases, made by debootstrap and entered by chroot.
# The clients in a root use the registries as this system does: what is configured here (mirror, proxies, certificates) is copied into it,
# and nothing of it is written down here. Needs root.
#
# roots are kept in $roots and made anew only if they are missing.

roots=${FARSPAN_ROOTS:-$PWD/build/roots}

# The mirror that apt uses here.
debian_mirror() {
    apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' | sed -n 's/ Debian$//p' | head -n 1
}

# make_root <release>: the smallest system (debootstrap's "minbase") in $roots/<release>, with what is configured here
make_root() {
    local release=$1 root=$roots/$1 mirror file
    [ ! -f "$root/.made" ] || return 0
    rm -rf "$root" && mkdir -p "$roots" || return
    mirror=$(debian_mirror)
    [ -n "$mirror" ] || { echo 'apt knows no mirror of Debian here (run apt-get update)'; return 1; }
    debootstrap --variant=minbase "$release" "$root" "$mirror" || return
    # How to reach a mirror, and which certificates to trust.
    for file in $(grep -lsE 'Acquire::|Proxy|Verify|CaInfo' /etc/apt/apt.conf /etc/apt/apt.conf.d/*); do
        case $file in *docker* | *appstream*) ;; *) cp "$file" "$root/etc/apt/apt.conf.d/" ;; esac
    done
    printf '%s\n' 'APT::Get::Assume-Yes "true";' 'APT::Install-Recommends "false";' 'APT::Sandbox::User "root";' 'Acquire::Retries "3";' \
        >"$root/etc/apt/apt.conf.d/99answers"
    cp /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null
    mkdir -p "$root/usr/local/share/ca-certificates" "$root/etc/ssl/certs"
    cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/" 2>/dev/null
    cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/" 2>/dev/null
    for file in .cargo/config .cargo/config.toml .m2/settings.xml .config/go/env .config/pip/pip.conf .npmrc; do
        [ ! -f "$HOME/$file" ] || { mkdir -p "$root/root/$(dirname "$file")" && cp "$HOME/$file" "$root/root/$file"; }
    done
    in_root "$root" apt-get -q update || return
    touch "$root/.made"
}

# copy_root <release or root> <name>: a new root of that name with the same content
copy_root() {
    rm -rf "${roots:?}/$2" && cp -a --reflink=auto "$roots/$1" "$roots/$2"
}

# in_root <root> <command>: as root in the root, in its /root, with what this environment says about registries. Mounts end with it.
in_root() {
    local root=$1 pass=() name
    shift
    for name in $(compgen -e); do
        case $name in
            *_proxy | *_PROXY | PIP_* | CARGO_* | GOPROXY | GOSUMDB | GONOSUMDB | GOFLAGS | SSL_CERT_FILE | REQUESTS_CA_BUNDLE | CURL_CA_BUNDLE | MAVEN_OPTS)
                [ "$name" = CARGO_TARGET_DIR ] || pass+=("$name=${!name}") ;;
        esac
    done
    # shellcheck disable=SC2016
    unshare --mount --propagation private sh -c '
        root=$1; shift
        mount -t proc proc "$root/proc" && mount --bind /dev "$root/dev" && { [ ! -d "$root/given" ] || [ -z "$GIVEN" ] || mount --bind "$GIVEN" "$root/given"; } &&
            exec chroot "$root" env -i "$@"' in_root "$root" HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        "${pass[@]}" "$@" </dev/null
}
