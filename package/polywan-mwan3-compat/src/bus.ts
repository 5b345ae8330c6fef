import { connectUbus, ubusSocketPath } from "polywan/bus/transport";
import type { Model } from "polywan-core/config/model";
import type { Status } from "polywan-core/status";
import { spawn } from "polywan-runtime/process";
import { UbusConnection } from "ubus-js/bus";
import type { Facts, NetifdInterface } from "./interface.ts";
import type { Connected } from "./ubus-status.ts";

const CALL_TIMEOUT_MS = 10_000;
const ROUTE_TIMEOUT_MS = 5000;
/** mwan3 counts multicast and above as connected. */
const ALWAYS_CONNECTED = "224.0.0.0/3";

/** A connection to ubusd, not yet started. */
export function connectBus(): UbusConnection {
	return new UbusConnection(connectUbus(ubusSocketPath()));
}

/** What polywan and netifd say now. Rejects with UbusError where polywan does not run. */
export async function readFacts(bus: UbusConnection): Promise<Facts> {
	const timeout = { timeoutMs: CALL_TIMEOUT_MS };
	const [status, model, dump] = await Promise.all([
		bus.call("polywan", "status", {}, timeout),
		bus.call("polywan", "config", {}, timeout),
		bus.call("network.interface", "dump", {}, timeout).catch(() => ({ interface: [] })),
	]);
	const entries = Array.isArray(dump.interface) ? dump.interface : [];
	return {
		status: status as unknown as Status,
		model: model as unknown as Model,
		netifd: entries.map((entry) => readNetifd(entry as Record<string, unknown>)),
	};
}

function readNetifd(entry: Record<string, unknown>): NetifdInterface {
	const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
	return {
		name: textOf(entry.interface),
		up: entry.up === true,
		uptimeS: typeof entry.uptime === "number" ? entry.uptime : 0,
		device: textOf(entry.l3_device) || textOf(entry.device),
	};
}

/** What the main routing table leads to besides the Internet. */
export async function readConnected(): Promise<Connected> {
	const [ipv4, ipv6] = await Promise.all([readNetworks(4), readNetworks(6)]);
	return { ipv4: [...ipv4, ALWAYS_CONNECTED], ipv6 };
}

async function readNetworks(family: 4 | 6): Promise<string[]> {
	const argv = ["ip", `-${family}`, "-j", "route", "show", "table", "main"];
	try {
		const { exitCode, stdout } = await spawn(argv, { timeoutMs: ROUTE_TIMEOUT_MS }).done;
		if (exitCode !== 0) return [];
		const routes: { dst?: unknown }[] = JSON.parse(new TextDecoder().decode(stdout) || "[]");
		const networks = routes.map(({ dst }) => String(dst)).filter((dst) => dst !== "default");
		return [...new Set(networks)];
	} catch {
		return [];
	}
}
