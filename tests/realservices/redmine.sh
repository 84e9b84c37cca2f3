#!/usr/bin/env bash
# Redmine 5 (Debian packages, SQLite, puma) on 127.0.0.1
# usage: [DATA=dir] [PORT=n] redmine.sh install|start|seed|stop|status|settings   (as root, Debian 12)
NAME=redmine PORT_OFFSET=1
. "$(dirname "$0")/common.sh"
REDMINE_PASSWORD=${REDMINE_PASSWORD:-Tracker-Root-1}

do_install() {
  echo 'redmine redmine/instances/default/dbconfig-install boolean false' | debconf-set-selections
  if ! apt_install redmine redmine-sqlite puma curl jq; then
    # Since the bookworm security update of bundler, "bundle install --local" in
    # redmine's postinst rejects every Debian gem whose (empty) gem directory is
    # not shipped. Make those directories and finish the configuration.
    log "package configuration failed once; making the missing gem directories"
    gem_dirs
    dpkg --configure -a >>"$LOG/install.log" 2>&1 </dev/null || die "dpkg --configure failed, see $LOG/install.log"
    apt_install redmine redmine-sqlite puma curl jq || die "apt failed, see $LOG/install.log"
  fi
  gem_dirs
}
gem_dirs() {
  local s d
  for s in /usr/share/rubygems-integration/*/specifications/*.gemspec /usr/lib/*/rubygems-integration/*/specifications/*.gemspec; do
    [ -e "$s" ] || continue
    d=$(dirname "$(dirname "$s")")/gems/$(basename "$s" .gemspec)
    [ -e "$d" ] || mkdir -p "$d"
  done
}

# Debian's redmine is multi-instance: REDMINE_INSTANCE names a folder below
# /usr/share/redmine/instances. A relative path that climbs to / reaches $DATA.
INST() { echo "../../../../../..$DATA/inst"; }
rm_env() {
  env -u GEM_HOME -u GEM_PATH -u RUBYOPT -u BUNDLE_PATH PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$DATA/inst/tmp" RAILS_ENV=production SCHEMA=/dev/null \
    REDMINE_INSTANCE="$(INST)" REDMINE_LANG=en "$@"
}
ASUSER='setpriv --reuid=www-data --regid=www-data --init-groups'

do_start() {
  alive redmine && { log "already running"; return 0; }
  free_port "$PORT"
  mkdir -p "$DATA"/inst/{config,files,log,tmp/cache,tmp/pids,public,db}
  printf 'production:\n  adapter: sqlite3\n  database: %s/inst/db/redmine.sqlite\n  timeout: 10000\n' "$DATA" > "$DATA/inst/config/database.yml"
  printf 'production:\n  email_delivery:\n    delivery_method: :test\n  attachments_storage_path: %s/inst/files\n' "$DATA" > "$DATA/inst/config/configuration.yml"
  [ -s "$DATA/inst/config/secret_key.txt" ] || hex 32 > "$DATA/inst/config/secret_key.txt"
  [ -s "$DATA/etc/apikey" ] || hex 20 > "$DATA/etc/apikey"
  chown -R www-data:www-data "$DATA/inst"; chmod 600 "$DATA/etc/apikey"
  cd /usr/share/redmine
  if [ ! -e "$DATA/.ready" ]; then
    { rm_env $ASUSER bundle exec rake db:migrate && rm_env $ASUSER bundle exec rake redmine:load_default_data
      # REST API on, admin ready to use, admin's API key = ours (the web UI's settings, set once)
      rm_env KEY="$(cat "$DATA/etc/apikey")" PW="$REDMINE_PASSWORD" $ASUSER bundle exec rails runner '
        Setting.rest_api_enabled = "1"; Setting.login_required = "1"; Setting.host_name = "'$HOST:$PORT'"; Setting.text_formatting = "textile"
        u = User.find_by_login("admin"); u.password = u.password_confirmation = ENV["PW"]; u.must_change_passwd = false; u.save!
        Token.where(user_id: u.id, action: "api").delete_all
        t = Token.create!(user: u, action: "api"); t.update_column(:value, ENV["KEY"])'
    } >>"$LOG/setup.log" 2>&1 || { tail -20 "$LOG/setup.log" >&2; die "database setup failed"; }
    touch "$DATA/.ready"
  fi
  export RAILS_ENV=production HOME="$DATA/inst/tmp" REDMINE_INSTANCE; REDMINE_INSTANCE=$(INST)
  unset GEM_HOME GEM_PATH RUBYOPT BUNDLE_PATH || true
  spawn redmine $ASUSER /usr/bin/puma -C /dev/null -e production -t 1:4 -b "tcp://$HOST:$PORT" /usr/share/redmine/config.ru
  wait_http "http://$HOST:$PORT/issues.json?limit=1" 90 redmine
}

api() { # api METHOD PATH [JSON]
  request "$1" "http://$HOST:$PORT$2" -H "X-Redmine-API-Key: $(cat "$DATA/etc/apikey")" \
    -H 'Content-Type: application/json' ${3:+--data-binary "$3"}
}

do_seed() {
  alive redmine || die "not running"
  local p subj tr pr desc id note st
  p=$(api POST /projects.json '{"project":{"name":"Platform API","identifier":"platform-api","enabled_module_names":["issue_tracking","wiki","time_tracking"]}}' | jq .project.id)
  declare -A TR PR ST
  while IFS='|' read -r id subj; do TR[$subj]=$id; done < <(api GET /trackers.json | jq -r '.trackers[]|"\(.id)|\(.name)"')
  while IFS='|' read -r id subj; do PR[$subj]=$id; done < <(api GET /enumerations/issue_priorities.json | jq -r '.issue_priorities[]|"\(.id)|\(.name)"')
  while IFS='|' read -r id subj; do ST[$subj]=$id; done < <(api GET /issue_statuses.json | jq -r '.issue_statuses[]|"\(.id)|\(.name)"')
  while IFS='|' read -r subj tr pr st desc note; do
    id=$(api POST /issues.json "$(jq -n --argjson p "$p" --arg s "$subj" --argjson t "${TR[$tr]}" --argjson r "${PR[$pr]}" --arg d "$desc" \
       '{issue:{project_id:$p,tracker_id:$t,priority_id:$r,subject:$s,description:$d}}')" | jq .issue.id)
    api PUT "/issues/$id.json" "$(jq -n --arg n "$note" --argjson st "${ST[$st]}" '{issue:{notes:$n,status_id:$st}}')"
    log "issue $id: $subj"
  done <<'EOF'
API returning 500 errors under load: connection pool exhausted|Bug|High|In Progress|POST /v2/orders returns 500 when the pool of 20 is used up. Reported by Acme Corp and Globex Inc (support tickets 1, 3).|Reproduced on staging with 25 parallel clients; fix is to raise the pool and add a queue timeout.
Webhook registration fails with 500 for long URLs|Bug|Normal|New|URLs over 255 characters overflow the column.|Not related to the pool problem.
Add request id to every 5xx response|Feature|Normal|New|Support needs a request id in error bodies.|Asked for by Initech LLC.
Users endpoint slow|Bug|Low|Closed|GET /v2/users takes 4 s.|Index added.
EOF
  api POST /issues/1/relations.json '{"relation":{"issue_to_id":3,"relation_type":"relates"}}' >/dev/null
  api PUT /projects/platform-api/wiki/Runbook_500.json '{"wiki_page":{"text":"h1. Runbook: API 500 errors\n\nCheck the connection pool first.","comments":"first version"}}' >/dev/null
}
do_stop() { stop_one redmine; }
do_settings() {
  jq -n --arg url "http://$HOST:$PORT" --rawfile key "$DATA/etc/apikey" '{redmine: {url: $url, api_key: $key, project: "platform-api"}}'
}
do_status() {
  if alive redmine; then echo "redmine: up, $(rss_mb redmine) MB RSS/PSS, http://$HOST:$PORT, data $(disk_mb) MB"
    api GET '/issues.json?status_id=*&limit=1' | jq -c '{total_count}'
  else echo "redmine: down"; return 3; fi
}

run "$@"
