// Certificates of a small world: an authority, one it vouches for, and servers good and bad. Made by openssl, once for many runs.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The first name in the certificates of servers. */
export const SERVER_NAME = "server.test";

/** A folder never changes once it is there: later ones have another name, long before the certificates expire. */
const keepMs = 20 * 86_400_000;

const configuration = `
[ca]
default_ca = own
[own]
database = index
serial = serial
new_certs_dir = .
default_md = sha256
default_days = 60
policy = any
unique_subject = no
copy_extensions = none
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = keyCertSign
subjectKeyIdentifier = hash
[server]
subjectAltName = DNS:${SERVER_NAME}, DNS:*.wild.test, IP:127.0.0.1, DNS:*.lab, DNS:localhost, IP:192.168.1.100, IP:203.0.113.2, IP:203.0.113.3, IP:2001:db8:ffff::2, IP:2001:db8:ffff::3
extendedKeyUsage = serverAuth
[self]
subjectAltName = DNS:${SERVER_NAME}
basicConstraints = critical, CA:FALSE
[client]
extendedKeyUsage = clientAuth
`;

const script = `
set -e
touch index
echo 1000 > serial
key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:$2 -out $1.key; }
rsa() { openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out $1.key; }
request() { openssl req -new -config configuration -key $1.key -subj "/CN=$2" -out $1.csr; }
sign() { openssl ca -batch -notext -config configuration -in $1.csr -out $1.crt -cert $2.crt -keyfile $2.key -extensions "$3" $4; }
key ca P-384; openssl req -new -x509 -config configuration -extensions authority -key ca.key -subj "/CN=polywan test root" -days 60 -out ca.crt
key between P-256; request between "polywan test intermediate"; sign between ca authority
rsa server; request server ${SERVER_NAME}; sign server between server; cat between.crt >> server.crt
key elliptic P-256; request elliptic ${SERVER_NAME}; sign elliptic ca server
key expired P-256; request expired ${SERVER_NAME}; sign expired ca server "-startdate 20200101000000Z -enddate 20210101000000Z"
key future P-256; request future ${SERVER_NAME}; sign future ca server "-startdate 20450101000000Z -enddate 20490101000000Z"
key self P-256; openssl req -new -x509 -config configuration -extensions self -key self.key -subj "/CN=${SERVER_NAME}" -days 60 -out self.crt
key client P-256; request client "a client"; sign client ca client
rsa client-rsa; request client-rsa "another client"; sign client-rsa ca client
mkdir trust; cp ca.crt trust/one.pem; cp self.crt trust/other.pem
cat self.crt /etc/ssl/certs/ca-certificates.crt ca.crt > bundle.crt 2>/dev/null || cat self.crt ca.crt > bundle.crt
`;

/**
 * The folder with ca.crt (the authority), bundle.crt (many, among them it), trust/ (a folder of them), and <name>.crt and <name>.key:
 * server (RSA, with an intermediate), elliptic, expired, future, self (vouches for itself), client and client-rsa.
 */
export function buildPki(): string {
	const version = createHash("sha256").update(configuration).update(script).digest("hex").slice(0, 12);
	const folder = resolve(".cache", `pki-${version}-${Math.floor(Date.now() / keepMs)}`);
	if (existsSync(folder)) return folder;
	mkdirSync(".cache", { recursive: true });
	const work = mkdtempSync(resolve(".cache", "pki-work-"));
	writeFileSync(join(work, "configuration"), configuration);
	const made = spawnSync("sh", ["-c", script], { cwd: work, encoding: "utf8" });
	if (made.status !== 0) throw new Error(`openssl did not make the certificates:\n${made.stderr}`);
	try {
		renameSync(work, folder);
	} catch (error) {
		// Another test was faster, and reads from its folder already.
		if (!existsSync(folder)) throw error;
		rmSync(work, { recursive: true });
	}
	return folder;
}
