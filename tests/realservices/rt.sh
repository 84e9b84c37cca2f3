#!/usr/bin/env bash
# Request Tracker 5 (Debian packages, SQLite, Starlet) on 127.0.0.1
# usage: [DATA=dir] [PORT=n] rt.sh install|start|seed|stop|status|settings   (as root, Debian 12)
NAME=rt PORT_OFFSET=0
. "$(dirname "$0")/common.sh"
RT_PASSWORD=${RT_PASSWORD:-Support-Root-1}
MAIL_PORT=${MAIL_PORT:-$((FIRST_PORT - 56))} # where email.sh takes mail

do_install() {
  printf '%s\n' \
    'request-tracker5 request-tracker5/dbconfig-install boolean false' \
    'request-tracker5 request-tracker5/handle-siteconfig-permissions boolean false' | debconf-set-selections
  # request-tracker5 depends on "some MTA"; msmtp-mta is the smallest and no daemon.
  local mta=msmtp-mta have
  have=$(dpkg-query -W -f='${db:Status-Status} ${Provides}\n' 2>/dev/null)
  case $have in *"installed"*"mail-transport-agent"*) grep -q '^installed .*mail-transport-agent' <<<"$have" && mta= ;; esac
  apt_install $mta request-tracker5 rt5-standalone rt5-db-sqlite curl jq || die "apt failed, see $LOG/install.log"
}

write_config() {
  mkdir -p "$DATA"/{db,etc/site.d,cache/mason,cache/session,mail}
  cat > "$DATA/etc/RT_SiteConfig.pm" <<EOF
Set(\$rtname, 'support.example');
Set(\$Organization, 'support.example');
Set(\$Timezone, 'UTC');
Set(\$WebDomain, '$HOST');
Set(\$WebPort, $PORT);
Set(\$WebPath, '');
Set(\$WebBaseURL, 'http://$HOST:$PORT');
Set(\$DatabaseType, 'SQLite');
Set(\$DatabaseName, '$DATA/db/rtdb');
Set(\$CorrespondAddress, 'support\@support.example');
Set(\$CommentAddress, 'support-comment\@support.example');
# Mail goes to the Postfix of email.sh, which delivers to its own users alone; where that is not up, nowhere.
Set(\$MailCommand, sub { my \$mail = shift; eval { \$mail->smtpsend(Host => '$HOST', Port => $MAIL_PORT, MailFrom => 'support\@support.example') }; 1 });
Set(%FullTextSearch, Enable => 1, Indexed => 0);
Set(\$LogToSyslog, undef);
Set(\$LogToSTDERR, 'warning');
\$RT::MasonDataDir = '$DATA/cache/mason';
\$RT::MasonSessionDir = '$DATA/cache/session';
1;
EOF
  chown -R www-data:www-data "$DATA"/{db,cache,mail}
}
rt_env() { env RT_SITE_CONFIG="$DATA/etc/RT_SiteConfig.pm" RT_SITE_CONFIG_DIR="$DATA/etc/site.d" TMPDIR="$DATA/mail" HOME="$DATA/mail" \
  setpriv --reuid=www-data --regid=www-data --init-groups "$@"; }

do_start() {
  alive rt && { log "already running"; return 0; }
  free_port "$PORT"
  write_config
  touch "$LOG/rt.log"; chown www-data "$LOG/rt.log"
  if [ ! -s "$DATA/db/.ready" ]; then
    rm -f "$DATA/db/rtdb"
    rt_env /usr/sbin/rt-setup-database-5 --action init --skip-create --force --dba '' --dba-password '' >>"$LOG/setup.log" 2>&1 \
      || rt_env /usr/sbin/rt-setup-database-5 --action init --force >>"$LOG/setup.log" 2>&1 || { tail -20 "$LOG/setup.log" >&2; die "database init failed"; }
    # An API token for root (REST2 has no call that makes one).
    rt_env perl -I/usr/share/request-tracker5/lib -e '
      use RT -init; my $u=RT::User->new(RT->SystemUser); $u->Load("root");
      my ($ok,$m)=$u->SetPassword($ARGV[0]); die $m unless $ok;
      require RT::AuthToken; my $t=RT::AuthToken->new(RT->SystemUser);
      my ($id,$msg,$str)=$t->Create(Owner=>$u->id, Description=>"api"); die $msg unless $id; print "$str\n"' "$RT_PASSWORD" > "$DATA/etc/token" 2>>"$LOG/setup.log"
    chmod 600 "$DATA/etc/token"
    echo ok > "$DATA/db/.ready"
  fi
  # Customers open and answer tickets by mail, as at most who run RT: its mail gateway takes them.
  rt_env perl -I/usr/share/request-tracker5/lib -e '
    use RT -init; my $all=RT::Group->new(RT->SystemUser); $all->LoadSystemInternalGroup("Everyone");
    for my $right (qw(CreateTicket ReplyToTicket)) {
      next if $all->PrincipalObj->HasRight(Right=>$right, Object=>RT->System);
      my ($ok,$msg)=$all->PrincipalObj->GrantRight(Right=>$right, Object=>RT->System); die $msg unless $ok }' >>"$LOG/setup.log" 2>&1
  export RT_SITE_CONFIG="$DATA/etc/RT_SiteConfig.pm" RT_SITE_CONFIG_DIR="$DATA/etc/site.d" TMPDIR="$DATA/mail" HOME="$DATA/mail"
  spawn rt setpriv --reuid=www-data --regid=www-data --init-groups \
    /usr/share/request-tracker5/libexec/rt-server --host $HOST --port "$PORT" --max-workers 2
  wait_http "http://$HOST:$PORT/REST/2.0/rt" 60 rt
}

