#!/usr/bin/env bash
# BottleCRM (PyPI django-crm, SQLite, gunicorn) on 127.0.0.1
# usage: [DATA=dir] [PORT=n] crm.sh install|start|seed|stop|status|settings   (as root, Debian 12, Python 3.12 or newer)
NAME=crm PORT_OFFSET=6
. "$(dirname "$0")/common.sh"

# BottleCRM (PyPI django-crm) needs Python >= 3.12. Its own test settings show that
# it runs on SQLite (row-level security between tenants is PostgreSQL only).
do_install() {
  find_python 3.12 >/dev/null || die "BottleCRM needs Python >= 3.12 (set PYTHON=), and Debian 12 has 3.11"
  curl_and_jq
  # WeasyPrint (invoice PDFs) loads pango; harmless when absent, but imports want it.
  apt_install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libcairo2 || true
  venv_install 3.12 "django-crm${DJANGO_CRM_VERSION:+==$DJANGO_CRM_VERSION}"
}
write_config() {
  mkdir -p "$DATA"/{db,media,conf}
  [ -s "$DATA/etc/secret" ] || ( umask 077; hex 32 > "$DATA/etc/secret" )
  cat > "$DATA/conf/local_settings.py" <<EOF
import os
os.environ.setdefault("SECRET_KEY", open("$DATA/etc/secret").read())
from crm.settings import *  # noqa
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "$DATA/db/crm.sqlite3",
    "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"}}}
DEBUG = False
ALLOWED_HOSTS = ["$HOST", "localhost"]
CELERY_TASK_ALWAYS_EAGER = True      # no broker: tasks run in the request
CELERY_TASK_EAGER_PROPAGATES = False
CELERY_BROKER_URL = "memory://"
CELERY_RESULT_BACKEND = "cache+memory://"
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
MEDIA_ROOT = "$DATA/media"
STATIC_ROOT = "$DATA/media/static"
if os.environ.get("CRM_MIGRATE") != "full":
    # Make the tables from the models: 3 s instead of the 130 s that replaying every
    # migration takes on SQLite. CRM_MIGRATE=full replays them.
    class _NoMigrations:
        def __contains__(self, app): return True
        def __getitem__(self, app): return None
    MIGRATION_MODULES = _NoMigrations()
