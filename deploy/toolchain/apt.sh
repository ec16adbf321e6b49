# Sourced by the scripts beside it: puts Debian packages on the machine, or says what to type.

# install_packages PACKAGE...: quiet where nothing is to be done by hand, else the exact line, and exit 1.
install_packages() {
    sudo=""
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
            sudo="sudo -n"
        else
            echo "Missing system packages. Type this, then try again:" >&2
            echo "    sudo apt-get update && sudo apt-get install -y --no-install-recommends $*" >&2
            exit 1
        fi
    fi
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "Missing: $*. This system has no apt: install them with its own package manager." >&2
        exit 1
    fi
    echo "… installing system packages: $*"
    export DEBIAN_FRONTEND=noninteractive
    # A list of packages that is missing or old is the usual reason for a failure: renew it, then try once more.
    $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 || {
        $sudo apt-get update -qq >/dev/null
        $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    }
}
