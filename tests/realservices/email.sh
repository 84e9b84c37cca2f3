#!/usr/bin/env bash
# Cyrus IMAP 3.6 (IMAP and JMAP) and Postfix (SMTP), Debian packages, on 127.0.0.1
# usage: [DATA=dir] [PORT=n] email.sh install|start|seed|stop|status|settings   (as root, Debian 12)
NAME=email PORT_OFFSET=4 # PORT is JMAP
. "$(dirname "$0")/common.sh"
IMAP_PORT=${IMAP_PORT:-$((PORT + 58))} SMTP_PORT=${SMTP_PORT:-$((PORT - 60))} LMTP_PORT=${LMTP_PORT:-$((PORT - 61))}
MAIL_HOST=mail.example
MAIL_PASSWORD=${MAIL_PASSWORD:-Mail-Pass-1}

DOMAINS="support.example acme.example globex.example initech.example"
USERS="support dana lee kim"
CY=$DATA/cyrus PF=$DATA/postfix
do_install() {
  echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
  apt_install cyrus-imapd cyrus-caldav cyrus-admin sasl2-bin libsasl2-modules libsasl2-modules-db postfix curl jq || die "apt failed, see $LOG/install.log"
}
write_config() {
  mkdir -p "$CY"/{lib/{db,socket,log,msg,sync,quota,user,ptclient},spool,search,proc,lock,sieve,run} "$PF"/{etc/sasl,spool,lib}
  cat > "$CY/imapd.conf" <<EOF
configdirectory: $CY/lib
partition-default: $CY/spool
proc_path: $CY/proc
mboxname_lockpath: $CY/lock
defaultpartition: default
servername: $MAIL_HOST
sievedir: $CY/sieve
admins: cyrus
altnamespace: yes
unixhierarchysep: yes
allowplaintext: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: $CY/sasldb2
sasl_mech_list: PLAIN LOGIN
lmtp_downcase_rcpt: yes
specialusealways: yes
httpmodules: jmap
httpallowcompress: no
conversations: yes
conversations_expire_after: 3650d
search_engine: xapian
search_index_headers: no
search_batchsize: 8192
defaultsearchtier: t1
t1searchpartition-default: $CY/search
sync_log: yes
sync_log_channels: squatter
jmap_nonstandard_extensions: no
lmtpsocket: $CY/run/lmtp
idlesocket: $CY/run/idle
notifysocket: $CY/run/notify
syslog_prefix: cyrus
EOF
  cat > "$CY/cyrus.conf" <<EOF
START {
  recover cmd="ctl_cyrusdb -C $CY/imapd.conf -r"
}
SERVICES {
  imap cmd="imapd -C $CY/imapd.conf" listen="$HOST:$IMAP_PORT" proto="tcp4" prefork=0 maxchild=20
  http cmd="httpd -C $CY/imapd.conf" listen="$HOST:$PORT" proto="tcp4" prefork=0 maxchild=20
  lmtp cmd="lmtpd -C $CY/imapd.conf -a" listen="$HOST:$LMTP_PORT" proto="tcp4" prefork=0 maxchild=10
}
DAEMON {
  squatter cmd="squatter -C $CY/imapd.conf -R"
}
EVENTS {
  checkpoint cmd="ctl_cyrusdb -C $CY/imapd.conf -c" period=30
}
EOF
  cat > "$PF/etc/main.cf" <<EOF
compatibility_level = 3.6
queue_directory = $PF/spool
data_directory = $PF/lib
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
shlib_directory = /usr/lib/postfix
mail_owner = postfix
setgid_group = postdrop
maillog_file_prefixes = $LOG, /dev/stdout
maillog_file = /dev/stdout
inet_interfaces = $HOST
inet_protocols = ipv4
myhostname = $MAIL_HOST
mydestination = $DOMAINS
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps = texthash:$PF/etc/recipients
mailbox_transport = lmtp:inet:$HOST:$LMTP_PORT
default_transport = error:5.7.1 no mail leaves this machine
smtpd_sasl_auth_enable = yes
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = $MAIL_HOST
smtpd_tls_security_level = none
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
message_size_limit = 10485760
smtputf8_enable = no
EOF
  cat > "$PF/etc/master.cf" <<EOF
$HOST:$SMTP_PORT inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
EOF
  local u
  for u in $USERS; do echo "$u x"; done > "$PF/etc/recipients"
  printf 'pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: %s\nmech_list: PLAIN LOGIN\n' "$PF/etc/sasl/sasldb2" > "$PF/etc/sasl/smtpd.conf"
  for u in $USERS cyrus; do printf '%s' "$MAIL_PASSWORD" | saslpasswd2 -c -p -f "$CY/sasldb2" -u "$MAIL_HOST" "$u"; done
  chown -R cyrus:mail "$CY"; chmod 755 "$CY"; chmod 600 "$CY/sasldb2"
  cp "$CY/sasldb2" "$PF/etc/sasl/sasldb2"
  # Debian's Postfix reads SASL settings only from <config_directory>/sasl
  chown -R root:root "$PF/etc"; chown postfix "$PF/etc/sasl/sasldb2"; chmod 600 "$PF/etc/sasl/sasldb2"
  chown root "$PF/spool"; chown postfix "$PF/lib"
}
do_start() {
  alive cyrus && alive postfix && { log "already running"; return 0; }
  write_config
  if ! alive cyrus; then
    free_port "$PORT"; free_port "$IMAP_PORT"; free_port "$LMTP_PORT"
    rm -f "$CY/run/master.pid"
    spawn cyrus /usr/sbin/cyrmaster -C "$CY/imapd.conf" -M "$CY/cyrus.conf" -p "$CY/run/master.pid" -L "$LOG/cyrus-syslog.log"
    wait_http "http://$HOST:$PORT/" 30 cyrus
    [ -e "$DATA/.ready" ] || { make_mailboxes; touch "$DATA/.ready"; }
  fi
  if ! alive postfix; then
    free_port "$SMTP_PORT"
    /usr/sbin/postfix -c "$PF/etc" check >>"$LOG/setup.log" 2>&1 || true
    # -d: stay in our session, so that stop reaches all of it
    spawn postfix /usr/lib/postfix/sbin/master -c "$PF/etc" -d
    for _ in $(seq 100); do (exec 3<>"/dev/tcp/$HOST/$SMTP_PORT") 2>/dev/null && break; alive postfix || { tail "$LOG/postfix.log" >&2; die "postfix exited"; }; sleep 0.1; done
  fi
}
imap() { curl -sS --noproxy '*' -u "$1:$MAIL_PASSWORD" "imap://$HOST:$IMAP_PORT/" -X "$2"; }
make_mailboxes() { # as the Cyrus administrator, over IMAP
  local u f
  for u in $USERS; do
    imap cyrus "CREATE user/$u" || true
    for f in Archive Drafts Sent Trash; do imap cyrus "CREATE user/$u/$f (USE (\\$f))" || true; done
  done >>"$LOG/setup.log" 2>&1
}
smtp() { # smtp FROM TO < message
  local m; m=$(mktemp "$DATA/run/msg.XXXX"); cat > "$m"
  curl -sS --noproxy '*' --url "smtp://$HOST:$SMTP_PORT" --mail-from "$1" --mail-rcpt "$2" --user "support:$MAIL_PASSWORD" --crlf --upload-file "$m" >/dev/null || { rm -f "$m"; return 1; }
  rm -f "$m"
}
jmap() { curl -sS --noproxy '*' -u "${JUSER:-support}:$MAIL_PASSWORD" -H 'Content-Type: application/json' --data-binary "$1" "http://$HOST:$PORT/jmap/"; }
do_seed() {
  alive cyrus && alive postfix || die "not running"
  local from to id ref subj date body n=0
  while IFS='|' read -r from to id ref subj date body; do
    n=$((n+1))
    { printf 'From: %s\nTo: %s\nSubject: %s\nDate: %s\nMessage-ID: <%s@mail.example>\n' "$from" "$to" "$subj" "$date" "$id"
      [ -z "$ref" ] || printf 'In-Reply-To: <%s@mail.example>\nReferences: <%s@mail.example>\n' "$ref" "$ref"
      printf 'MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n%s\n' "$body"; } | smtp "${from##*<}" "$to" || die "smtp $n"
    log "mail $n: $subj"
  done <<'EOF'
dana@acme.example|support@support.example|m1||API returning 500 errors on /v2/orders|Mon, 16 Nov 2026 09:15:00 +0000|Hello, Acme Corp here. Since 09:10 UTC about 40% of our calls fail with HTTP 500.
support@support.example|dana@acme.example|m2|m1|Re: API returning 500 errors on /v2/orders|Mon, 16 Nov 2026 09:40:00 +0000|Hello Dana, we can reproduce it and are looking.
dana@acme.example|support@support.example|m3|m1|Re: API returning 500 errors on /v2/orders|Mon, 16 Nov 2026 10:05:00 +0000|Any news? Our management is asking for an ETA.
lee@globex.example|support@support.example|m4||Webhook 500 errors|Tue, 17 Nov 2026 11:00:00 +0000|Globex here: registering webhooks gives API 500 errors.
kim@initech.example|support@support.example|m5||Intermittent API 500 errors|Wed, 18 Nov 2026 12:00:00 +0000|Initech: every few minutes GET /v2/users answers 500.
lee@globex.example|support@support.example|m6||Billing address change|Thu, 19 Nov 2026 08:00:00 +0000|Please change our billing address.
EOF
  local c=0
  for _ in $(seq 100); do
    c=$(jmap '{"using":["urn:ietf:params:jmap:core","urn:ietf:params:jmap:mail"],"methodCalls":[["Email/query",{"accountId":"support","calculateTotal":true},"0"]]}' | jq -r '.methodResponses[0][1].total // 0' 2>/dev/null || echo 0)
    [ "$c" -ge 5 ] && break; sleep 0.2
  done
  [ "$c" -ge 5 ] || die "only $c messages arrived"
}
do_stop() { stop_one postfix; stop_one cyrus; }
do_settings() {
  jq -n --arg url "http://$HOST:$PORT" --arg host "$HOST" --argjson port "$IMAP_PORT" --arg password "$MAIL_PASSWORD" \
    '{jmap: {url: $url, user: "support", password: $password},
      imap: {host: $host, port: $port, user: "support", password: $password, tls: "none"}}'
}
do_status() {
  if alive cyrus && alive postfix; then echo "email: up, cyrus $(rss_mb cyrus) + postfix $(rss_mb postfix) MB RSS/PSS, JMAP http://$HOST:$PORT/jmap/, IMAP $HOST:$IMAP_PORT, SMTP $HOST:$SMTP_PORT, data $(disk_mb) MB"
    jmap '{"using":["urn:ietf:params:jmap:core","urn:ietf:params:jmap:mail"],"methodCalls":[["Email/query",{"accountId":"support","filter":{"text":"500 errors"},"calculateTotal":true},"0"]]}' | jq -c '.methodResponses[0][1]|{total}'
  else echo "email: down"; return 3; fi
}

run "$@"
