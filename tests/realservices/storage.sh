#!/usr/bin/env bash
# WsgiDAV (PyPI): a WebDAV file server on 127.0.0.1
# usage: [DATA=dir] [PORT=n] storage.sh install|start|seed|stop|status|settings   (as root, Debian 12)
NAME=storage PORT_OFFSET=5
. "$(dirname "$0")/common.sh"
DAV_USER=${DAV_USER:-support}
DAV_PASSWORD=${DAV_PASSWORD:-Dav-Pass-1}

do_install() {
  curl_and_jq
  venv_install 3.9 "wsgidav${WSGIDAV_VERSION:+==$WSGIDAV_VERSION}" cheroot lxml
}
do_start() {
  alive storage && { log "already running"; return 0; }
  free_port "$PORT"
  mkdir -p "$DATA/files"
  cat > "$DATA/etc/wsgidav.yaml" <<EOF
host: $HOST
port: $PORT
provider_mapping: {"/": "$DATA/files"}
http_authenticator: {accept_basic: true, accept_digest: false, default_to_digest: false}
simple_dc:
  user_mapping:
    "*":
      "$DAV_USER": {password: "$DAV_PASSWORD"}
property_manager: true
lock_storage: true
verbose: 2
logging: {enable: true}
EOF
  chmod 600 "$DATA/etc/wsgidav.yaml"
  spawn storage "$DATA/venv/bin/python" "$DATA/venv/bin/wsgidav" -c "$DATA/etc/wsgidav.yaml"
  wait_http "http://$HOST:$PORT/" 30 storage
}
dav() { # dav METHOD PATH [CURL ARGS]
  local method=$1 path=$2; shift 2
  request "$method" "http://$HOST:$PORT$path" -u "$DAV_USER:$DAV_PASSWORD" "$@"
}
do_seed() {
  alive storage || die "not running"
  local d f text
  for d in runbooks customers customers/acme customers/globex customers/initech; do dav MKCOL "/$d" >/dev/null; done
  while IFS='|' read -r f text; do
    printf '%b\n' "$text" | dav PUT "/$f" -H 'Content-Type: text/plain' --data-binary @- >/dev/null; log "file: $f"
  done <<'EOF'
runbooks/api-500-errors.md|# API 500 errors\n\nRaise POOL_SIZE to 50, then restart the API.
customers/acme/contract.txt|Acme Corp, Enterprise, first answer within one hour.
customers/acme/api.log|2026-11-16T09:10:02Z POST /v2/orders 500 pool exhausted\n2026-11-16T09:10:03Z POST /v2/orders 500 pool exhausted
customers/globex/contract.txt|Globex Inc, Growth.
customers/initech/contract.txt|Initech LLC, Starter.
EOF
}
do_stop() { stop_one storage; }
do_settings() {
  jq -n --arg url "http://$HOST:$PORT" --arg user "$DAV_USER" --arg password "$DAV_PASSWORD" \
    '{webdav: {url: $url, user: $user, password: $password}}'
}
do_status() {
  if alive storage; then echo "storage: up, $(rss_mb storage) MB RSS/PSS, http://$HOST:$PORT (WebDAV), data $(disk_mb) MB (+ venv $(du -sm "$DATA/venv" | cut -f1))"
    dav PROPFIND /customers/ -H 'Depth: 1' | grep -o '<[A-Za-z]*:href>[^<]*' | sed 's/.*>//' | tr '\n' ' '; echo
  else echo "storage: down"; return 3; fi
}

run "$@"
