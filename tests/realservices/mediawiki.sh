#!/usr/bin/env bash
# MediaWiki 1.39 (Debian package, SQLite, PHP's own server) on 127.0.0.1
# usage: [DATA=dir] [PORT=n] mediawiki.sh install|start|seed|stop|status|settings   (as root, Debian 12)
NAME=mediawiki PORT_OFFSET=2
. "$(dirname "$0")/common.sh"
WIKI_PASSWORD=${WIKI_PASSWORD:-Wiki-Admin-Pass-1}
WIKI_BOT_PASSWORD=${WIKI_BOT_PASSWORD:-0123456789abcdef0123456789abcdef}

MW=/usr/share/mediawiki
do_install() {
  apt_install mediawiki php-cli php-sqlite3 php-mbstring php-xml php-intl php-curl curl jq || die "apt failed, see $LOG/install.log"
}
mw_php() { env MW_CONFIG_FILE="$DATA/etc/LocalSettings.php" setpriv --reuid=www-data --regid=www-data --init-groups php "$@"; }
do_start() {
  alive mediawiki && { log "already running"; return 0; }
  free_port "$PORT"
  mkdir -p "$DATA"/{db,images,tmp,cache}
  chown -R www-data:www-data "$DATA"/{db,images,tmp,cache,etc}
  if [ ! -e "$DATA/.ready" ]; then
    rm -f "$DATA"/db/* "$DATA/etc/LocalSettings.php"
    { setpriv --reuid=www-data --regid=www-data --init-groups php $MW/maintenance/install.php --dbtype sqlite --dbpath "$DATA/db" --dbname wiki \
        --server "http://$HOST:$PORT" --scriptpath "" --lang en --pass "$WIKI_PASSWORD" --confpath "$DATA/etc" "Support KB" Admin
      cat >> "$DATA/etc/LocalSettings.php" <<EOF
\$wgServer = 'http://$HOST:' . ( getenv( 'PORT' ) ?: '$PORT' );
\$wgUploadDirectory = '$DATA/images';
\$wgTmpDirectory = '$DATA/tmp';
\$wgCacheDirectory = '$DATA/cache';
\$wgEnableEmail = false;
\$wgPingback = false;
\$wgJobRunRate = 1;
\$wgMainCacheType = CACHE_DB;
\$wgSessionCacheType = CACHE_DB;
// A private wiki: reading needs a login, so a bad credential is refused.
\$wgGroupPermissions['*']['read'] = false;
\$wgGroupPermissions['*']['edit'] = false;
\$wgGroupPermissions['*']['createaccount'] = false;
EOF
      # A bot password (app id "api"): what a connector logs in with, as Admin@api.
      mw_php $MW/maintenance/createBotPassword.php --appid api --grants basic,highvolume,editpage,createeditmovepage,editprotected,viewmywatchlist Admin "$WIKI_BOT_PASSWORD"
    } >>"$LOG/setup.log" 2>&1 || { tail -20 "$LOG/setup.log" >&2; die "wiki setup failed"; }
    touch "$DATA/.ready"
  fi
  export MW_CONFIG_FILE="$DATA/etc/LocalSettings.php" PHP_CLI_SERVER_WORKERS=4 PORT
  spawn mediawiki setpriv --reuid=www-data --regid=www-data --init-groups \
    php -d memory_limit=256M -d "session.save_path=$DATA/tmp" -S "$HOST:$PORT" -t $MW
  wait_http "http://$HOST:$PORT/api.php?action=query&meta=siteinfo&format=json" 30 mediawiki
}
mw_api() { # mw_api CURL-ARGS... ; form fields to api.php with the session's cookies
  curl -sS --noproxy '*' -b "$DATA/tmp/cookies" -c "$DATA/tmp/cookies" --data-urlencode format=json --data-urlencode formatversion=2 "$@" "http://$HOST:$PORT/api.php"
}
mw_login() {
  local t
  rm -f "$DATA/tmp/cookies"
  t=$(mw_api -d action=query -d meta=tokens -d type=login | jq -r .query.tokens.logintoken)
  mw_api -d action=login -d lgname=Admin@api --data-urlencode "lgpassword=$WIKI_BOT_PASSWORD" --data-urlencode "lgtoken=$t" | jq -e '.login.result=="Success"' >/dev/null || die "login failed"
}
do_seed() {
  alive mediawiki || die "not running"
  mw_login
  local t title text out
  t=$(mw_api -d action=query -d meta=tokens | jq -r .query.tokens.csrftoken)
  while IFS='|' read -r title text; do
    out=$(mw_api -d action=edit --data-urlencode "title=$title" --data-urlencode "text=$(printf '%b' "$text")" -d createonly=1 --data-urlencode "summary=first version" --data-urlencode "token=$t")
    jq -e '.edit.result=="Success" or .error.code=="articleexists"' <<<"$out" >/dev/null || die "edit: $out"
    log "page: $title"
  done <<'EOF'
API 500 errors: troubleshooting|== Symptom ==\nThe API returns HTTP 500 on POST /v2/orders.\n\n== Cause ==\nThe connection pool is exhausted under load.\n\n== Resolution ==\n# Check the pool usage graph.\n# Raise POOL_SIZE to 50.\n# Ask the customer for the request id.\n[[Category:Troubleshooting]]
Webhook setup guide|How to register a webhook. URLs may be at most 255 characters long.\n[[Category:Guides]]
Enterprise support policy|Enterprise customers such as Acme Corp get a first answer within one hour.\n[[Category:Policies]]
EOF
  mw_api -d action=edit --data-urlencode "title=API 500 errors: troubleshooting" --data-urlencode "appendtext=
== See also ==
[[Webhook setup guide]]" --data-urlencode "summary=link" --data-urlencode "token=$t" >/dev/null
  mw_php $MW/maintenance/runJobs.php >>"$LOG/setup.log" 2>&1 || true
}
do_stop() { stop_one mediawiki; }
do_settings() {
  jq -n --arg url "http://$HOST:$PORT" --arg password "$WIKI_BOT_PASSWORD" '{mediawiki: {url: $url, user: "Admin@api", password: $password}}'
}
do_status() {
  if alive mediawiki; then echo "mediawiki: up, $(rss_mb mediawiki) MB RSS/PSS, http://$HOST:$PORT, data $(disk_mb) MB"
    mw_login; mw_api -d action=query -d list=search --data-urlencode 'srsearch=500 errors' | jq -c '{hits:.query.searchinfo.totalhits}'
  else echo "mediawiki: down"; return 3; fi
}

run "$@"
