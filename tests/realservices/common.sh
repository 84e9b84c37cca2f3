# shellcheck shell=bash
# What the scripts of the real systems share. A script sets NAME and PORT_OFFSET, sources this file, sets its own
# variables, defines do_install, do_start, do_seed, do_stop, do_status and do_settings, and ends with: run "$@"
set -euo pipefail
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes
umask 022
HOST=127.0.0.1
ROOT=${REALSERVICES_ROOT:-${TMPDIR:-/tmp}/realservices}
FIRST_PORT=${FIRST_PORT:-$(cat "$ROOT/first_port" 2>/dev/null || echo 18081)}
PORT=${PORT:-$((FIRST_PORT + PORT_OFFSET))}
DATA=${DATA:-$ROOT/$NAME}
RUN=$DATA/run LOG=$DATA/log
log() { printf '[%s] %s\n' "$NAME" "$*" >&2; }
die() { log "error: $*"; exit 1; }

# --- packages -------------------------------------------------------------
APT_LOCK=/run/lock/realservices-apt.lock
installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
# Install Debian packages without prompts and without letting them start daemons (a temporary policy-rc.d, unless the
# machine already has one). One script at a time: the next one must not lose the policy file of the one before.
apt_install() {
  local need=() p
  for p in "$@"; do installed "$p" || need+=("$p"); done
  [ ${#need[@]} -gt 0 ] || return 0
  (
    flock 9
    if [ ! -e /usr/sbin/policy-rc.d ]; then
      trap 'rm -f /usr/sbin/policy-rc.d' EXIT
      trap 'exit 130' INT TERM
      printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
      chmod 755 /usr/sbin/policy-rc.d
    fi
    # Lists of packages older than a day may name versions that the archive no longer has.
    find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' -mmin -1440 2>/dev/null | grep -q . || apt_get update || true
    apt_get --no-install-recommends install "${need[@]}"
  ) 9>"$APT_LOCK"
}
apt_get() {
  apt-get -y -o Acquire::Retries=2 -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=300 \
    "$@" </dev/null >>"$LOG/install.log" 2>&1 9>&-
}
find_python() { # find_python MIN: a python >= MIN that can make a venv
  local c
  for c in ${PYTHON:-} python3 /usr/bin/python3 python3.13 python3.12 python3.11 "${HOME:-/root}"/.pyenv/versions/3.1[2-9]*/bin/python /usr/local/bin/python3; do
    "$c" -c "import sys,ensurepip; sys.exit(sys.version_info < tuple(map(int,'$1'.split('.'))))" 2>/dev/null && { echo "$c"; return 0; }
  done
  return 1
}
venv_install() { # venv_install MIN PKG...
  local py min=$1; shift
  py=$(find_python "$min") || { apt_install python3 python3-venv; py=$(find_python "$min") || die "no python >= $min that can make a venv"; }
  "$DATA/venv/bin/python" -c '' 2>/dev/null || { rm -rf "$DATA/venv"; "$py" -m venv "$DATA/venv"; }
  "$DATA/venv/bin/python" -m pip install --disable-pip-version-check --no-input --retries 2 --timeout 30 -q "$@" >>"$LOG/install.log" 2>&1 \
    || { tail -5 "$LOG/install.log" >&2; die "pip failed"; }
}
curl_and_jq() { command -v curl >/dev/null && command -v jq >/dev/null || apt_install curl jq; }

# --- processes ------------------------------------------------------------
# Each daemon is started in its own session; its pid file holds "pid starttime"
# so that a recycled pid is never signalled.
_start_of() { sed -n 's/^.*) //p' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
spawn() { # spawn ID CMD...
  local id=$1; shift
  setsid "$@" </dev/null >>"$LOG/$id.log" 2>&1 &
  local pid=$!
  echo "$pid $(_start_of "$pid")" > "$RUN/$id.pid"
  sleep 0.2
}
alive() { # alive ID
  local pid st
  [ -s "$RUN/$1.pid" ] && read -r pid st < "$RUN/$1.pid" && [ -n "$st" ] && [ "$(_start_of "$pid")" = "$st" ]
}
stop_one() { # stop_one ID [SIGNAL]: signals only the process group led by our pid
  local pid st
  if alive "$1"; then
    read -r pid st < "$RUN/$1.pid"
    kill -"${2:-TERM}" -- "-$pid" 2>/dev/null || true
    for _ in $(seq 100); do kill -0 -- "-$pid" 2>/dev/null || break; sleep 0.1; done
    kill -KILL -- "-$pid" 2>/dev/null || true
  fi
  rm -f "$RUN/$1.pid"
}
rss_mb() { # "RSS/PSS" in MB, summed over every process of our session (PSS counts shared pages once)
  local pid st p r=0 s=0 v
  alive "$1" || { echo 0/0; return; }
  read -r pid st < "$RUN/$1.pid"
  for p in $(ps -eo pid=,sid=,pgid= | awk -v p="$pid" '$2==p||$3==p{print $1}'); do
    v=$(awk '/^Rss:/{r=$2} /^Pss:/{s=$2} END{print r+0, s+0}' "/proc/$p/smaps_rollup" 2>/dev/null || echo 0 0)
    r=$((r + ${v% *})); s=$((s + ${v#* }))
  done
  echo "$((r/1024))/$((s/1024))"
}
wait_http() { # wait_http URL SECONDS ID
  local end=$((SECONDS + $2))
  while [ "$SECONDS" -lt "$end" ]; do
    curl -s --noproxy '*' -o /dev/null --max-time 5 "$1" && return 0
    alive "$3" || { tail -n 20 "$LOG/$3.log" >&2; die "$3 exited"; }
    sleep 0.2
  done
  tail -n 20 "$LOG/$3.log" >&2; die "$1 did not answer in $2 s"
}
free_port() { # free_port PORT: refuses to go on where somebody else answers there
  ! (exec 3<>"/dev/tcp/$HOST/$1") 2>/dev/null || die "port $1 is taken by another process"
}
request() { # request METHOD URL [CURL ARGS...]: the body of a 2xx answer; says what went wrong with any other
  local method=$1 url=$2 out code; shift 2
  out=$(curl -sS --noproxy '*' -X "$method" "$@" -w '\n%{http_code}' "$url")
  code=${out##*$'\n'}; out=${out%$'\n'*}
  case $code in 2*) [ -z "$out" ] || printf '%s\n' "$out" ;; *) log "$method ${url#"http://$HOST:$PORT"} -> $code ${out:0:600}"; return 1 ;; esac
}
hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; } # hex BYTES: random ones, as hexadecimal digits
disk_mb() { du -sm --exclude=venv "$DATA" | cut -f1; }

# --- actions --------------------------------------------------------------
timed() { # timed WORD COMMAND
  local t; t=$(date +%s%3N)
  "$2"
  log "$1 in $(( $(date +%s%3N) - t )) ms"
}
seed_once() {
  [ ! -e "$DATA/.seeded" ] || { log "already seeded"; return 0; }
  [ ! -e "$DATA/.seeding" ] || die "seeding stopped half way before: stop, remove $DATA, and begin again"
  touch "$DATA/.seeding"
  do_seed
  mv "$DATA/.seeding" "$DATA/.seeded"
}
run() {
  case "${1:-}" in
    install|start|seed|stop|status|settings) mkdir -p "$DATA" "$RUN" "$LOG" "$DATA/etc" ;;
    *) echo "usage: [DATA=dir] [PORT=n] $0 install|start|seed|stop|status|settings" >&2; exit 2 ;;
  esac
  case $1 in
    install) timed installed do_install ;;
    start) timed up do_start ;;
    seed) timed seeded seed_once ;;
    stop) do_stop; log "stopped" ;;
    status) do_status ;;
    settings) do_settings ;;
  esac
}
