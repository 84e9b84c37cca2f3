#!/usr/bin/env bash
# Matrix Synapse (PyPI, SQLite) on 127.0.0.1
# usage: [DATA=dir] [PORT=n] matrix.sh install|start|seed|stop|status|settings   (as root, Debian 12)
NAME=matrix PORT_OFFSET=3
. "$(dirname "$0")/common.sh"
MATRIX_BOT=${MATRIX_BOT:-supportbot}
MATRIX_PASSWORD=${MATRIX_PASSWORD:-Chat-Pass-1}
MATRIX_RC=${MATRIX_RC:-off}

do_install() {
  curl_and_jq
  venv_install 3.10 "matrix-synapse${SYNAPSE_VERSION:+==$SYNAPSE_VERSION}"
}
do_start() {
  alive matrix && { log "already running"; return 0; }
  free_port "$PORT"
  mkdir -p "$DATA"/{db,media}
  [ -s "$DATA/etc/secrets" ] || ( umask 077; echo "SHARED=$(hex 24) MACAROON=$(hex 24) FORM=$(hex 24)" > "$DATA/etc/secrets" )
  . <(tr ' ' '\n' < "$DATA/etc/secrets")
  cat > "$DATA/etc/homeserver.yaml" <<EOF
server_name: chat.example
public_baseurl: http://$HOST:$PORT/
pid_file: $RUN/synapse-own.pid
listeners:
  - {port: $PORT, bind_addresses: ['$HOST'], type: http, tls: false, x_forwarded: false, resources: [{names: [client], compress: false}]}
database: {name: sqlite3, args: {database: $DATA/db/homeserver.db}}
media_store_path: $DATA/media
signing_key_path: $DATA/etc/signing.key
log_config: $DATA/etc/log.yaml
registration_shared_secret: $SHARED
macaroon_secret_key: $MACAROON
form_secret: $FORM
report_stats: false
enable_registration: false
trusted_key_servers: []
federation_domain_whitelist: []
send_federation: false
url_preview_enabled: false
enable_search: true
presence: {enabled: false}
EOF
  # MATRIX_RC=default keeps Synapse's own limits (10 messages, then one per 5 s: 429 M_LIMIT_EXCEEDED).
  if [ "$MATRIX_RC" != default ]; then cat >> "$DATA/etc/homeserver.yaml" <<'EOF'
rc_message: {per_second: 1000, burst_count: 1000}
rc_registration: {per_second: 1000, burst_count: 1000}
rc_joins: {local: {per_second: 1000, burst_count: 1000}}
rc_invites: {per_room: {per_second: 1000, burst_count: 1000}, per_user: {per_second: 1000, burst_count: 1000}, per_issuer: {per_second: 1000, burst_count: 1000}}
rc_room_creation: {per_second: 1000, burst_count: 1000}
rc_login: {address: {per_second: 1000, burst_count: 1000}, account: {per_second: 1000, burst_count: 1000}, failed_attempts: {per_second: 1000, burst_count: 1000}}
EOF
  fi
  cat > "$DATA/etc/log.yaml" <<EOF
version: 1
formatters: {p: {format: '%(asctime)s %(levelname)s %(name)s %(message)s'}}
handlers: {c: {class: logging.StreamHandler, formatter: p}}
root: {level: WARNING, handlers: [c]}
EOF
  [ -s "$DATA/etc/signing.key" ] || "$DATA/venv/bin/generate_signing_key" -o "$DATA/etc/signing.key"
  spawn matrix "$DATA/venv/bin/python" -m synapse.app.homeserver -c "$DATA/etc/homeserver.yaml"
  wait_http "http://$HOST:$PORT/health" 60 matrix
  local u
  for u in $MATRIX_BOT dana lee kim; do
    "$DATA/venv/bin/register_new_matrix_user" -u "$u" -p "$MATRIX_PASSWORD" $([ "$u" = "$MATRIX_BOT" ] && echo -a || echo --no-admin) \
      --exists-ok -c "$DATA/etc/homeserver.yaml" "http://$HOST:$PORT" >>"$LOG/setup.log" 2>&1 || { tail -3 "$LOG/setup.log" >&2; die "user $u"; }
  done
  [ -s "$DATA/etc/token" ] || ( umask 077; login "$MATRIX_BOT" > "$DATA/etc/token" )
}
login() {
  curl -sS --noproxy '*' -X POST "http://$HOST:$PORT/_matrix/client/v3/login" -H 'Content-Type: application/json' \
    --data-binary "$(jq -n --arg u "$1" --arg p "$MATRIX_PASSWORD" '{type:"m.login.password",identifier:{type:"m.id.user",user:$u},password:$p,device_id:"api"}')" | jq -er .access_token
}
api() { # api TOKEN METHOD PATH [JSON]
  request "$2" "http://$HOST:$PORT/_matrix/client/v3$3" -H "Authorization: Bearer $1" \
    -H 'Content-Type: application/json' ${4:+--data-binary "$4"}
}
uri() { jq -rn --arg s "$1" '$s|@uri'; }
do_seed() {
  alive matrix || die "not running"
  local bot room alias topic who text n=0 ev first=
  bot=$(cat "$DATA/etc/token")
  declare -A TOK; TOK[$MATRIX_BOT]=$bot
  for who in dana lee kim; do TOK[$who]=$(login $who); done
  while IFS='|' read -r alias topic; do
    room=$(api "$bot" POST /createRoom "$(jq -n --arg a "$alias" --arg t "$topic" '{room_alias_name:$a,name:$a,topic:$t,preset:"public_chat"}')" | jq -r .room_id)
    for who in dana lee kim; do api "${TOK[$who]}" POST "/join/$(uri "#$alias:chat.example")" '{}' >/dev/null; done
    log "room #$alias: $room"
  done <<'EOF'
support-incidents|Live incidents
engineering|Engineering talk
EOF
  room=$(api "$bot" GET "/directory/room/$(uri '#support-incidents:chat.example')" | jq -r .room_id)
  while IFS='|' read -r who text; do
    [ "$who" != BOT ] || who=$MATRIX_BOT
    n=$((n+1))
    ev=$(api "${TOK[$who]}" PUT "/rooms/$(uri "$room")/send/m.room.message/seed$n" "$(jq -n --arg b "$text" '{msgtype:"m.text",body:$b}')" | jq -r .event_id)
    first=${first:-$ev}
  done <<'EOF'
dana|Acme Corp here: the API is returning 500 errors on /v2/orders again
BOT|Thanks, we see a spike of 500 errors since 09:10 UTC
lee|Globex sees the same on webhooks
kim|Initech: only now and then for us
BOT|Root cause: connection pool exhausted, see tracker issue 1
EOF
  api "$bot" PUT "/rooms/$(uri "$room")/send/m.room.message/seedthread" "$(jq -n --arg e "$first" '{msgtype:"m.text",body:"In thread: request id please?","m.relates_to":{rel_type:"m.thread",event_id:$e}}')" >/dev/null
  room=$(api "$bot" GET "/directory/room/$(uri '#engineering:chat.example')" | jq -r .room_id)
  api "$bot" PUT "/rooms/$(uri "$room")/send/m.room.message/seedeng" '{"msgtype":"m.text","body":"Raising the pool to 50 for the 500 errors, deploy at 11:00 UTC"}' >/dev/null
}
do_stop() { stop_one matrix; }
do_settings() { jq -n --arg url "http://$HOST:$PORT" --rawfile token "$DATA/etc/token" '{matrix: {url: $url, token: ($token | rtrimstr("\n"))}}'; }
do_status() {
  if alive matrix; then echo "matrix: up, $(rss_mb matrix) MB RSS/PSS, http://$HOST:$PORT, data $(disk_mb) MB (+ venv $(du -sm "$DATA/venv" | cut -f1))"
    api "$(cat "$DATA/etc/token")" POST /search '{"search_categories":{"room_events":{"search_term":"500 errors","order_by":"recent"}}}' | jq -c '.search_categories.room_events|{count}'
  else echo "matrix: down"; return 3; fi
}

run "$@"