EOF
}
dj() { ( cd "$DATA/conf" && PYTHONPATH="$DATA/conf" DJANGO_SETTINGS_MODULE=local_settings "$DATA/venv/bin/python" -m django "$@" ); }
do_start() {
  alive crm && { log "already running"; return 0; }
  free_port "$PORT"
  write_config
  if [ ! -e "$DATA/.ready" ]; then
    dj migrate --noinput --run-syncdb >>"$LOG/setup.log" 2>&1 || { tail -20 "$LOG/setup.log" >&2; die "migrate failed"; }
    # One user, one organisation, one personal access token (the only bootstrap that
    # the API does not offer without a mailbox or Google).
    ( umask 077; dj shell -v 0 -c '
from django.contrib.auth import get_user_model
from common.models import Org, Profile, PersonalAccessToken
U = get_user_model()
u = U.objects.filter(email="support@support.example").first() or U.objects.create_superuser(email="support@support.example", password="x-unused-x")
o, _ = Org.objects.get_or_create(name="Support Org")
p, _ = Profile.objects.get_or_create(user=u, org=o, defaults={"role": "ADMIN", "is_organization_admin": True})
r = PersonalAccessToken.generate(p, "api")
print("TOKEN=" + next(str(x) for x in (r if isinstance(r, tuple) else (r,)) if str(x).startswith("bcrm_pat_")))
' 2>>"$LOG/setup.log" | sed -n 's/^TOKEN=//p' > "$DATA/etc/token" )
    [ -s "$DATA/etc/token" ] || { tail -20 "$LOG/setup.log" >&2; die "no token"; }
    touch "$DATA/.ready"
  fi
  cd "$DATA/conf"
  export PYTHONPATH="$DATA/conf" DJANGO_SETTINGS_MODULE=local_settings
  spawn crm "$DATA/venv/bin/python" -m gunicorn --bind "$HOST:$PORT" --workers 1 --threads 4 --worker-tmp-dir "$DATA/run" crm.wsgi:application
  wait_http "http://$HOST:$PORT/healthz/" 60 crm
}
api() { # api METHOD PATH [JSON]
  request "$1" "http://$HOST:$PORT/api$2" -H "Authorization: Bearer $(cat "$DATA/etc/token")" \
    -H 'Content-Type: application/json' ${3:+--data-binary "$3"}
}
do_seed() {
  alive crm || die "not running"
  local c name email rev tier ind a contact opp amt stage prob close note subj st
  api POST /custom-fields/ '{"target_model":"Account","key":"tier","label":"Tier","field_type":"dropdown","is_filterable":true,"options":[{"value":"enterprise","label":"Enterprise"},{"value":"growth","label":"Growth"},{"value":"starter","label":"Starter"}]}' >/dev/null
  api POST /custom-fields/ '{"target_model":"Account","key":"arr","label":"ARR","field_type":"number","is_filterable":true}' >/dev/null
  while IFS='|' read -r name email rev tier ind contact opp amt stage prob close note subj st; do
    a=$(api POST /accounts/ "$(jq -n --arg n "$name" --arg e "$email" --argjson r "$rev" --arg t "$tier" --arg i "$ind" '{name:$n,email:$e,annual_revenue:($r|tostring),currency:"USD",industry:$i,custom_fields:{tier:$t,arr:$r}}')" | jq -r .id)
    c=$(api POST /contacts/ "$(jq -n --arg f "${contact%% *}" --arg l "${contact##* }" --arg d "${email#*@}" --arg a "$a" '{first_name:$f,last_name:$l,email:(($f|ascii_downcase)+"@"+$d),account:$a,title:"IT manager"}')" | jq -r .id)
    api POST /opportunities/ "$(jq -n --arg n "$opp" --arg a "$a" --argjson m "$amt" --arg s "$stage" --argjson p "$prob" --arg d "$close" '{name:$n,account:$a,amount:($m|tostring),currency:"USD",stage:$s,probability:$p,closed_on:$d}')" >/dev/null
    api POST "/accounts/$a/" "$(jq -n --arg n "$note" '{comment:$n}')" >/dev/null
    c=$(api POST /cases/ "$(jq -n --arg n "$subj" --arg a "$a" --arg s "$st" '{name:$n,status:$s,priority:"High",case_type:"Incident",account:$a,description:($n+".")}')" | jq -r .id)
    api POST "/cases/$c/" '{"comment":"Linked to the support desk."}' >/dev/null
    log "account $a: $name"
  done <<'EOF'
Acme Corp|it@acme.example|240000|enterprise|SOFTWARE|Dana Reyes|Acme renewal 2027|260000|NEGOTIATION|70|2026-12-31|Renewal call: worried about the API 500 errors.|API returning 500 errors on orders|New
Globex Inc|it@globex.example|60000|growth|MANUFACTURING|Lee Ward|Globex expansion|25000|PROPOSAL|40|2027-01-31|Asked for a webhook volume discount.|Webhook registration returns 500 errors|Assigned
Initech LLC|it@initech.example|12000|starter|FINANCE|Kim Osei|Initech upgrade|18000|QUALIFICATION|20|2027-02-28|Happy on Starter for now.|Intermittent API 500 errors|Pending
EOF
}
do_stop() { stop_one crm; }
do_settings() { jq -n --arg url "http://$HOST:$PORT" --rawfile token "$DATA/etc/token" '{bottlecrm: {url: $url, token: ($token | rtrimstr("\n"))}}'; }
do_status() {
  if alive crm; then echo "crm: up, $(rss_mb crm) MB RSS/PSS, http://$HOST:$PORT, data $(disk_mb) MB (+ venv $(du -sm "$DATA/venv" | cut -f1))"
    api GET '/accounts/?limit=1' | jq -c '{accounts:.active_accounts.open_accounts_count}'
  else echo "crm: down"; return 3; fi
}

run "$@"
