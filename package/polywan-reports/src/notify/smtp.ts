import type { MailModel } from "../config/model.ts";
import { maskSecrets } from "../config/secrets.ts";
import { TcpConnection } from "../net/tcp-connection.ts";
import { encodeBase64 } from "./base64.ts";
import { parseReplyLine } from "./smtp-reply.ts";

const TIMEOUT_MS = 60_000;
/** RFC 8314, 3.3. */
const SUBMISSIONS_PORT = 465;
const MOST_REPLY_LINES = 100;
const encoder = new TextEncoder();

/** Hands a message to the server (RFC 5321, AUTH of RFC 4954, STARTTLS of RFC 3207, TLS from the start of RFC 8314). Rejects with an Error that holds no secret. */
export async function sendMail(model: MailModel, message: string, hostName: string): Promise<void> {
	const connection = await TcpConnection.open(model.server, model.port, TIMEOUT_MS);
	try {
		await new SmtpSession(connection, model).send(message, hostName);
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		throw new Error(maskSecrets(why, secretsOf(model)));
	} finally {
		connection.close();
	}
}

/** The password as it is and as it is sent: some servers repeat what they did not like. */
function secretsOf({ username, password }: MailModel): (string | null)[] {
	if (password === null) return [];
	return [password, base64Of(password), base64Of(plainLogin(username ?? "", password))];
}

/** RFC 4616: without another identity to act as. */
function plainLogin(username: string, password: string): string {
	return `\0${username}\0${password}`;
}

function base64Of(text: string): string {
	return encodeBase64(encoder.encode(text));
}

class SmtpSession {
	readonly #connection: TcpConnection;
	readonly #model: MailModel;

	constructor(connection: TcpConnection, model: MailModel) {
		this.#connection = connection;
		this.#model = model;
	}

	async send(message: string, hostName: string): Promise<void> {
		const { encryption, port, server, tls } = this.#model;
		const isSecure = encryption === "tls" || (encryption === "auto" && port === SUBMISSIONS_PORT);
		if (isSecure) await this.#connection.secure(server, tls);
		await this.#expect(220, "greeting");
		let features = await this.#command(`EHLO ${hostName}`, 250);
		if (!isSecure && (await this.#startTls(features)))
			features = await this.#command(`EHLO ${hostName}`, 250);
		await this.#login(features);
		await this.#command(`MAIL FROM:<${this.#model.from}>`, 250);
		for (const to of this.#model.to) await this.#command(`RCPT TO:<${to}>`, 250, 251);
		await this.#command("DATA", 354);
		// A line that begins with a dot gets another (4.5.2).
		await this.#write(`${message.replace(/^\./gm, "..")}.`);
		await this.#expect(250, "message");
		await this.#write("QUIT");
	}

	/** False: the line stays as it is. */
	async #startTls(features: readonly string[]): Promise<boolean> {
		const { encryption, username, server, tls } = this.#model;
		if (encryption === "none") return false;
		if (!features.some((feature) => /^STARTTLS$/i.test(feature.trim()))) {
			if (encryption === "auto" && username === null) return false;
			const remedy = encryption === "auto" ? "; option tls 'none' sends the password all the same" : "";
			throw new Error(`the server offers no STARTTLS${remedy}`);
		}
		await this.#command("STARTTLS", 220);
		await this.#connection.secure(server, tls);
		return true;
	}

	async #login(features: readonly string[]): Promise<void> {
		const { username, password } = this.#model;
		if (username === null) return;
		const ways = features.find((feature) => /^AUTH /i.test(feature))?.toUpperCase() ?? "";
		const secret = password ?? "";
		if (ways.includes("PLAIN")) {
			await this.#command(`AUTH PLAIN ${base64Of(plainLogin(username, secret))}`, 235);
		} else if (ways.includes("LOGIN")) {
			await this.#command("AUTH LOGIN", 334);
			await this.#command(base64Of(username), 334);
			await this.#command(base64Of(secret), 235);
		} else throw new Error("the server offers neither AUTH PLAIN nor AUTH LOGIN");
	}

	/** Gives the lines of the reply. The command itself is in no error: it may hold a password. */
	async #command(line: string, ...codes: number[]): Promise<readonly string[]> {
		await this.#write(line);
		return this.#expect(codes, line.split(" ")[0] ?? "");
	}

	async #expect(wanted: number | readonly number[], what: string): Promise<readonly string[]> {
		const lines: string[] = [];
		for (;;) {
			const line = parseReplyLine(await this.#connection.readLine());
			if (line === null || lines.length > MOST_REPLY_LINES) throw new Error("the server does not speak SMTP");
			lines.push(line.text);
			if (line.more) continue;
			if ([wanted].flat().includes(line.code)) return lines;
			const name = /^[A-Z]+$|^greeting$|^message$/.test(what) ? what : "AUTH";
			throw new Error(`the server answered ${name} with ${line.code} ${lines.join(" ")}`);
		}
	}

	#write(line: string): Promise<void> {
		return this.#connection.write(encoder.encode(`${line}\r\n`));
	}
}
