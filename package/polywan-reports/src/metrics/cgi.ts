import {
	OPEN_METRICS_TYPE,
	PROMETHEUS_TYPE,
	renderOpenMetrics,
	renderPrometheusText,
} from "polywan-core/metrics/family";
import { gatherMetrics } from "polywan-core/metrics/gather";
import { env, writeStdout } from "polywan-runtime/program";
import { callOnce } from "../bus/call.ts";
import { readReports } from "../config/read.ts";
import { admit } from "./door.ts";

const REFUSALS = {
	shut: ["404 Not Found", "off: set a token or list allow, see /etc/config/polywan_reports"],
	network: ["403 Forbidden", "this address may not read the metrics"],
	token: ["401 Unauthorized", "the bearer token is missing or wrong"],
} as const;

/** Answers one request of /cgi-bin/polywan-metrics (RFC 3875) and gives the exit code. */
export async function answerRequest(): Promise<number> {
	const visitor = { address: env("REMOTE_ADDR") ?? "", authorization: env("HTTP_AUTHORIZATION") ?? "" };
	const admission = admit(readReports().metrics, visitor);
	if (admission !== "open") {
		const [status, text] = REFUSALS[admission];
		const challenge = admission === "token" ? "WWW-Authenticate: Bearer\r\n" : "";
		return answer(status, "text/plain", `${text}\n`, challenge);
	}
	try {
		const families = await gatherMetrics((object, method) => callOnce(object, method));
		return wantsOldText(env("HTTP_ACCEPT") ?? "")
			? answer("200 OK", PROMETHEUS_TYPE, renderPrometheusText(families))
			: answer("200 OK", OPEN_METRICS_TYPE, renderOpenMetrics(families));
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		return answer("503 Service Unavailable", "text/plain", `the polywan daemon does not answer: ${why}\n`);
	}
}

/** Prometheus asks for OpenMetrics first; who names text alone reads nothing newer. */
function wantsOldText(accept: string): boolean {
	return /text\/plain/i.test(accept) && !/openmetrics/i.test(accept);
}

function answer(status: string, type: string, body: string, headers = ""): number {
	const head = `Status: ${status}\r\nContent-Type: ${type}\r\nCache-Control: no-store\r\n${headers}`;
	writeStdout(`${head}\r\n${body}`);
	return 0;
}