api() { # api METHOD PATH [JSON]
  request "$1" "http://$HOST:$PORT/REST/2.0$2" -H "Authorization: token $(cat "$DATA/etc/token")" \
    -H 'Content-Type: application/json' ${3:+--data-binary "$3"}
}

do_seed() {
  alive rt || die "not running"
  local cf c n id name email
  api POST /queue '{"Name":"Support","Description":"Customer support","CorrespondAddress":"support@support.example"}' >/dev/null
  for cf in Customer Tier; do
    c=$(api POST /customfield "{\"Name\":\"$cf\",\"Type\":\"FreeformSingle\",\"LookupType\":\"RT::Queue-RT::Ticket\",\"MaxValues\":1}" | jq -r .id)
    rt_env perl -I/usr/share/request-tracker5/lib -e 'use RT -init; my $c=RT::CustomField->new(RT->SystemUser); $c->Load($ARGV[0]); my $q=RT::Queue->new(RT->SystemUser); $q->Load("Support"); my($ok,$m)=$c->AddToObject($q); warn "$m\n"' "$c" 2>>"$LOG/setup.log"
  done
  while IFS='|' read -r name email org; do
    api POST /user "$(jq -n --arg n "$email" --arg r "$name" --arg o "$org" '{Name:$n,EmailAddress:$n,RealName:$r,Organization:$o,Privileged:0}')" >/dev/null
  done <<'EOF'
Dana Reyes|dana@acme.example|Acme Corp
Lee Ward|lee@globex.example|Globex Inc
Kim Osei|kim@initech.example|Initech LLC
EOF
  n=0
  while IFS='|' read -r subj email cust tier status prio body reply note; do
    n=$((n+1))
    id=$(api POST /ticket "$(jq -n --arg s "$subj" --arg e "$email" --arg c "$cust" --arg t "$tier" --argjson p "$prio" --arg b "$body" \
      '{Queue:"Support",Subject:$s,Requestor:$e,Priority:$p,Content:$b,ContentType:"text/plain",CustomFields:{Customer:$c,Tier:$t}}')" | jq -r .id)
    api POST "/ticket/$id/correspond" "$(jq -n --arg b "$reply" '{Content:$b,ContentType:"text/plain"}')" >/dev/null
    api POST "/ticket/$id/comment" "$(jq -n --arg b "$note" '{Content:$b,ContentType:"text/plain"}')" >/dev/null
    api PUT "/ticket/$id" "{\"Status\":\"$status\"}" >/dev/null
    log "ticket $id: $subj"
  done <<'EOF'
API returning 500 errors on /v2/orders|dana@acme.example|Acme Corp|Enterprise|open|90|Since 09:10 UTC about 40% of our POST /v2/orders calls fail with HTTP 500.|Thanks Dana, we can reproduce the 500 errors and are looking.|Internal: matches the connection-pool bug in the tracker.
API returning 500 errors after upgrade to 4.2|dana@acme.example|Acme Corp|Enterprise|open|80|After the 4.2 rollout our nightly sync gets API 500 errors.|Could you send a request id?|Internal: second report from Acme today.
API returning 500 errors for webhooks|lee@globex.example|Globex Inc|Growth|stalled|50|Webhook registration returns 500.|We are checking with engineering.|Internal: pool timeout again.
Intermittent API returning 500 errors|kim@initech.example|Initech LLC|Starter|new|30|Every few minutes GET /v2/users answers 500.|We have received your report.|Internal: low volume.
API returning 500 errors in March (resolved)|dana@acme.example|Acme Corp|Enterprise|resolved|60|API 500 errors during the March incident.|Fixed by raising the pool size; please confirm.|Internal: root cause was pool exhaustion.
Billing address change|lee@globex.example|Globex Inc|Growth|open|10|Please change our billing address.|Done.|Internal: updated in billing.
EOF
}

do_stop() { stop_one rt; }
do_settings() { jq -n --arg url "http://$HOST:$PORT" --rawfile token "$DATA/etc/token" '{rt: {url: $url, token: ($token | rtrimstr("\n")), queue: "Support"}}'; }
do_status() {
  if alive rt; then echo "rt: up, $(rss_mb rt) MB RSS/PSS, http://$HOST:$PORT, data $(disk_mb) MB"
    api GET "/tickets?query=$(jq -rn '"Queue = \"Support\""|@uri')&per_page=1" | jq -c '{total_tickets:.total}'
  else echo "rt: down"; return 3; fi
}

run "$@"
