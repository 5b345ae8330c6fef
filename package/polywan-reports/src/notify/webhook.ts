import type { TlsModel, WebhookModel } from "../config/model.ts";
import { maskSecrets, maskUrl } from "../config/secrets.ts";
import { TcpConnection } from "../net/tcp-connection.ts";
import { encodeBase64 } from "./base64.ts";
import { parseStatusLine } from "./http-response.ts";
import type { Notice } from "./notice.ts";
import { parseUrl, type Url } from "./url.ts";
import { buildWebhookRequest, type WebhookRequest } from "./webhook-request.ts";

const TIMEOUT_MS = 15_000;
const encoder = new TextEncoder();

/** Sends a notice; rejects with an Error that holds no secret unless the receiver took it (a status of 2xx). */
export async function sendWebhook(model: WebhookModel, notice: Notice): Promise<void> {
	const url = parseUrl(model.url);
	if (url === null) throw new Error("the address is none");
	const request = buildWebhookRequest(model, notice);
	let status: number;
	try {
		status = await post(url, request, model.tls);
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		throw new Error(maskSecrets(why, [model.url, url.path === "/" ? null : url.path, model.token]));
	}
	if (status < 200 || status > 299) throw new Error(`${maskUrl(model.url)} answered ${status}`);
}

async function post(url: Url, { headers, body }: WebhookRequest, tls: TlsModel): Promise<number> {
	const connection = await TcpConnection.open(url.host, url.port, TIMEOUT_MS);
	try {
		if (url.secure) await connection.secure(url.host, tls);
		const host = url.host.includes(":") ? `[${url.host}]` : url.host;
		const lines = [
			`POST ${url.path} HTTP/1.1`,
			`Host: ${host}${url.port === (url.secure ? 443 : 80) ? "" : `:${url.port}`}`,
			...headers.map(([name, value]) => `${name}: ${value}`),
			...(url.credentials === null
				? []
				: [`Authorization: Basic ${encodeBase64(encoder.encode(decodeURIComponent(url.credentials)))}`]),
			`Content-Length: ${body.length}`,
			"Connection: close",
		];
		await connection.write(encoder.encode(`${lines.join("\r\n")}\r\n\r\n`));
		await connection.write(body);
		const line = await connection.readLine();
		const status = parseStatusLine(line);
		if (status === null) throw new Error(`${url.host} does not speak HTTP`);
		return status;
	} finally {
		connection.close();
	}
}
