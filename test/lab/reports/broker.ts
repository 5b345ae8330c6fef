import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPki } from "../../pki.ts";
import type { Host } from "../host.ts";
import { until } from "../until.ts";

export const brokerPort = 1883;
/** By TLS; the other one wants a certificate of its clients. */
export const brokerTlsPort = 8883;
export const brokerCertificatePort = 8884;

/** A real mosquitto on a LAN host, and what a client of it hears. */
export class Broker {
	readonly #host: Host;
	readonly #folder = mkdtempSync(join(tmpdir(), "polywan-broker-"));
	#process: ChildProcess | null = null;
	#listener: ChildProcess | null = null;
	/** Last payload by topic; what the broker kept counts. */
	readonly heard = new Map<string, string>();
	/** Every message as "topic payload", in the order it came. */
	readonly messages: string[] = [];

	constructor(host: Host) {
		this.#host = host;
	}

	/** With a user it takes nobody else. */
	async start(user?: { name: string; password: string }): Promise<void> {
		const passwords = join(this.#folder, "passwords");
		const access = user ? `allow_anonymous false\npassword_file ${passwords}\n` : "allow_anonymous true\n";
		if (user) {
			writeFileSync(passwords, "");
			await this.#host.mustRun(["mosquitto_passwd", "-b", passwords, user.name, user.password]);
		}
		const config = join(this.#folder, "mosquitto.conf");
		const pki = buildPki();
		const certificate = `cafile ${pki}/ca.crt\ncertfile ${pki}/server.crt\nkeyfile ${pki}/server.key\n`;
		const listeners = [
			`listener ${brokerPort}\n`,
			`listener ${brokerTlsPort}\n${certificate}`,
			`listener ${brokerCertificatePort}\n${certificate}require_certificate true\n`,
		];
		writeFileSync(config, `user root\npersistence false\n${access}${listeners.join("")}`);
		this.#process = this.#host.spawn(["mosquitto", "-c", config], { stdio: "ignore" });
		await until("the broker listens", async () => (await this.#say("lab/ready", "1", user)).code === 0);
		this.#listen(user);
		await until("the listener hears", async () => {
			await this.#say("lab/ready", "1", user);
			return this.heard.has("lab/ready");
		});
	}

	say(topic: string, payload: string): Promise<unknown> {
		return this.#say(topic, payload);
	}

	/** SIGSTOP: it keeps its connections and says nothing. */
	signal(signal: NodeJS.Signals): void {
		process.kill(childOf(this.#process), signal);
	}

	/** Ends the broker; what it kept is forgotten. */
	async stop(): Promise<void> {
		for (const child of [this.#listener, this.#process]) {
			if (!child || child.exitCode !== null || child.signalCode !== null) continue;
			const ended = new Promise((resolve) => child.once("exit", resolve));
			// Who waits for the program ends after it: then its port is free.
			process.kill(childOf(child), "SIGKILL");
			await ended;
		}
		this.heard.clear();
		this.messages.length = 0;
	}

	async close(): Promise<void> {
		await this.stop();
		rmSync(this.#folder, { recursive: true, force: true });
	}

	#say(topic: string, payload: string, user?: { name: string; password: string }) {
		const login = user ? ["-u", user.name, "-P", user.password] : [];
		return this.#host.run(["mosquitto_pub", "-h", "127.0.0.1", ...login, "-t", topic, "-m", payload]);
	}

	#listen(user?: { name: string; password: string }): void {
		const login = user ? ["-u", user.name, "-P", user.password] : [];
		const listener = this.#host.spawn(["mosquitto_sub", "-h", "127.0.0.1", ...login, "-v", "-t", "#"]);
		this.#listener = listener;
		let text = "";
		listener.stdout?.on("data", (chunk: Buffer) => {
			text += chunk.toString();
			const lines = text.split("\n");
			text = lines.pop() ?? "";
			for (const line of lines) {
				const blank = line.indexOf(" ");
				this.heard.set(line.slice(0, blank), line.slice(blank + 1));
				this.messages.push(line);
			}
		});
	}
}

/** The program itself: what enters the namespaces is its parent, in a session of its own. */
function childOf(process: ChildProcess | null): number {
	const pid = process?.pid;
	const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
	return Number(children) || (pid ?? 0);
}
