#!/bin/sh
# Makes what compose.yaml hands on as secrets, once: a folder that only you can enter. Overwrites nothing.
# Usage: deploy/make-secrets.sh [folder]   (default: secrets, where compose.yaml looks)
set -eu
folder=${1:-secrets}
umask 077
mkdir -p "$folder"
chmod 700 "$folder"
random() { python3 -c 'import secrets; print(secrets.token_urlsafe(48))'; }
make() {
    [ -e "$folder/$1" ] && return
    printf '%s' "$2" > "$folder/$1"
    # Read by the containers' own users; nobody else can enter the folder.
    chmod 444 "$folder/$1"
    echo "made $folder/$1"
}
make database_password "$(random)"
make database_url "postgresql://kinebridge:$(cat "$folder/database_password")@database/kinebridge"
make secret_keys "$(random)"
make smtp_password ""
echo "Keep a copy of $folder/secret_keys elsewhere: without it the stored Cliniko keys cannot be read."
