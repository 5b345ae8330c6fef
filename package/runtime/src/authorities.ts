/** Where OpenWrt's package ca-bundle and Debian's ca-certificates have the certificates of authorities. */
export const DEFAULT_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";
