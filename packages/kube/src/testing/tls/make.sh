#!/bin/sh
# Makes the certificates of the TLS tests anew. They protect nothing and last a hundred years.
set -eu
cd "$(dirname "$0")"
new() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
sign() {
  openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
  printf '%s\n' "$3" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 36500 -extfile "$1.ext" -out "$1.pem"
  rm "$1.csr" "$1.ext"
}
new ca
openssl req -x509 -new -key ca.key -subj '/CN=test authority' -days 36500 -out ca.pem
new server
sign server '/CN=server' 'subjectAltName=DNS:kubernetes.test'
new client
sign client '/O=system:masters/CN=tester' 'extendedKeyUsage=clientAuth'
rm -f ca.key ca.srl
