import { existsSync, readFileSync, watch } from "node:fs";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { accounts, password } from "../test/browser/bed.ts";
import { relayFromLoopback } from "../test/browser/relay.ts";
import { takeScreenshots } from "../test/browser/screenshots.ts";
import { lan } from "../test/lab/addresses.ts";
import { Site } from "../test/lab/site.ts";
import { buildPanel, panelFolder } from "./panel.ts";
import { prepare } from "./prepare.ts";
import { root, runAsProgram, step } from "./program.ts";

const types: Readonly<Record<string, string>> = {
	html: "text/html; charset=utf-8",
	js: "text/javascript; charset=utf-8",
	svg: "image/svg+xml",
};

/** Loads the page again after each build; it comes from us, so the page's own content policy lets it in. */
const reloader = `new EventSource("/polywan/dev/events").onmessage = () => location.reload();\n`;

/** Saving a file often fires more than once. */
const restMs = 100;

/** Serves the panel from dist/panel/www, and everything else (ubus that is) from the lab's router. */
class DevServer {
	readonly #pages = new Set<ServerResponse>();
	readonly #routerPort: number;

	constructor(routerPort: number) {
		this.#routerPort = routerPort;
	}

	listen(port: number): Promise<void> {
		const server = createServer((incoming, outgoing) => this.#answer(incoming, outgoing));
		return new Promise((resolve, reject) => {
			server.once("error", reject);
			server.listen(port, "127.0.0.1", () => resolve());
		});
	}

	reload(): void {
		for (const page of this.#pages) page.write("data: built\n\n");
	}

	#answer(incoming: IncomingMessage, outgoing: ServerResponse): void {
		const path = new URL(incoming.url ?? "/", "http://127.0.0.1").pathname;
		if (path === "/polywan/dev/events") this.#hold(outgoing);
		else if (path === "/polywan/dev/reload.js") send(outgoing, "js", reloader);
		else if (path.startsWith("/polywan/") && incoming.method === "GET") sendFile(outgoing, path);
		else this.#pass(incoming, outgoing);
	}

	#hold(outgoing: ServerResponse): void {
		outgoing.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
		outgoing.write(": here\n\n");
		this.#pages.add(outgoing);
		outgoing.on("close", () => this.#pages.delete(outgoing));
	}

	#pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
		const { method, url, headers } = incoming;
		const onward = request(
			{ host: "127.0.0.1", port: this.#routerPort, method, path: url, headers },
			(answer) => {
				outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
				answer.pipe(outgoing);
			},
		);
		onward.on("error", () => outgoing.writeHead(502).end());
		outgoing.on("close", () => onward.destroy());
		incoming.pipe(onward);
	}
}

function sendFile(outgoing: ServerResponse, path: string): void {
	const file = join(panelFolder, path.endsWith("/") ? `${path}index.html` : path);
	if (!file.startsWith(panelFolder) || !existsSync(file)) {
		outgoing.writeHead(404).end();
		return;
	}
	const extension = file.split(".").at(-1) ?? "";
	const text = readFileSync(file, "utf8");
	const hook = '<script type="module" src="/polywan/dev/reload.js"></script></head>';
	send(outgoing, extension, extension === "html" ? text.replace("</head>", hook) : text);
}

function send(outgoing: ServerResponse, extension: string, text: string): void {
	outgoing.writeHead(200, { "Content-Type": types[extension] ?? "text/plain", "Cache-Control": "no-store" });
	outgoing.end(text);
}

function watchSources(onBuilt: () => void): void {
	let timer: NodeJS.Timeout | undefined;
	const rebuild = () => {
		step("panel", () => buildPanel({ minify: false })).then(onBuilt, (error: unknown) =>
			console.error(String(error)),
		);
	};
	for (const folder of ["ui", "package/polywan-core/src", "package/ubus-js/src"])
		watch(join(root, folder), { recursive: true }, () => {
			clearTimeout(timer);
			timer = setTimeout(rebuild, restMs);
		});
}

async function serve(port: number): Promise<void> {
	const site = await Site.build({ daemon: true, web: true, files: accounts });
	const relay = await relayFromLoopback(site.host(0), lan.router.ipv4, 80, 0);
	const server = new DevServer((relay.address() as AddressInfo).port);
	await server.listen(port);
	await step("panel", () => buildPanel({ minify: false }));
	watchSources(() => server.reload());
	console.log(
		`http://127.0.0.1:${port}/polywan/  user root, password ${password}; "viewer" may only look. Ctrl-C ends it.`,
	);
	await new Promise((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve));
	await site.close();
	process.exit(0);
}

runAsProgram("dev", async (args) => {
	const { values } = parseArgs({
		args,
		options: {
			port: { type: "string", default: "8080" },
			screenshots: { type: "boolean", default: false },
		},
	});
	if (process.getuid?.() !== 0) throw new Error("the lab needs root");
	await prepare();
	if (values.screenshots)
		for (const path of await takeScreenshots()) console.log(path.slice(root.length + 1));
	else await serve(Number(values.port));
	return 0;
});
