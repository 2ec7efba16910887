#!/bin/sh
# Dumps the database into a folder and keeps the newest; ends with an error, and leaves the older ones, when it cannot.
#
# Usage: backup.sh [--every SECONDS]   with it: again and again; a failed one is tried again after ten minutes.
# Where: BACKUP_FOLDER (default /backups), BACKUP_KEEP (default 14), and libpq's own variables: PGHOST, PGUSER,
# PGDATABASE, PGPASSWORD, or PGPASSWORD_FILE with a file that holds it.
# A file last_success in the folder is as old as the last good backup.
set -eu
umask 077
folder=${BACKUP_FOLDER:-/backups}
keep=${BACKUP_KEEP:-14}
case $keep in
    0* | *[!0-9]*) echo "BACKUP_KEEP must be a number from 1 on, not $keep" >&2; exit 2 ;;
esac
if [ -n "${PGPASSWORD_FILE:-}" ]; then
    PGPASSWORD=$(cat "$PGPASSWORD_FILE")
    export PGPASSWORD
fi

back_up() {
    name=kinebridge-$(date -u +%Y%m%dT%H%M%SZ).dump
    rm -f "$folder"/.part-*
    pg_dump --format=custom --no-owner --file="$folder/.part-$name" || return 1
    # It can be read, and there is something in it.
    listed=$(pg_restore --list "$folder/.part-$name") || return 1
    case $listed in *'TABLE DATA public deliveries'*) ;; *) return 1 ;; esac
    mv "$folder/.part-$name" "$folder/$name" || return 1
    touch "$folder/last_success"
    # Names sort by time. Only those this script gives: what somebody put aside by another name stays, and counts as none.
    find "$folder" -maxdepth 1 -type f -name 'kinebridge-[0-9]*T[0-9]*Z.dump' | sort -r | tail -n +"$((keep + 1))" |
        while IFS= read -r old; do rm -f "$old"; done
    echo "backup written: $name"
}

if [ "${1:-}" != --every ]; then
    back_up || { echo "BACKUP FAILED" >&2; exit 1; }
    exit 0
fi
trap 'exit 0' TERM INT
# After a restart the next one is due when it would have been: else restarts would push the older ones out.
if [ -e "$folder/last_success" ]; then
    age=$(($(date +%s) - $(stat -c %Y "$folder/last_success")))
    [ "$age" -ge "$2" ] || { sleep $(($2 - age)) & wait $!; }
fi
while true; do
    if back_up; then pause=$2; else echo "BACKUP FAILED, tried again in ten minutes" >&2; pause=600; fi
    sleep "$pause" &
    wait $!
done
