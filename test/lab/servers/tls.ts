import { readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import { join } from "node:path";

/** Port → whose certificate is shown there (test/pki.ts). */
const ports: Readonly<Record<number, string>> = {
	443: "server",
	4431: "expired",
	4432: "future",
	4433: "self",
};

/** https as http, with the certificates of a folder. */
export async function serveTls(folder: string, answer: RequestListener): Promise<void> {
	const listening = Object.entries(ports).map(([port, name]) => {
		const read = (kind: string) => readFileSync(join(folder, `${name}.${kind}`));
		const server = createServer({ cert: read("crt"), key: read("key") }, answer);
		server.on("tlsClientError", () => {});
		return new Promise<void>((resolve) => server.listen({ host: "::", port: Number(port) }, resolve));
	});
	await Promise.all(listening);
}
